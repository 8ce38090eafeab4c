/**
 * An existing function, wrapped: at most two calls at once and two more in a queue, 300 ms each,
 * and a second attempt where the first one failed in passing.
 *
 *   npm run build && npx tsx examples/layers-around-a-function.ts
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { createBreaker, isFuseboardError } from 'fuseboard';

class Flaky extends Error {}

let translations = 0;
async function translate(text: string, toLanguage: string): Promise<string> {
  translations++;
  await sleep(20);
  if (text === 'never') await sleep(60_000, undefined, { ref: false });
  if (translations === 1) throw new Flaky('connection reset');
  return `${text} (${toLanguage})`;
}

const breaker = createBreaker({
  name: 'translate',
  bulkhead: { callsMax: 2, queueMax: 2 },
  timeoutMs: 300,
  retry: { attemptsMax: 2, delayMs: 10, retryIf: (error) => error instanceof Flaky },
});
const guarded = breaker.wrap(translate);

console.log(await guarded('first try fails', 'de'), `after ${translations} attempts`);

const many = await Promise.allSettled(
  ['one', 'two', 'three', 'four', 'five'].map((text) => guarded(text, 'fr')),
);
for (const result of many) console.log(shown(result));

const [late] = await Promise.allSettled([guarded('never', 'it')]);
console.log(shown(late));

function shown(result: PromiseSettledResult<string>): string {
  if (result.status === 'fulfilled') return result.value;
  const { reason } = result as { reason: unknown };
  return isFuseboardError(reason) ? `${reason.name} ${reason.code}` : String(reason);
}
