/** Whatever is done to one breaker on three boards, they agree once they have looked. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Board, Breaker } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { openVirtualBoard } from './open-boards.ts';

type Act = (breaker: Breaker, clock: VirtualClock) => void;

/** Pauses are long, so that none is over before the boards have compared. */
const pause =
  (ms: number): Act =>
  (breaker, clock) => {
    const outcome = { outcome: 'rate_limited', retryAtMs: clock.nowMs() + ms } as const;
    if (breaker.state === 'closed') breaker.acquire().record(outcome);
  };

const ACTS: Readonly<Record<string, Act>> = {
  'short pause': pause(600_000),
  'long pause': pause(1_200_000),
  'key rejected': (breaker) =>
    breaker.state === 'closed' && breaker.acquire().record('unauthorized'),
  'out of credit': (breaker) =>
    breaker.state === 'closed' && breaker.acquire().record('over_quota'),
  'key rotated': (breaker) => breaker.rotateKey(),
  'forced open': (breaker) => breaker.forceOpen('by hand'),
  'forced closed': (breaker) => breaker.forceClose('by hand'),
  reset: (breaker) => breaker.reset('by hand'),
};

const step = fc.record({
  act: fc.constantFrom(...Object.keys(ACTS)),
  board: fc.integer({ min: 0, max: 2 }),
  thenMs: fc.constantFrom(0, 0, 5, 100, 300, 700),
});

test('boards on one file come to agree', async () => {
  const clock = new VirtualClock();
  const store = `sqlite:${scratchFile()}`;
  const boards: Board[] = [];
  for (let number = 0; number < 3; number++) {
    boards.push((await openVirtualBoard({ store, clock, observed: false })).board);
  }
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const name = `api ${run++}`;
      const breakers = boards.map((board) => board.breaker(name));
      for (const { act, board, thenMs } of steps) {
        ACTS[act]?.(breakers[board] as Breaker, clock);
        if (thenMs > 0) await clock.advanceAsync(thenMs);
      }
      for (const board of boards) board.flush();
      await clock.advanceAsync(1_000);
      const [first, ...others] = breakers.map((breaker) => {
        const { operatorEpoch } = breaker.actor.getSnapshot().context;
        const { path, probeAtMs, latches } = breaker.snapshot();
        // Held open for two reasons, two boards may each know another one; a human lifts all.
        return path === 'open.latched'
          ? { path, operatorEpoch, isHeld: latches.length > 0 }
          : { path, operatorEpoch, probeAtMs };
      });
      for (const other of others) expect(other).toEqual(first);
    }),
    { numRuns: 150 },
  );
});
