/** When the provider asks for a pause, rejects the key, or the account is empty. */
import { describe, expect, test } from 'vitest';

import type { LoneBreakerOptions, Settled, Verdict } from '../../index.ts';
import { due, ending, rig, type Rig } from './rig.ts';

/** An answer of the provider's, as an error that carries its verdict. */
class Answer extends Error {
  readonly verdict: Verdict;
  constructor(verdict: Verdict) {
    super(verdict.outcome);
    this.verdict = verdict;
  }
}

const classify = (settled: Settled): Verdict | undefined =>
  settled.ok || !(settled.error instanceof Answer) ? undefined : settled.error.verdict;

const made = (options: LoneBreakerOptions = {}): Rig =>
  rig({ failureThreshold: 3, recoveryTimeoutMs: 30_000, classify, ...options });

const answer = ({ breaker }: Rig, verdict: Verdict): Promise<string> =>
  ending(breaker.call(() => Promise.reject(new Answer(verdict))));

const limited = (subject: Rig, afterMs?: number): Promise<string> =>
  answer(subject, {
    outcome: 'rate_limited',
    ...(afterMs === undefined ? {} : { retryAtMs: subject.clock.nowMs() + afterMs }),
  });

const aheadMs = ({ breaker, clock }: Rig): number =>
  (breaker.snapshot().probeAtMs ?? NaN) - clock.nowMs();

