/**
 * A function that fails according to a plan, to call through a breaker: the first calls, a
 * pattern, a seeded share, or whatever a predicate says. It counts what happened to it.
 */
import { functionOption, invalidOption, knownKeys, numberOption } from '../../services/check.ts';
import { systemClock, type Clock } from '../../services/clock.ts';
import { seededRandom } from './seeded-random.ts';

/** Which calls fail. Calls are numbered from 1. */
export type FailurePlan =
  /** The first so many. */
  | { readonly first: number }
  /**
   * One letter a call: `F` fails, `S` succeeds, blanks are ignored. After its end it starts
   * again (`then: 'repeat'`, the default), or every call succeeds or fails.
   */
  | { readonly pattern: string; readonly then?: 'repeat' | 'succeed' | 'fail' }
  /** A share in [0, 1], drawn from a seed. */
  | { readonly ratio: number; readonly seed: number }
  | { readonly when: (call: number) => boolean };

export interface FailingFunctionOptions<T> {
  /** What a successful call returns. @default the number of the call */
  readonly result?: (call: number) => T;
  /** What a failing call throws. @default Error('planned failure of call N') */
  readonly error?: (new (message: string) => unknown) | ((call: number) => unknown);
  /** How long a call takes. Milliseconds. @default settles at once */
  readonly takesMs?: number | ((call: number) => number);
  /** Measures `takesMs`. @default the system's clock */
  readonly clock?: Clock;
}

/** Counts of a planned function. */
export interface PlannedCounts {
  readonly callCount: number;
  readonly failureCount: number;
  readonly successCount: number;
}

export type FailingFunction<R> = (() => R) & PlannedCounts;

const isClass = (value: object): value is new (message: string) => unknown =>
  value === Error || (value as { prototype?: unknown }).prototype instanceof Error;

/** An asynchronous function that fails by plan. @throws FuseboardError invalid_option */
export function failingFunction<T = number>(
  plan: FailurePlan,
  options: FailingFunctionOptions<T> = {},
): FailingFunction<Promise<T>> {
  const { clock = systemClock, takesMs } = options;
  return counted(plan, options, async (settle, call) => {
    const ms = typeof takesMs === 'function' ? takesMs(call) : (takesMs ?? 0);
    if (ms > 0) await new Promise<void>((resolve) => void clock.setTimer(ms, true, resolve));
    return settle();
  });
}

/** A synchronous function that fails by plan. @throws FuseboardError invalid_option */
export function failingFunctionSync<T = number>(
  plan: FailurePlan,
  options: Pick<FailingFunctionOptions<T>, 'result' | 'error'> = {},
): FailingFunction<T> {
  return counted(plan, options, (settle) => settle());
}

function counted<T, R>(
  plan: FailurePlan,
  options: FailingFunctionOptions<T>,
  run: (settle: () => T, call: number) => R,
): FailingFunction<R> {
  knownKeys('failingFunction', options, ['result', 'error', 'takesMs', 'clock']);
  functionOption('failingFunction.error', options.error);
  const fails = compilePlan(plan);
  const result = options.result ?? ((call: number) => call as T);
  let callCount = 0;
  let failureCount = 0;
  const failing = (): R => {
    callCount += 1;
    const call = callCount;
    const isFailure = fails(call);
    if (isFailure) failureCount += 1;
    return run(() => {
      if (isFailure) throw makeError(options.error, call);
      return result(call);
    }, call);
  };
  return Object.defineProperties(failing, {
    callCount: { get: () => callCount },
    failureCount: { get: () => failureCount },
    successCount: { get: () => callCount - failureCount },
  }) as FailingFunction<R>;
}

function makeError(error: FailingFunctionOptions<unknown>['error'], call: number): unknown {
  const message = `planned failure of call ${call}`;
  if (error === undefined) return new Error(message);
  return isClass(error) ? new error(message) : error(call);
}

function compilePlan(plan: FailurePlan): (call: number) => boolean {
  const at = 'failingFunction.plan';
  if ('first' in plan) {
    const first = numberOption(`${at}.first`, plan.first, { min: 0, integer: true }, 0);
    return (call) => call <= first;
  }
  if ('pattern' in plan) {
    const letters = plan.pattern.replaceAll(/\s/g, '');
    if (!/^[FS]+$/.test(letters)) {
      throw invalidOption(`${at}.pattern`, 'letters F (fails) and S (succeeds)', plan.pattern);
    }
    return (call) => {
      const isOver = call > letters.length && plan.then !== undefined && plan.then !== 'repeat';
      return isOver ? plan.then === 'fail' : letters[(call - 1) % letters.length] === 'F';
    };
  }
  if ('ratio' in plan) {
    const ratio = numberOption(`${at}.ratio`, plan.ratio, { min: 0, max: 1 }, 0);
    const random = seededRandom(plan.seed);
    return () => random() < ratio;
  }
  if ('when' in plan && typeof plan.when === 'function') return plan.when;
  throw invalidOption(at, 'one of { first }, { pattern }, { ratio, seed } or { when }', plan);
}
