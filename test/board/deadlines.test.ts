/** Every deadline of a board behind one timer, at its true instant, without holding anything up. */
import { describe, expect, test } from 'vitest';

import { createBreaker } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { deferred } from './deferred.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';

const DAY_MS = 86_400_000;
const YEAR_MS = 365.25 * DAY_MS;

test('deadlines of all kinds and breakers share one timer, which holds no process', async () => {
  const { board, clock } = await openVirtualBoard({ defaults: QUICK });
  for (let number = 0; number < 500; number++) {
    failTimes(board.breaker(`open ${number}`, { ...QUICK, recoveryTimeoutMs: 500 + number }), 1);
  }
  board.breaker('permits').acquire();
  const trip = { policy: 'time', slowCallMs: 50 } as const;
  board.breaker('slow', { trip }).acquire();
  board.flush();
  expect(clock.pendingCount).toBe(1);
  expect(clock.heldCount).toBe(0);
  expect(clock.nextTimerMs).toBe(50);
});

test('the timer holds the process exactly while a caller waits for it', async () => {
  const { board, clock } = await openVirtualBoard();
  const api = board.breaker('api', { timeoutMs: 1_000 });
  const { promise, resolve } = deferred<number>();
  const call = api.call(() => promise);
  await clock.settle();
  expect(clock.heldCount).toBe(1);
  resolve(1);
  await call;
  expect(clock.heldCount).toBe(0);
});

test('breakers without a board share one timer per clock', () => {
  const clock = new VirtualClock();
  for (let number = 0; number < 100; number++) failTimes(createBreaker({ ...QUICK, clock }), 1);
  expect(clock.pendingCount).toBe(1);
});

describe.each([
  ['30 days', 30 * DAY_MS],
  ['300 years', 300 * YEAR_MS],
])('a deadline in %s', (_, recoveryTimeoutMs) => {
  test('comes then, and not before', async () => {
    const { board, clock } = await openVirtualBoard();
    const api = board.breaker('api', { failureThreshold: 1, recoveryTimeoutMs });
    failTimes(api, 1);
    clock.advance(recoveryTimeoutMs - 1);
    expect(api.state).toBe('open');
    expect(() => api.acquire()).toThrow(expect.objectContaining({ code: 'circuit_open' }));
    clock.advance(1);
    expect(api.state).toBe('half_open');
  });
});

/**
 * On this clock every look at the time takes a little: work has a duration, a deterministic one.
 */
class LaboriousClock extends VirtualClock {
  #spentMs = 0;
  turnCount = 0;
  longestTurnMs = 0;

  override monotonicMs(): number {
    this.#spentMs += 0.01;
    return super.monotonicMs() + this.#spentMs;
  }

  override setTimer(delayMs: number, held: boolean, run: () => void): unknown {
    return super.setTimer(delayMs, held, () => {
      this.turnCount++;
      const before = this.#spentMs;
      run();
      this.longestTurnMs = Math.max(this.longestTurnMs, this.#spentMs - before);
    });
  }
}

test('thousands of probes due at once run in slices: the event loop has its turns', () => {
  const clock = new LaboriousClock();
  const breakers = Array.from({ length: 5_000 }, () => createBreaker({ ...QUICK, clock }));
  for (const breaker of breakers) failTimes(breaker, 1);
  clock.advance(2 * QUICK.recoveryTimeoutMs);
  expect(breakers.every(({ state }) => state === 'half_open')).toBe(true);
  expect(clock.longestTurnMs).toBeLessThan(6);
  expect(clock.turnCount).toBeGreaterThan(5);
});

test('a caller that comes after the instant does not wait for the timer', () => {
  const clock = new LaboriousClock();
  const breaker = createBreaker({ ...QUICK, clock });
  failTimes(breaker, 1);
  const setTimer = clock.setTimer.bind(clock);
  clock.setTimer = (delayMs, held) => setTimer(delayMs, held, () => {});
  clock.advance(QUICK.recoveryTimeoutMs);
  expect(breaker.acquire().isProbe).toBe(true);
});