describe('a rate limit', () => {
  test('opens until the instant it names, and counts as no failure', async () => {
    const subject = made();
    expect(await limited(subject, 7_000)).toBe('rate_limited');
    expect(subject.breaker.snapshot()).toMatchObject({
      path: 'open.cooling',
      cause: 'rate_limited',
      tripCount: 0,
    });
    expect(aheadMs(subject)).toBe(7_000);
    subject.clock.advance(7_000);
    expect(subject.breaker.state).toBe('half_open');
  });

  test('of less than a second only paces: the breaker stays closed', async () => {
    const subject = made();
    await limited(subject, 999);
    await limited(subject, 0);
    await limited(subject, -5_000);
    expect(subject.breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
  });

  test('of a second opens', async () => {
    const subject = made();
    await limited(subject, 1_000);
    expect(subject.breaker.state).toBe('open');
  });

  test('that names no instant opens for the recovery timeout', async () => {
    const subject = made();
    await limited(subject);
    expect(aheadMs(subject)).toBe(30_000);
  });

  test('that names no instant opens for the recovery timeout, however short that is', async () => {
    const subject = made({ recoveryTimeoutMs: 500 });
    await limited(subject);
    expect(subject.breaker.state).toBe('open');
    expect(aheadMs(subject)).toBe(500);
  });

  test('neither breaks nor prolongs a run of failures', async () => {
    const subject = made();
    await subject.fail(2);
    await limited(subject, 100);
    expect(subject.breaker.snapshot().consecutiveFailures).toBe(2);
    await subject.fail();
    expect(subject.breaker.state).toBe('open');
  });

  test('that comes many times at once only extends', async () => {
    const subject = made();
    const permits = Array.from({ length: 5 }, () => subject.breaker.acquire());
    const nowMs = subject.clock.nowMs();
    const recorded = [5_000, 3_000, 9_000, 8_000, 9_000].map((ms, index) =>
      permits[index]?.record({ outcome: 'rate_limited', retryAtMs: nowMs + ms }),
    );
    expect(recorded).toEqual(['counted', 'late', 'late', 'late', 'late']);
    expect(aheadMs(subject)).toBe(9_000);
    expect(subject.breaker.snapshot()).toMatchObject({ generation: 1, tripCount: 0 });
  });
});

describe('a late rate limit', () => {
  test('extends while cooling, since it is a statement about the future', async () => {
    const subject = made({ failureThreshold: 1 });
    const permit = subject.breaker.acquire();
    await subject.fail();
    const retryAtMs = subject.clock.nowMs() + 90_000;
    expect(permit.record({ outcome: 'rate_limited', retryAtMs })).toBe('late');
    expect(aheadMs(subject)).toBe(90_000);
    expect(subject.breaker.snapshot().cause).toBe('consecutive_failures');
    subject.clock.advance(30_000);
    expect(subject.breaker.state).toBe('open');
    subject.clock.advance(60_000);
    expect(subject.breaker.state).toBe('half_open');
  });

  test('never shortens', async () => {
    const subject = made({ failureThreshold: 1 });
    const permit = subject.breaker.acquire();
    await subject.fail();
    permit.record({ outcome: 'rate_limited', retryAtMs: subject.clock.nowMs() + 10_000 });
    expect(aheadMs(subject)).toBe(30_000);
  });

  test('without an instant says nothing', async () => {
    const subject = made({ failureThreshold: 1 });
    const permit = subject.breaker.acquire();
    await subject.fail();
    const before = subject.breaker.snapshot();
    permit.record('rate_limited');
    expect(subject.breaker.snapshot()).toEqual({ ...before, inFlightCount: 0 });
  });

  test.each(['half_open', 'closed', 'latched'])(
    'says nothing to a breaker that is %s',
    async (to) => {
      const subject = made({ failureThreshold: 1 });
      const permit = subject.breaker.acquire();
      await subject.fail();
      if (to === 'latched') subject.breaker.forceOpen('test');
      else subject.clock.advance(30_000);
      if (to === 'closed') await subject.succeed();
      const before = subject.breaker.snapshot();
      expect(before.path).toContain(to);
      const retryAtMs = subject.clock.nowMs() + 900_000;
      expect(permit.record({ outcome: 'rate_limited', retryAtMs })).toBe('late');
      expect(subject.breaker.snapshot()).toEqual({ ...before, inFlightCount: 0 });
    },
  );
});

describe('a rate limit as the answer to a probe', () => {
  test('proves the provider reachable: open until then, without a longer backoff', async () => {
    const options = { openInterval: { baseMs: 10_000, maxMs: 1_000_000, factor: 10 } };
    const subject = await due({ classify, ...options });
    await limited(subject, 4_000);
    expect(subject.breaker.snapshot()).toMatchObject({
      path: 'open.cooling',
      cause: 'rate_limited',
      tripCount: 1,
    });
    expect(aheadMs(subject)).toBe(4_000);
  });

  test('opens even for less than a second', async () => {
    const subject = await due({ classify });
    await limited(subject, 300);
    expect(subject.breaker.state).toBe('open');
    expect(aheadMs(subject)).toBe(300);
  });
});

describe('a failure that names a retry time', () => {
  test('holds the breaker open until then, where that is later than its own interval', async () => {
    const subject = made({ failureThreshold: 1 });
    await answer(subject, { outcome: 'failed', retryAtMs: subject.clock.nowMs() + 120_000 });
    expect(aheadMs(subject)).toBe(120_000);
  });

  test('does not shorten its own interval', async () => {
    const subject = made({ failureThreshold: 1 });
    await answer(subject, { outcome: 'failed', retryAtMs: subject.clock.nowMs() + 1_000 });
    expect(aheadMs(subject)).toBe(30_000);
  });

  test('does so as the answer to a probe too, and the backoff grows', async () => {
    const subject = await due({ classify });
    await answer(subject, { outcome: 'failed', retryAtMs: subject.clock.nowMs() + 120_000 });
    expect(aheadMs(subject)).toBe(120_000);
    expect(subject.breaker.snapshot().tripCount).toBe(2);
  });
});

describe.each([
  ['unauthorized', 'unauthorized'],
  ['over_quota', 'quota'],
] as const)('an answer that says %s', (outcome, latch) => {
  test(`latches the breaker as ${latch} until the key is changed`, async () => {
    const subject = made();
    await answer(subject, { outcome });
    expect(subject.breaker.snapshot()).toMatchObject({ path: 'open.latched', latches: [latch] });
    subject.clock.advance(86_400_000);
    expect(await subject.succeed()).toBe('circuit_latched');
    subject.breaker.rotateKey({ by: 'ann' });
    expect(await subject.succeed()).toBe('ok');
  });

  test('is nothing when it comes late', async () => {
    const subject = made({ failureThreshold: 1 });
    const permit = subject.breaker.acquire();
    await subject.fail();
    const before = subject.breaker.snapshot();
    expect(permit.record(outcome)).toBe('late');
    expect(subject.breaker.snapshot()).toEqual({ ...before, inFlightCount: 0 });
  });

  test('comes out as the cause of refusals', async () => {
    const subject = made();
    await answer(subject, { outcome });
    await expect(subject.breaker.call(() => 'ok')).rejects.toMatchObject({
      code: 'circuit_latched',
      cause: expect.any(Answer),
    });
  });
});
