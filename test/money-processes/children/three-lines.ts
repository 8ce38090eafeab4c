/** A program as a beginner writes it: a board, a call, and no word about the end. */
import { openBoard } from '../../../index.ts';
import { operationOf, PRICES } from '../tariff.ts';
import { toldCall, type TellerSettings } from '../telling.ts';
import { request } from './provider.ts';

const settings = JSON.parse(process.argv[2] ?? '') as TellerSettings;
const { path, caller, budgets } = settings;
const call = toldCall(caller, 1, 5);
const ask = (context: Parameters<typeof request>[2]) => request(settings, call, context, undefined);

const board = await openBoard({ store: `sqlite:${path}`, prices: PRICES, budgets });
const llm = board.breaker('llm');
await llm.call(operationOf(call), ask);
