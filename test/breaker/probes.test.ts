/** Half open: a few probes decide, and what decides nothing gives its permit back. */
import { describe, expect, test } from 'vitest';

import { openBoard } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { due, ending, pending, rig, WAYS } from './rig.ts';

describe.each(WAYS)('%s:', (_way, options) => {
  test('callers beyond the probe are refused, and nobody knows until when', async () => {
    const { breaker } = await due(options);
    const probe = breaker.acquire();
    expect(probe.isProbe).toBe(true);
    await expect(breaker.call(() => 'ok')).rejects.toMatchObject({
      code: 'probes_busy',
      retryAtMs: null,
    });
    expect(probe.succeed()).toBe('counted');
    expect(await breaker.call(() => 'ok')).toBe('ok');
  });

  test('a probe that is ignored or cancelled decides nothing and gives its permit back', async () => {
    const { breaker } = await due({ ...options, ignore: RangeError });
    const before = breaker.snapshot();
    expect(before.state).toBe('half_open');
    breaker.acquire().ignore();
    expect(breaker.snapshot()).toEqual(before);
    breaker.acquire().cancel();
    expect(breaker.snapshot()).toEqual(before);
    const error = new RangeError('not its fault');
    await expect(breaker.call(() => Promise.reject(error))).rejects.toBe(error);
    expect(breaker.snapshot()).toEqual(before);
    const gone = new AbortController();
    const aborted = ending(breaker.call(() => new Promise(() => {}), { signal: gone.signal }));
    await Promise.resolve();
    gone.abort('gone');
    expect(await aborted).toBe('gone');
    expect(breaker.snapshot()).toEqual(before);
    expect(await breaker.call(() => 'ok')).toBe('ok');
    expect(breaker.state).toBe('closed');
  });

  test('a call that is aborted before it is made takes no probe', async () => {
    const { breaker } = await due(options);
    const call = breaker.call(() => expect.unreachable('was made'), {
      signal: AbortSignal.abort('too late'),
    });
    expect(await ending(call)).toBe('too late');
    expect(breaker.snapshot()).toMatchObject({ state: 'half_open', probesOutCount: 0 });
  });

  test('a call of before, ending in half open, neither closes nor opens', async () => {
    const { breaker, clock } = rig(options);
    const [success, failure] = [breaker.acquire(), breaker.acquire()];
    for (let call = 0; call < 5; call += 1) breaker.acquire().fail();
    clock.advance(60_000);
    const probe = breaker.acquire();
    expect(probe.isProbe).toBe(true);
    expect([success.succeed(), failure.fail()]).toEqual(['late', 'late']);
    expect(breaker.snapshot()).toMatchObject({ state: 'half_open', probesOutCount: 1 });
    probe.succeed();
    expect(breaker.state).toBe('closed');
  });
});

describe('several probes', () => {
  test('may run at once, up to their number', async () => {
    const { breaker } = await due({ probesMax: 3, probesNeeded: 3 });
    const probes = [breaker.acquire(), breaker.acquire(), breaker.acquire()];
    expect(breaker.snapshot().probesOutCount).toBe(3);
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code: 'probes_busy' }));
    probes[0]?.succeed();
    expect(breaker.snapshot()).toMatchObject({ probesOutCount: 2, probesSucceededCount: 1 });
    expect(breaker.acquire().isProbe).toBe(true);
  });

  test('re-open at once when one of them fails, and the others are late', async () => {
    const { breaker } = await due({ probesMax: 3, probesNeeded: 2 });
    const probes = [breaker.acquire(), breaker.acquire(), breaker.acquire()];
    expect(probes[0]?.succeed()).toBe('counted');
    expect(probes[1]?.fail()).toBe('counted');
    expect(breaker.state).toBe('open');
    expect(probes[2]?.succeed()).toBe('late');
    expect(breaker.snapshot()).toMatchObject({ state: 'open', probesOutCount: 0 });
  });

  test('close when enough have succeeded, and the others are late', async () => {
    const { breaker } = await due({ probesMax: 3, probesNeeded: 2 });
    const probes = [breaker.acquire(), breaker.acquire(), breaker.acquire()];
    probes[0]?.succeed();
    probes[1]?.succeed();
    expect(breaker.state).toBe('closed');
    expect(probes[2]?.fail()).toBe('late');
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
  });

  test('may be needed one after another, where only one may run at once', async () => {
    const { breaker, succeed } = await due({ probesNeeded: 3 });
    expect([await succeed(), await succeed()]).toEqual(['ok', 'ok']);
    expect(breaker.snapshot()).toMatchObject({ state: 'half_open', probesSucceededCount: 2 });
    await succeed();
    expect(breaker.state).toBe('closed');
  });

  test('that are given back never add up to more than may run', async () => {
    const { breaker, clock } = await due({ probesMax: 2, probesNeeded: 100, permitTimeoutMs: 1 });
    const late = rig().breaker.acquire();
    for (let round = 0; round < 10; round += 1) {
      const probes = [breaker.acquire(), breaker.acquire()];
      for (const probe of [...probes, ...probes, late]) probe.ignore();
      expect(breaker.snapshot().probesOutCount).toBe(0);
    }
    clock.advance(1);
    breaker.acquire();
    breaker.acquire();
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code: 'probes_busy' }));
  });
});

describe('a probe that never answers', () => {
  test('is given up after its time, as a failed one, with a longer wait', async () => {
    const { breaker, clock } = await due({
      probeTimeoutMs: 5_000,
      recoveryTimeoutMs: 1_000,
      openInterval: ({ tripCount }) => tripCount * 1_000,
    });
    const hanging = pending();
    const end = ending(breaker.call(() => hanging.promise));
    await clock.advanceAsync(5_000);
    expect(breaker.snapshot()).toMatchObject({
      state: 'open',
      cause: 'probe_expired',
      probeAtMs: clock.nowMs() + 2_000,
      inFlightCount: 0,
    });
    hanging.resolve('at last');
    expect(await end).toBe('at last');
    expect(breaker.state).toBe('open');
    clock.advance(2_000);
    expect(await ending(breaker.call(() => 'ok'))).toBe('ok');
    expect(breaker.state).toBe('closed');
  });

  test('says so as a fact', async () => {
    const clock = new VirtualClock();
    await using board = await openBoard({ clock });
    const facts: string[] = [];
    board.facts$.subscribe((fact) => {
      if (fact.type === 'permit.expired') facts.push(`${fact.type} probe ${fact.probe}`);
      if (fact.type === 'state.changed') facts.push(`${fact.to} ${fact.cause}`);
    });
    const breaker = board.breaker('api', { failureThreshold: 1, probeTimeoutMs: 5_000 });
    breaker.acquire().fail();
    clock.advance(60_000);
    breaker.acquire();
    clock.advance(5_000);
    board.flush();
    expect(facts).toEqual([
      'open.cooling consecutive_failures',
      'half_open consecutive_failures',
      'permit.expired probe true',
      'open.cooling probe_expired',
    ]);
  });
});

test('half open is left by nothing but a verdict: time alone does not', async () => {
  const { breaker, clock } = await due();
  clock.advance(86_400_000);
  expect(breaker.state).toBe('half_open');
});
