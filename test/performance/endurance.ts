/** Ten million calls through one breaker: what stays on the heap. */
import { createBreaker, type BreakerOptions } from '../../index.ts';
import type { Gauge } from './case.ts';
import { heapBytes } from './heap.ts';
import { answer, fail } from './rivals.ts';

const CALLS = 10_000_000;
const FAILS_EVERY = 1_000;
/** What compiled code and counters may still take after the warm-up. */
const GROWTH_MAX_KIB = 64;

const endurance = (id: string, policy: string, options: BreakerOptions): Gauge => ({
  id,
  async read() {
    const breaker = createBreaker(options);
    const run = async (calls: number): Promise<number> => {
      let sum = 0;
      for (let i = 1; i <= calls; i++) {
        if (i % FAILS_EVERY === 0) await breaker.call(fail).catch(() => {});
        else sum += await breaker.call(answer);
      }
      return sum;
    };
    await run(CALLS / 10);
    const before = heapBytes();
    await run(CALLS);
    const value = (heapBytes() - before) / 1024;
    if (breaker.state !== 'closed') throw new Error('the breaker tripped');
    const what = `heap growth over 10 million calls, ${policy}`;
    return [{ what, value, unit: 'KiB', max: GROWTH_MAX_KIB }];
  },
});

export const ENDURANCE: readonly Gauge[] = [
  endurance('endurance', 'consecutive failures', {}),
  endurance('endurance-timed', 'time window with slow calls', {
    trip: { policy: 'time', windowMs: 1_000, slowCallMs: 1_000 },
  }),
];
