/** A breaker without a board: no store, no bus, nothing to open or close. */
import { NO_BOARD } from './board-gate.ts';
import { BreakerCore } from './breaker-core.ts';
import type { Breaker } from './breaker.ts';
import { clockOption, functionOption, objectOption, textArgument } from './check.ts';
import { systemClock, type Clock } from './clock.ts';
import { Deadlines } from './deadlines.ts';
import type { BreakerOptions } from './options.ts';
import { resolveOptions } from './resolve-options.ts';
import { systemRandom, type Random } from './random.ts';

export interface LoneBreakerOptions extends BreakerOptions {
  /** Appears in errors and explanations. @default 'breaker' */
  readonly name?: string;
  /** @default the machine's clocks */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

/** One timer for all breakers on one clock. */
const deadlinesOf = new WeakMap<Clock, Deadlines>();

/** @throws FuseboardError invalid_option, invalid_argument */
export function createBreaker(options: LoneBreakerOptions = {}): Breaker {
  objectOption('breaker', options);
  const { name = 'breaker', clock = systemClock, random = systemRandom, ...rest } = options;
  textArgument('breaker.name', name, 256);
  clockOption('breaker.clock', clock);
  functionOption('breaker.random', random);
  let deadlines = deadlinesOf.get(clock);
  if (deadlines === undefined) {
    deadlines = new Deadlines(clock);
    deadlinesOf.set(clock, deadlines);
  }
  return new BreakerCore(name, resolveOptions(rest), {
    clock,
    random,
    deadlines,
    boardGate: NO_BOARD,
    treasury: null,
    isObserved: false,
    isClosed: false,
    onIdle: null,
    publish: () => {},
    keep: () => {},
    watch: () => {},
  });
}
