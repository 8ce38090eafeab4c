/** When the next attempt may come, if one may come at all. */
import { beforeEach, describe, expect, test } from 'vitest';

import { NO_BOARD } from '../../services/board-gate.ts';
import { Deadlines } from '../../services/deadlines.ts';
import type { RetryOptions } from '../../services/options.ts';
import { resolveOptions } from '../../services/resolve-options.ts';
import { OUTCOMES, type Verdict } from '../../services/outcome.ts';
import type { Random } from '../../services/random.ts';
import { retryDelayMs } from '../../services/retry.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

const clock = new VirtualClock();
const always = { retryIf: () => true };
let reports: string[];
beforeEach(() => {
  reports = [];
});

interface Failed {
  readonly error?: unknown;
  readonly verdict?: Verdict;
  readonly attempt?: number;
  readonly random?: Random;
}

function delayOf(options: RetryOptions, failed: Failed): number | null {
  const { error = new Error(), verdict = { outcome: 'failed' }, attempt = 1 } = failed;
  const { retry } = resolveOptions({ retry: options });
  if (retry === null) throw new Error('no retry options');
  const runtime = {
    clock,
    random: failed.random ?? (() => 1),
    deadlines: new Deadlines(clock),
    treasury: null,
    isObserved: false,
    isClosed: false,
    boardGate: NO_BOARD,
    onIdle: null,
    publish: () => {},
    keep: () => {},
    watch: () => {},
  };
  const report = (callback: string): void => void reports.push(callback);
  return retryDelayMs(retry, { error, verdict }, attempt, { runtime, report });
}

const isRetried = (options: RetryOptions, failed: Failed): boolean =>
  delayOf(options, failed) !== null;

describe('an attempt is retried', () => {
  test('never, when nothing says that it may be', () => {
    expect(isRetried({}, {})).toBe(false);
  });

  test('when the error says so itself', () => {
    expect(isRetried({}, { error: { retryable: true } })).toBe(true);
    expect(isRetried({}, { error: { retryable: 'yes' } })).toBe(false);
    expect(isRetried({}, { error: null })).toBe(false);
  });

  test('when retryIf says so', () => {
    expect(isRetried(always, {})).toBe(true);
    expect(isRetried({ retryIf: () => false }, {})).toBe(false);
    expect(isRetried({ retryIf: () => 1 as never }, {})).toBe(false);
  });

  test('when the verdict says so, and not when it says no, whatever the others say', () => {
    expect(isRetried({}, { verdict: { outcome: 'failed', retryable: true } })).toBe(true);
    const no = { outcome: 'failed', retryable: false } as const;
    expect(isRetried(always, { verdict: no, error: { retryable: true } })).toBe(false);
  });

  test('after a rate limit', () => {
    expect(isRetried({}, { verdict: { outcome: 'rate_limited' } })).toBe(true);
  });

  test.each(OUTCOMES.filter((outcome) => !['failed', 'rate_limited'].includes(outcome)))(
    'never after %s, even if retryIf would',
    (outcome) => expect(isRetried(always, { verdict: { outcome } })).toBe(false),
  );

  test('not when what is asked throws, which is reported', () => {
    const retryIf = (): never => {
      throw new Error('cannot say');
    };
    const error = {
      get retryable(): boolean {
        throw new Error('do not look');
      },
    };
    expect(isRetried({ retryIf }, {})).toBe(false);
    expect(isRetried(always, { error })).toBe(false);
    expect(reports).toEqual(['retryIf', 'retryIf']);
  });
});

describe('the delay', () => {
  test('doubles from attempt to attempt up to its maximum', () => {
    const options = { ...always, delayMs: 100, delayMaxMs: 500 };
    const delays = [1, 2, 3, 4, 99].map((attempt) => delayOf(options, { attempt }));
    expect(delays).toEqual([100, 200, 400, 500, 500]);
  });

  test('has full jitter: any part of it, nothing included', () => {
    const options = { ...always, delayMs: 100 };
    expect(delayOf(options, { attempt: 3, random: () => 0 })).toBe(0);
    expect(delayOf(options, { attempt: 3, random: () => 0.25 })).toBe(100);
  });

  test('is never shorter than the provider asked for, even past its maximum', () => {
    const verdict = { outcome: 'rate_limited', retryAtMs: clock.nowMs() + 60_000 } as const;
    expect(delayOf({ delayMs: 100, delayMaxMs: 500 }, { verdict })).toBe(60_000);
  });

  test('is not made longer by a retry time that has passed', () => {
    const verdict = { outcome: 'rate_limited', retryAtMs: clock.nowMs() - 60_000 } as const;
    expect(delayOf({ delayMs: 100 }, { verdict })).toBe(100);
  });

  test('of nothing is nothing, after any number of attempts', () => {
    expect(delayOf({ ...always, delayMs: 0 }, { attempt: 100 })).toBe(0);
  });
});
