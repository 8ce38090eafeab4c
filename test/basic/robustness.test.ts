/**
 * The criteria on errors: every kind is handled, none harms the breaker, all come out untouched.
 */
import { runInNewContext } from 'node:vm';

import { describe, expect, test } from 'vitest';

import { isFuseboardError, openBoard, type LoneBreakerOptions } from '../../index.ts';
import { due, ending, rig, setBudget, tripped, WAYS } from '../breaker/rig.ts';

class QuotaError extends Error {
  override readonly name = 'QuotaError';
}

/** Everything that can be thrown, more or less. */
const THROWN: readonly (readonly [what: string, error: unknown])[] = [
  ['an error', new Error('down')],
  ['an error of a class', new QuotaError('none left')],
  ['an error with a cause', new Error('outer', { cause: new TypeError('inner') })],
  ['many errors in one', new AggregateError([new Error('a'), new Error('b')], 'all failed')],
  ['an abort of its own', new DOMException('gone', 'AbortError')],
  ['an error of another realm', runInNewContext('new RangeError("elsewhere")')],
  ['a frozen error', Object.freeze(new Error('cold'))],
  ['an error without a stack', Object.assign(new Error('bare'), { stack: undefined })],
  ['an error that throws when looked at', brittle()],
  ['a text', 'just a text'],
  ['an empty text', ''],
  ['a number', 0],
  ['nothing', undefined],
  ['null', null],
  ['a symbol', Symbol('thrown')],
  ['a function', () => 'thrown'],
  ['a promise', Promise.resolve('thrown')],
  ['an object without a prototype', Object.create(null)],
];

function brittle(): Error {
  const look = (): never => {
    throw new Error('do not look');
  };
  return new Proxy(new Error('brittle'), { get: look, has: look, getPrototypeOf: look });
}

const MODES: readonly (readonly [string, LoneBreakerOptions])[] = [
  ...WAYS,
  ['by classes', { failOn: Error }],
  ['by a predicate', { failOn: () => true }],
  ['with retries', { retry: { attemptsMax: 1 } }],
];

describe.each(MODES)('%s:', (_way, options) => {
  test.each(THROWN)('CRIT-07 %s comes out as what it is, and is counted', async (_what, error) => {
    const { breaker } = rig(options);
    const results = [
      await breaker.call(() => thrown(error)).catch((reason: unknown) => ({ reason })),
      await breaker.call(() => Promise.reject(error)).catch((reason: unknown) => ({ reason })),
    ];
    for (const result of results) {
      expect(Object.is(result.reason, error)).toBe(true);
    }
    const isIgnored = options.failOn === Error && !isError(error);
    expect(breaker.snapshot()).toMatchObject({
      consecutiveFailures: isIgnored ? 0 : 2,
      inFlightCount: 0,
    });
  });
});

/** What cannot be looked at cannot be excused. */
function isError(value: unknown): boolean {
  try {
    return value instanceof Error;
  } catch {
    return true;
  }
}

function thrown(error: unknown): never {
  throw error;
}

test('CRIT-07 an observed breaker says the name of what was thrown, whatever it was', async () => {
  await using board = await openBoard();
  const names: (string | undefined)[] = [];
  board.facts$.subscribe((fact) => {
    if (fact.type === 'call.finished') names.push(fact.errorName);
  });
  const breaker = board.breaker('api', { failureThreshold: 1_000 });
  for (const [, error] of THROWN) await breaker.call(() => thrown(error)).catch(() => {});
  board.flush();
  expect(names).toHaveLength(THROWN.length);
  expect(names.slice(0, 6)).toEqual([
    'Error',
    'QuotaError',
    'Error',
    'AggregateError',
    'AbortError',
    expect.any(String),
  ]);
});

describe('CRIT-08 an unexpected exception changes nothing', () => {
  const options = { failOn: QuotaError, recoveryTimeoutMs: 1_000 };
  const bug = (): never => {
    throw new TypeError('bug');
  };

  test('in a closed breaker with failures', async () => {
    const { breaker } = rig({ failOn: QuotaError });
    await ending(breaker.call(() => thrown(new QuotaError())));
    const before = breaker.snapshot();
    expect(before.consecutiveFailures).toBe(1);
    expect(await ending(breaker.call(bug))).toBe('bug');
    expect(breaker.snapshot()).toEqual(before);
  });

  test('in a half open breaker with probes', async () => {
    const made = await tripped({ failureThreshold: 1, recoveryTimeoutMs: 1_000, probesNeeded: 3 });
    made.breaker.configure({ ignore: TypeError });
    made.clock.advance(1_000);
    await made.succeed();
    const before = made.breaker.snapshot();
    expect(before).toMatchObject({ state: 'half_open', probesSucceededCount: 1 });
    expect(await ending(made.breaker.call(bug))).toBe('bug');
    expect(made.breaker.snapshot()).toEqual(before);
  });

  test('in a breaker whose budget is strained', async () => {
    const made = rig(options);
    expect(setBudget(made, 'warned')).toBe('budget_limited');
    const before = made.breaker.snapshot();
    expect(await ending(made.breaker.call(bug))).toBe('bug');
    expect(made.breaker.snapshot()).toEqual(before);
  });

  test('in an open breaker, which does not even make the call', async () => {
    const { breaker } = await tripped();
    const before = breaker.snapshot();
    expect(await ending(breaker.call(bug))).toBe('circuit_open');
    expect(breaker.snapshot()).toEqual(before);
  });

  test('when every callback of the user throws', async () => {
    const { breaker } = rig({
      failureThreshold: 2,
      classify: bug,
      failOn: bug,
      ignore: bug,
      failOnResult: bug,
      openInterval: bug,
      retry: { retryIf: bug },
    });
    expect(await ending(breaker.call(() => 'ok'))).toBe('ok');
    expect(await ending(breaker.call(() => thrown(new Error('down'))))).toBe('down');
    expect(await ending(breaker.call(() => thrown(new Error('down'))))).toBe('down');
    expect(breaker.state).toBe('open');
  });
});

describe.each(WAYS)('%s:', (_way, options) => {
  test('CRIT-09 an error keeps its identity, its stack and its shape', async () => {
    for (const make of [rig, due]) {
      const { breaker } = await make(options);
      const error = new QuotaError('none left');
      const { stack } = error;
      const keys = Reflect.ownKeys(error);
      await expect(breaker.call(() => thrown(error))).rejects.toBe(error);
      expect(error.stack).toBe(stack);
      expect(error.stack).toContain('robustness.test.ts');
      expect(Reflect.ownKeys(error)).toEqual(keys);
      expect(isFuseboardError(error)).toBe(false);
    }
  });
});

test('CRIT-09 through retries and a timeout the last error comes out as it was', async () => {
  const { breaker, clock } = rig({
    timeoutMs: 1_000,
    failureThreshold: 100,
    retry: { attemptsMax: 3, delayMs: 0, retryIf: () => true },
  });
  const errors = [new Error('one'), new Error('two'), new Error('three')];
  let attempt = 0;
  const call = breaker.call(() => thrown(errors[attempt++]));
  call.catch(() => {});
  await clock.advanceAsync(10);
  await expect(call).rejects.toBe(errors[2]);
});
