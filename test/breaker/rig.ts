/** What most tests of a breaker begin with: one on a virtual clock, and calls that end as told. */
import {
  createBreaker,
  isFuseboardError,
  type Breaker,
  type BreakerStatus,
  type LoneBreakerOptions,
} from '../../index.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

export interface Rig {
  readonly clock: VirtualClock;
  readonly breaker: Breaker;
  /** A call that succeeds, and how it ended. */
  succeed(): Promise<string>;
  /** Calls that fail, one after another, and how the last one ended. */
  fail(times?: number): Promise<string>;
}

export function rig(options: LoneBreakerOptions = {}): Rig {
  const clock = new VirtualClock();
  const breaker = createBreaker({ name: 'api', clock, random: seededRandom(1), ...options });
  return {
    clock,
    breaker,
    succeed: () => ending(breaker.call(() => Promise.resolve('ok'))),
    async fail(times = 1) {
      let last = '';
      for (let call = 0; call < times; call += 1) {
        last = await ending(breaker.call(() => Promise.reject(new Error('down'))));
      }
      return last;
    },
  };
}

/** A breaker that has just tripped, by one failure and for a minute unless the options differ. */
export async function tripped(options: LoneBreakerOptions = {}): Promise<Rig> {
  const made = rig({ ...(options.trip === undefined ? { failureThreshold: 1 } : {}), ...options });
  for (let call = 0; call < 1_000 && made.breaker.state === 'closed'; call += 1) await made.fail();
  if (made.breaker.state !== 'open') throw new Error(`is ${made.breaker.state}, not tripped`);
  return made;
}

/** A breaker whose wait is over: the next call is its probe. */
export async function due(options: LoneBreakerOptions = {}): Promise<Rig> {
  const made = await tripped(options);
  const { probeAtMs } = made.breaker.snapshot();
  made.clock.advance((probeAtMs ?? NaN) - made.clock.nowMs());
  if (made.breaker.state !== 'half_open') throw new Error(`is ${made.breaker.state}, not due`);
  return made;
}

/** How a call ended in a word: what it returned, a refusal's code, or an error's message. */
export const ending = (call: Promise<unknown>): Promise<string> =>
  call.then(
    (value) => String(value),
    (error: unknown) =>
      isFuseboardError(error) ? error.code : error instanceof Error ? error.message : String(error),
  );

/** A promise, and what settles it. */
export interface Pending<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

export function pending<T = string>(): Pending<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((pass, fail) => {
    resolve = pass;
    reject = fail;
  });
  return { promise, resolve, reject };
}

/** Options under which calls take each way through a breaker that there is. */
export const WAYS: readonly (readonly [way: string, options: LoneBreakerOptions])[] = [
  ['counting failures in a row', {}],
  ['counting in a window', { trip: { policy: 'count', calls: 10, minimumCalls: 5 } }],
  ['watching for slow calls', { trip: { policy: 'time', minimumCalls: 5, slowCallMs: 1_000 } }],
  ['with layers', { timeoutMs: 1_000, bulkhead: { callsMax: 1_000 } }],
];

/** Moves a breaker's budget, as a board does. */
export function setBudget(
  { breaker, clock }: Rig,
  level: 'warned' | 'exceeded' | 'recovered',
): BreakerStatus {
  breaker.actor.send({ type: `budget.${level}`, atMs: clock.nowMs() });
  return breaker.state;
}
