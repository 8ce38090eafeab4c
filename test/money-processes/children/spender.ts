/**
 * Spends what it can of the budgets on a shared file, through several callers at once, until
 * somebody kills it.
 *
 *   spender STORE PORT CALLER SEED
 */
import { writeSync } from 'node:fs';

import { isFuseboardError, openBoard, type CallContext } from '../../../index.ts';
import { seededRandom } from '../../kit/seeded-random.ts';
import { BUDGETS, CALLS_MAX, LARGE_SHARE, TENANTS, TIMEOUT_MS } from '../spending.ts';
import { operationOf, PRICES, type PricedCall } from '../tariff.ts';
import { request } from './provider.ts';

const CALLERS = 6;

const [path = '', port = '', caller = '', seed = ''] = process.argv.slice(2);
const provider = { port: Number(port), caller: Number(caller) };
const random = seededRandom(Number(seed));
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const board = await openBoard({
  store: `sqlite:${path}`,
  random,
  pollMs: 50,
  tokenizer: false,
  prices: PRICES,
  budgets: BUDGETS,
  // Failures are part of the plan; only money may open the breaker.
  defaults: { timeoutMs: TIMEOUT_MS, failureThreshold: 1_000_000 },
});
const breaker = board.breaker('api');
writeSync(1, '{"is":"ready"}\n');

let count = 0;
function nextCall(): PricedCall | null {
  if (count === CALLS_MAX) return null;
  const number = provider.caller * CALLS_MAX + ++count;
  const model = random() < LARGE_SHARE ? 'large' : 'small';
  const maxOutputTokens = 1 + Math.floor(random() * (model === 'large' ? 20 : 10));
  return { number, tenant: pick(TENANTS), model, maxOutputTokens };
}

/** One after the other; a call that is refused is tried again. */
async function work(call: PricedCall | null): Promise<void> {
  if (call === null) return;
  // Some functions go on when their caller has given up, and say later what they used.
  const isHeedful = random() < 0.8;
  const run = (context: CallContext): Promise<void> =>
    request(provider, call, context, isHeedful ? context.signal : undefined);
  let isRefused = false;
  try {
    await breaker.call(operationOf(call), run);
  } catch (error) {
    isRefused = isFuseboardError(error) && error.code !== 'timeout';
  }
  const then = (): void => void work(isRefused ? call : nextCall());
  if (isRefused) setTimeout(then, 1 + 10 * random());
  else setImmediate(then);
}
for (let one = 0; one < CALLERS; one++) void work(nextCall());
