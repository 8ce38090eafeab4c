/** A breaker's options: what each takes, what it does not, and what is said about that. */
import { describe, expect, test } from 'vitest';

import { createBreaker, FuseboardError, type BreakerOptions } from '../../index.ts';
import { mergeOptions, resolveOptions } from '../../services/resolve-options.ts';

/** What is said of an option that came with `value` at `path`. */
function complaint(path: string, value: unknown): string {
  const options = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  try {
    createBreaker(withNeighbours(path, options as BreakerOptions));
  } catch (error) {
    expect(error).toBeInstanceOf(FuseboardError);
    expect((error as FuseboardError).code).toBe('invalid_option');
    return (error as FuseboardError).message;
  }
  return 'accepted';
}

/** Options that only make sense beside others. */
function withNeighbours(path: string, options: BreakerOptions): BreakerOptions {
  const { trip, bulkhead } = options as Record<string, object | undefined>;
  if (path.startsWith('trip.') && !path.endsWith('.policy')) {
    const policy = path.endsWith('failures')
      ? 'consecutive'
      : path.endsWith('windowMs')
        ? 'time'
        : path.endsWith('create')
          ? 'custom'
          : 'count';
    return { trip: { policy, ...trip } } as BreakerOptions;
  }
  if (path.startsWith('bulkhead.') && !path.endsWith('callsMax')) {
    return { bulkhead: { callsMax: 1, ...bulkhead } };
  }
  return options;
}

const NOT_A_NUMBER = [NaN, '5', null, true, [], {}, 5n, () => 5] as const;
const COUNT = [0, -1, 1.5, Infinity, 1_000_001, ...NOT_A_NUMBER] as const;
const SPAN = [0, -1, 0.5, Infinity, 2 ** 53, ...NOT_A_NUMBER] as const;
const WAIT = [-1, -0.1, Infinity, 2 ** 53, ...NOT_A_NUMBER] as const;
const RATIO = [0, -0.1, 1.01, Infinity, ...NOT_A_NUMBER] as const;
const NO_FUNCTION = [null, 0, 'f', {}, []] as const;
const NO_OBJECT = [null, 0, 'yes', true, []] as const;
const NO_CHOICE = ['other', 'ENFORCE', '', 0, null, true] as const;

/** Path of each option, what is said to be allowed, and what is not. */
const REFUSED: readonly (readonly [path: string, allowed: string, bad: readonly unknown[]])[] = [
  ['failureThreshold', 'an integer of at least 1', [0, -1, 1.5, Infinity, ...NOT_A_NUMBER]],
  ['recoveryTimeoutMs', 'a number of at least 0', WAIT],
  ['probesMax', 'an integer from 1 to 1000000', COUNT],
  ['probesNeeded', 'an integer from 1 to 1000000', COUNT],
  ['probeTimeoutMs', 'a number of at least 1', SPAN],
  ['permitTimeoutMs', 'a number of at least 1', SPAN],
  ['timeoutMs', 'a number of at least 1', SPAN],
  ['mode', "one of 'enforce', 'observe', 'off'", NO_CHOICE],
  ['onQuarantine', "one of 'refuse', 'admit'", NO_CHOICE],
  ['failOn', 'an error class, an array of them, or a predicate', [null, 0, 'Error', {}, [null]]],
  ['ignore', 'an error class, an array of them, or a predicate', [null, 0, 'Error', {}, ['E']]],
  ['failOnResult', 'a function', NO_FUNCTION],
  ['classify', 'a function', NO_FUNCTION],
  ['trip', 'an object', [null, 0, 'count', true]],
  ['trip.policy', "one of 'consecutive', 'count', 'time', 'custom'", [undefined, ...NO_CHOICE]],
  ['trip.failures', 'an integer of at least 1', [0, -1, 1.5, ...NOT_A_NUMBER]],
  ['trip.calls', 'an integer from 1 to 1000000', COUNT],
  ['trip.windowMs', 'a number of at least 10', [9, 0, -1, Infinity, ...NOT_A_NUMBER]],
  ['trip.failureRatio', 'a ratio above 0 and at most 1', RATIO],
  ['trip.slowRatio', 'a ratio above 0 and at most 1', RATIO],
  ['trip.minimumCalls', 'an integer of at least 1', [0, -1, 1.5, ...NOT_A_NUMBER]],
  ['trip.slowCallMs', 'a number of at least 1', SPAN],
  ['trip.create', 'a function that makes a policy', [undefined, ...NO_FUNCTION]],
  ['openInterval', 'milliseconds, an object or a function', [null, '5', true, [], 5n]],
  ['openInterval.baseMs', 'a number of at least 0', WAIT],
  ['openInterval.maxMs', 'a number of at least 0', WAIT],
  ['openInterval.factor', 'a number from 1 to 1000', [0, 0.9, 1_001, Infinity, ...NOT_A_NUMBER]],
  ['probeWait', "'refuse' or an object", ['wait', null, 5, true, []]],
  ['probeWait.callersMax', 'an integer from 1 to 1000000', COUNT],
  ['probeWait.timeoutMs', 'a number of at least 1', SPAN],
  ['bulkhead', 'an object', NO_OBJECT],
  ['bulkhead.callsMax', 'an integer from 1 to 1000000', COUNT],
  ['bulkhead.queueMax', 'an integer from 0 to 1000000', [-1, 1.5, 1_000_001, ...NOT_A_NUMBER]],
  ['bulkhead.queueTimeoutMs', 'a number of at least 1', SPAN],
  ['retry', 'an object', NO_OBJECT],
  ['retry.attemptsMax', 'an integer from 1 to 100', [0, -1, 1.5, 101, ...NOT_A_NUMBER]],
  ['retry.delayMs', 'a number of at least 0', WAIT],
  ['retry.delayMaxMs', 'a number of at least 0', WAIT],
  ['retry.totalMs', 'a number of at least 1', SPAN],
  ['retry.retryIf', 'a function', NO_FUNCTION],
];

