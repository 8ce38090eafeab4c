/** A bill above its reservation takes what was about to go back; nothing is held for it later. */
import { expect, it } from 'vitest';

import { openBoard, usd, type NanoUsd } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

const LOOK_MS = 250;

it('a debt and a return on their way together leave nothing behind', async () => {
  const clock = new VirtualClock();
  const board = await openBoard({
    clock,
    tokenizer: false,
    prices: {
      overrides: [{ model: 'unit', inputPerMillion: usd(0), outputPerMillion: usd('0.001') }],
    },
    budgets: [{ id: 'total', limit: 40 as NanoUsd, period: 'total', warnAt: 1 }],
  });
  const breaker = board.breaker('llm');
  const call = (worstNanoUsd: number, costNanoUsd: number, endsAtMs: number): Promise<void> =>
    breaker.call(
      { operation: 'llm_call', model: 'unit', inputTokens: 0, maxOutputTokens: worstNanoUsd },
      async ({ cost }) => {
        const delayMs = endsAtMs - clock.monotonicMs();
        await new Promise<void>((resolve) => clock.setTimer(delayMs, true, resolve));
        cost(costNanoUsd as NanoUsd);
      },
    );
  const cheap = call(10, 1, 100);
  const dear = call(5, 12, LOOK_MS + 10);
  // What the cheap one left goes back at the first look, and has not been sent when the dear ends.
  await clock.advanceAsync(LOOK_MS + 9);
  await cheap;
  await clock.advanceAsync(1_000);
  await dear;
  const last = call(20, 20, clock.monotonicMs() + 10);
  await clock.advanceAsync(1_000);
  await last;
  const asked = board.budget('total').summary();
  await clock.advanceAsync(1_000);
  expect(await asked).toMatchObject({ spentNanoUsd: 33, reservedNanoUsd: 0, overspentNanoUsd: 0 });
  const closing = board.close();
  await clock.advanceAsync(1);
  await closing;
});
