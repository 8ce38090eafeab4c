/** A program as a beginner writes it: a board, a call, and no word about the end. */
import { openBoard } from '../../../index.ts';
import { toldCall, type ChildSettings } from '../orders.ts';
import { operationOf, PRICES } from '../tariff.ts';
import { request } from './provider.ts';

const settings = JSON.parse(process.argv[2] ?? '') as ChildSettings;
const { path, caller, budgets } = settings;
const call = toldCall(caller, 1, 5);

const board = await openBoard({ store: `sqlite:${path}`, prices: PRICES, budgets });
const llm = board.breaker('llm');
await llm.call(operationOf(call), (context) => request(settings, call, context, undefined));
