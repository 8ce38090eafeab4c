/** A call that got its money and is refused all the same gives the money back. */
import { expect, test } from 'vitest';

import { openBoard, usd } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

/** $0.16 at worst: gpt-4o puts out a million tokens for $10. */
const DEAR = { operation: 'llm_call', model: 'gpt-4o', inputTokens: 0, maxOutputTokens: 16_000 };

test('a breaker that opens while a call waits for its draw keeps none of its money', async () => {
  const worst = usd('0.16');
  const board = await openBoard({
    clock: new VirtualClock(),
    tokenizer: false,
    budgets: [{ id: 'all', limit: worst, period: 'day', warnAt: 1 }],
  });
  const breaker = board.breaker('chat', { provider: 'openai', timeoutMs: 10_000 });
  const waiting = breaker.call(DEAR, () => 'never').catch((error: unknown) => error);
  breaker.forceOpen('while it waits');
  expect(await waiting).toMatchObject({ code: 'circuit_latched' });
  breaker.reset('on again');
  // There is money for exactly one of them.
  await expect(breaker.call(DEAR, () => 'answered')).resolves.toBe('answered');
  await board.close();
});
