/** A call does nothing that its options do not ask for. */
import { expect, test } from 'vitest';

import { createBreaker, type BreakerOptions } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

class CountingClock extends VirtualClock {
  reads = 0;

  override monotonicMs(): number {
    this.reads++;
    return super.monotonicMs();
  }
}

const rates = { failureRatio: 0.5, minimumCalls: 10 } as const;
const READS: readonly (readonly [string, BreakerOptions, number])[] = [
  ['consecutive failures', {}, 0],
  ['a count window', { trip: { policy: 'count', ...rates } }, 0],
  ['a time window', { trip: { policy: 'time', ...rates } }, 1],
  ['slow calls', { trip: { policy: 'time', ...rates, slowCallMs: 50 } }, 2],
];

test.each(READS)(
  'a call under %s reads the clock as often as it must',
  async (_, options, reads) => {
    const clock = new CountingClock();
    const breaker = createBreaker({ ...options, clock });
    await breaker.call(() => 1); // the first slow-call deadline arms the timer
    clock.reads = 0;
    await breaker.call(() => 1);
    expect(clock.reads).toBe(reads);
  },
);

test.each<[string, BreakerOptions]>([
  ['no layer', {}],
  ['a timeout', { timeoutMs: 100 }],
  ['a bulkhead', { bulkhead: { callsMax: 1 } }],
  ['retrying', { retry: {} }],
])('with %s and nothing to wait for, a call begins in its own turn', async (_, options) => {
  const breaker = createBreaker({ ...options, clock: new VirtualClock() });
  let isBegun = false;
  const call = breaker.call(() => (isBegun = true));
  expect(isBegun).toBe(true);
  await call;
});
