/** What an error or a result means: the classes, and who decides. */
import { beforeEach, describe, expect, test } from 'vitest';

import { resolveOptions } from '../../services/resolve-options.ts';
import { OUTCOMES, type OutcomeOptions, type Verdict } from '../../services/outcome.ts';

class NetworkError extends Error {}
class TimeoutError extends NetworkError {}
class AppError extends Error {}

let reports: string[];
beforeEach(() => {
  reports = [];
});

const report = (callback: string): void => void reports.push(callback);
const verdictOfError = (options: OutcomeOptions, error: unknown): Verdict =>
  resolveOptions(options).classify({ ok: false, error }, report);
const verdictOfValue = (options: OutcomeOptions, value: unknown): Verdict =>
  resolveOptions(options).classify({ ok: true, value }, report);
const ofError = (options: OutcomeOptions, error: unknown): string =>
  verdictOfError(options, error).outcome;
const ofValue = (options: OutcomeOptions, value: unknown): string =>
  verdictOfValue(options, value).outcome;

describe('without options', () => {
  test.each([new Error('a'), new TypeError('b'), 'text', 0, undefined, null, { status: 500 }])(
    'whatever is thrown has failed: %s',
    (error) => expect(ofError({}, error)).toBe('failed'),
  );

  test.each([undefined, null, false, 0, '', new Error('returned, not thrown')])(
    'whatever is returned has succeeded: %s',
    (value) => expect(ofValue({}, value)).toBe('succeeded'),
  );
});

describe('failOn', () => {
  test('a class counts with its subclasses, others are ignored', () => {
    const options = { failOn: NetworkError };
    expect(ofError(options, new NetworkError())).toBe('failed');
    expect(ofError(options, new TimeoutError())).toBe('failed');
    expect(ofError(options, new AppError())).toBe('ignored');
    expect(ofError(options, new Error())).toBe('ignored');
    expect(ofError(options, { name: 'NetworkError' })).toBe('ignored');
  });

  test('Error itself counts every error, but not what is not one', () => {
    expect(ofError({ failOn: Error }, new AppError())).toBe('failed');
    expect(ofError({ failOn: Error }, 'text')).toBe('ignored');
  });

  test('an array counts each of its classes; an empty one counts none', () => {
    const options = { failOn: [TimeoutError, AppError] };
    expect(ofError(options, new TimeoutError())).toBe('failed');
    expect(ofError(options, new AppError())).toBe('failed');
    expect(ofError(options, new NetworkError())).toBe('ignored');
    expect(ofError({ failOn: [] }, new Error())).toBe('ignored');
  });

  test('a predicate counts what it says', () => {
    const options = { failOn: (error: unknown) => (error as { status: number }).status >= 500 };
    expect(ofError(options, { status: 503 })).toBe('failed');
    expect(ofError(options, { status: 404 })).toBe('ignored');
  });

  test('a predicate written as a function with a body of its own is a predicate', () => {
    const failOn = function (error: unknown): boolean {
      return error === 'down';
    };
    expect(ofError({ failOn }, 'down')).toBe('failed');
    expect(ofError({ failOn }, 'up')).toBe('ignored');
  });

  test('a predicate that throws cannot excuse the error, and is reported', () => {
    const failOn = (error: unknown): boolean => (error as { a: { b: boolean } }).a.b;
    expect(ofError({ failOn }, {})).toBe('failed');
    expect(reports).toEqual(['failOn']);
  });

  test('an array that the user changes later changes nothing', () => {
    const failOn = [AppError];
    const { classify } = resolveOptions({ failOn });
    failOn.pop();
    expect(classify({ ok: false, error: new AppError() }, report).outcome).toBe('failed');
  });
});

describe('ignore', () => {
  test('wins over failOn', () => {
    const options = { failOn: NetworkError, ignore: TimeoutError };
    expect(ofError(options, new NetworkError())).toBe('failed');
    expect(ofError(options, new TimeoutError())).toBe('ignored');
  });

  test('that throws excuses nothing, and is reported', () => {
    const ignore = (): boolean => {
      throw new Error('cannot say');
    };
    expect(ofError({ ignore }, new Error())).toBe('failed');
    expect(reports).toEqual(['ignore']);
  });
});

describe('failOnResult', () => {
  test('turns results into failures', () => {
    const failOnResult = (value: unknown): boolean => value === null;
    expect(ofValue({ failOnResult }, null)).toBe('failed');
    expect(ofValue({ failOnResult }, 0)).toBe('succeeded');
  });

  test('that throws leaves the result a success, and is reported', () => {
    const failOnResult = (value: unknown): boolean => (value as { ok: boolean }).ok;
    expect(ofValue({ failOnResult }, null)).toBe('succeeded');
    expect(reports).toEqual(['failOnResult']);
  });
});

describe('classify', () => {
  test.each(OUTCOMES)('may say %s, of an error and of a result', (outcome) => {
    expect(ofError({ classify: () => outcome }, new Error())).toBe(outcome);
    expect(ofValue({ classify: () => outcome }, 1)).toBe(outcome);
  });

  test('may give a verdict with a retry time and whether to try again', () => {
    const verdict = { outcome: 'rate_limited', retryAtMs: 5_000, retryable: false } as const;
    expect(verdictOfError({ classify: () => verdict }, new Error())).toEqual(verdict);
  });

  test('sees the error or the value, and which of them it is', () => {
    const seen: unknown[] = [];
    const classify = (settled: unknown): undefined => void seen.push(settled);
    const error = new Error();
    ofError({ classify }, error);
    ofValue({ classify }, 7);
    expect(seen).toEqual([
      { ok: false, error },
      { ok: true, value: 7 },
    ]);
  });

  test('that says nothing leaves it to the other options', () => {
    const options = { classify: () => undefined, ignore: AppError, failOnResult: () => true };
    expect(ofError(options, new AppError())).toBe('ignored');
    expect(ofValue(options, 1)).toBe('failed');
    expect(reports).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['an unknown outcome', 'broken'],
    ['a verdict of an unknown outcome', { outcome: 'broken' }],
    ['an inherited name', 'constructor'],
    ['a number', 42],
    ['null', null],
    ['a promise', Promise.resolve('failed')],
    ['a verdict that throws when looked at', hostileVerdict()],
  ])('that returns %s is reported, and the other options decide', (_, answer) => {
    const options = { classify: () => answer as never, ignore: AppError };
    expect(ofError(options, new AppError())).toBe('ignored');
    expect(ofError(options, new Error())).toBe('failed');
    expect(ofValue(options, 1)).toBe('succeeded');
    expect(reports).toEqual(['classify', 'classify', 'classify']);
  });

  test('that throws is reported, and the other options decide', () => {
    const classify = (): never => {
      throw new Error('not my day');
    };
    expect(ofError({ classify, ignore: AppError }, new AppError())).toBe('ignored');
    expect(reports).toEqual(['classify']);
  });

  test.each<[string, unknown]>([
    ['not a number', NaN],
    ['never', Infinity],
    ['before all time', -1],
    ['a text', '2030-01-01'],
    ['a date', new Date(5_000)],
  ])('that names %s as the retry time has named none, and is reported', (_, retryAtMs) => {
    const classify = () => ({ outcome: 'failed', retryAtMs, retryable: true }) as never;
    expect(verdictOfError({ classify }, new Error())).toEqual({
      outcome: 'failed',
      retryable: true,
    });
    expect(reports).toEqual(['classify']);
  });
});

function hostileVerdict(): unknown {
  return {
    get outcome(): never {
      throw new Error('do not look');
    },
  };
}