test.each(REFUSED)('%s takes %s, and says so of anything else', (path, allowed, bad) => {
  for (const value of bad) {
    expect(complaint(path, value)).toContain(`breaker.${path} must be ${allowed}, got `);
  }
});

describe('options that do not fit together', () => {
  test.each<[BreakerOptions, string]>([
    [
      { failureThreshold: 3, trip: { policy: 'count' } },
      'breaker.failureThreshold must be absent when trip is given, got 3',
    ],
    [
      { trip: { policy: 'count', calls: 10, minimumCalls: 11 } },
      'breaker.trip.minimumCalls must be at most calls (10), or it is never reached, got 11',
    ],
    [
      { trip: { policy: 'time', slowRatio: 0.5 } },
      'breaker.trip.slowCallMs must be given when slowRatio is, got undefined',
    ],
    [
      { openInterval: { baseMs: 100, maxMs: 99 } },
      'breaker.openInterval.maxMs must be at least baseMs (100), got 99',
    ],
    [
      { retry: { delayMs: 100, delayMaxMs: 99 } },
      'breaker.retry.delayMaxMs must be at least delayMs (100), got 99',
    ],
    [{ bulkhead: {} as never }, 'breaker.bulkhead.callsMax must be given, got undefined'],
  ])('%o', (options, message) => {
    expect(() => createBreaker(options)).toThrow(message);
  });
});

describe('a misspelt option is not passed over:', () => {
  test.each<[string, unknown]>([
    ['failureTreshold', { failureTreshold: 3 }],
    ['trip.callz', { trip: { policy: 'count', callz: 3 } }],
    ['trip.calls', { trip: { policy: 'time', calls: 3 } }],
    ['trip.windowMs', { trip: { policy: 'count', windowMs: 300 } }],
    ['trip.failureRatio', { trip: { policy: 'consecutive', failureRatio: 0.5 } }],
    ['trip.calls', { trip: { policy: 'custom', create: () => null, calls: 3 } }],
    ['openInterval.max', { openInterval: { max: 3 } }],
    ['probeWait.max', { probeWait: { max: 3 } }],
    ['bulkhead.queue', { bulkhead: { callsMax: 1, queue: 3 } }],
    ['retry.attempts', { retry: { attempts: 3 } }],
  ])('%s', (path, options) => {
    expect(() => createBreaker(options as BreakerOptions)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: `breaker.${path} is not an option`,
        hint: expect.stringMatching(/^The options are \w/),
      }),
    );
  });
});

test('everything that is not an object is refused as options', () => {
  for (const options of [null, 5, 'closed', true, []]) {
    expect(() => createBreaker(options as never)).toThrow(/must be an object, got/);
  }
});

test('a lone breaker is told what is wrong with its name, clock and randomness', () => {
  expect(() => createBreaker({ name: '' })).toThrow(/breaker\.name must be a string of 1 to 256/);
  expect(() => createBreaker({ name: 'n'.repeat(257) })).toThrow(/breaker\.name must be/);
  for (const clock of [null, 5, {}, Date] as never[]) {
    expect(() => createBreaker({ clock })).toThrow(/breaker\.clock must be a clock with nowMs/);
  }
  for (const random of [null, 0.5, {}] as never[]) {
    expect(() => createBreaker({ random })).toThrow(/breaker\.random must be a function/);
  }
});

test('classes of errors come alone or in an array, predicates alone', () => {
  class NotAnError {}
  expect(() => createBreaker({ failOn: [() => true] as never })).toThrow(/failOn must be an error/);
  expect(() => createBreaker({ failOn: NotAnError as never })).toThrow(/failOn must be an error/);
  expect(() => createBreaker({ ignore: [NotAnError] as never })).toThrow(/ignore must be an error/);
  expect(() => createBreaker({ failOn: [TypeError], ignore: () => false })).not.toThrow();
});

test('what was given is kept, deeply: changing it later changes nothing', () => {
  const trip = { policy: 'count', calls: 10 } as const;
  const retryIf = () => true;
  const given = { trip: { ...trip }, retry: { attemptsMax: 2, retryIf } };
  const resolved = resolveOptions(given);
  (given.trip as { calls: number }).calls = 3;
  given.retry.attemptsMax = 9;
  expect(resolved.given).toEqual({ trip, retry: { attemptsMax: 2, retryIf } });
  expect(resolveOptions(resolved.given).trip).toMatchObject({ calls: 10 });
});

test('resolved options cannot be changed', () => {
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null
      ? true
      : Object.isFrozen(value) && Object.values(value).every(frozen);
  const options: BreakerOptions = {
    trip: { policy: 'time' },
    openInterval: { baseMs: 5 },
    probeWait: { callersMax: 5 },
    bulkhead: { callsMax: 5 },
    retry: {},
    failOn: [TypeError],
  };
  expect(frozen(resolveOptions(options))).toBe(true);
});

test('one kind of trip policy replaces another when options are laid over others', () => {
  const count = { trip: { policy: 'count' } } as const;
  expect(mergeOptions({ failureThreshold: 3, probesMax: 2 }, count)).toEqual({
    ...count,
    probesMax: 2,
  });
  expect(mergeOptions({ ...count, probesMax: 2 }, { failureThreshold: 3 })).toEqual({
    failureThreshold: 3,
    probesMax: 2,
  });
  expect(mergeOptions(count, { probesMax: 2 })).toEqual({ ...count, probesMax: 2 });
  expect(mergeOptions(count)).toEqual(count);
});
