/** A wall clock that jumps delays one probe by at most the interval that was meant. */
import { describe, expect, test } from 'vitest';

import { createBreaker } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';

const HOUR_MS = 3_600_000;
const { recoveryTimeoutMs } = QUICK;

describe.each([
  ['back', -HOUR_MS],
  ['forward', HOUR_MS],
])('a wall clock that jumps %s by an hour', (_, jumpMs) => {
  test('does not move the probe of a running breaker', () => {
    const clock = new VirtualClock();
    const breaker = createBreaker({ ...QUICK, clock });
    failTimes(breaker, 1);
    clock.advance(10_000);
    clock.jumpWall(jumpMs);
    clock.advance(recoveryTimeoutMs - 10_001);
    expect(breaker.state).toBe('open');
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code: 'circuit_open' }));
    clock.advance(1);
    expect(breaker.state).toBe('half_open');
  });

  test('does not age a time window, nor a call that runs', () => {
    const clock = new VirtualClock();
    const slow = { slowCallMs: 5_000, slowRatio: 0.5, minimumCalls: 2 };
    const breaker = createBreaker({ trip: { policy: 'time', windowMs: 60_000, ...slow }, clock });
    breaker.acquire().succeed();
    breaker.acquire();
    clock.jumpWall(jumpMs);
    expect(breaker.snapshot().window).toMatchObject({ calls: 1, slow: 0 });
    clock.advance(5_000);
    expect(breaker.snapshot()).toMatchObject({ state: 'open', cause: 'slow_rate' });
  });

  test('between two programs delays the probe by at most one interval', async () => {
    const store = `sqlite:${scratchFile()}`;
    const first = await openVirtualBoard({ store, defaults: QUICK });
    failTimes(first.board.breaker('api'), 1);
    await first.board.close();

    const clock = new VirtualClock({ startMs: first.clock.nowMs() + jumpMs });
    const { board } = await openVirtualBoard({ store, clock, defaults: QUICK });
    const api = board.breaker('api');
    clock.advance(jumpMs > 0 ? 0 : recoveryTimeoutMs - 1);
    expect(api.state).toBe(jumpMs > 0 ? 'half_open' : 'open');
    clock.advance(1);
    expect(api.state).toBe('half_open');
  });
});

test('a pause that a provider asked for survives a jump back as it was meant', async () => {
  const store = `sqlite:${scratchFile()}`;
  const first = await openVirtualBoard({ store });
  const retryAtMs = first.clock.nowMs() + 300_000;
  first.board.breaker('api').acquire().record({ outcome: 'rate_limited', retryAtMs });
  await first.board.close();

  const clock = new VirtualClock({ startMs: first.clock.nowMs() - 24 * HOUR_MS });
  const { board } = await openVirtualBoard({ store, clock });
  const api = board.breaker('api');
  clock.advance(299_999);
  expect(api.state).toBe('open');
  clock.advance(1);
  expect(api.state).toBe('half_open');
});
