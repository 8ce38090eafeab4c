/**
 * The user's own judgement at work: what it decides, what the caller still gets, what is reported.
 */
import { describe, expect, test } from 'vitest';

import { openBoard, type BreakerOptions, type Fact, type Outcome } from '../../index.ts';
import { ending, rig, WAYS } from './rig.ts';

describe.each(WAYS)('%s:', (_way, options) => {
  test('a result that counts as a failure is still what the caller gets', async () => {
    const failOnResult = (value: unknown): boolean => value === 'busy';
    const { breaker } = rig({ ...options, failOnResult });
    for (let call = 0; call < 5; call += 1) expect(await breaker.call(() => 'busy')).toBe('busy');
    expect(breaker.state).toBe('open');
  });

  test('an error that counts as a success is still what the caller gets', async () => {
    const { breaker } = rig({ ...options, classify: () => 'succeeded' });
    const error = new Error('no such user');
    await expect(breaker.call(() => Promise.reject(error))).rejects.toBe(error);
    expect(breaker.snapshot().consecutiveFailures).toBe(0);
    expect(breaker.snapshot().window?.calls ?? 1).toBe(1);
  });

  test.each<[Outcome, string, number]>([
    ['succeeded', 'closed', 0],
    ['failed', 'closed', 3],
    ['ignored', 'closed', 2],
    ['cancelled', 'closed', 2],
    ['rate_limited', 'open.cooling', 0],
    ['unauthorized', 'open.latched', 0],
    ['over_quota', 'open.latched', 0],
  ])('a result classified as %s leaves it %s after two failures', async (outcome, path, count) => {
    const { breaker, fail } = rig(options);
    await fail(2);
    breaker.configure({ classify: () => outcome });
    expect(await breaker.call(() => 'an answer')).toBe('an answer');
    expect(breaker.snapshot()).toMatchObject({ path, consecutiveFailures: count });
  });
});

describe('what the classification comes to is said as a fact', () => {
  async function factsOf(options: BreakerOptions, run: () => unknown): Promise<string[]> {
    await using board = await openBoard();
    const facts: Fact[] = [];
    board.facts$.subscribe((fact) => facts.push(fact));
    await ending(board.breaker('api', options).call(() => run()));
    board.flush();
    return facts.flatMap((fact) => {
      if (fact.type === 'call.finished') return [`${fact.outcome} ${fact.errorName ?? ''}`.trim()];
      if (fact.type === 'callback.failed') return [`${fact.callback} threw ${fact.errorName}`];
      return [];
    });
  }
  const down = (): never => {
    throw new RangeError('down');
  };

  test.each<[string, BreakerOptions, () => unknown, string[]]>([
    ['a success', {}, () => 1, ['succeeded']],
    ['a failure', {}, down, ['failed RangeError']],
    ['an ignored error', { ignore: RangeError }, down, ['ignored RangeError']],
    ['a failed result', { failOnResult: () => true }, () => 1, ['failed']],
    ['a verdict', { classify: () => ({ outcome: 'over_quota' }) }, down, ['over_quota RangeError']],
    [
      'a classifier that throws',
      { classify: down },
      () => 1,
      ['classify threw RangeError', 'succeeded'],
    ],
    [
      'a classifier that talks nonsense',
      { classify: () => 'nonsense' as never },
      down,
      ['classify threw TypeError', 'failed RangeError'],
    ],
    [
      'a verdict with a retry time that is none',
      { classify: () => ({ outcome: 'failed', retryAtMs: NaN }) },
      down,
      ['classify threw RangeError', 'failed RangeError'],
    ],
    [
      'a matcher that throws',
      { failOn: down },
      down,
      ['failOn threw RangeError', 'failed RangeError'],
    ],
  ])('of %s', async (_, options, run, said) => {
    expect(await factsOf(options, run)).toEqual(said);
  });
});

test('a verdict without a usable retry time still trips the breaker', async () => {
  const { breaker, clock, fail } = rig({
    failureThreshold: 1,
    classify: () => ({ outcome: 'failed', retryAtMs: Date.parse('not a date') }),
  });
  await fail();
  expect(breaker.snapshot()).toMatchObject({ state: 'open', probeAtMs: clock.nowMs() + 60_000 });
});
