/** What an operator can do: hold a breaker open, close it, begin anew, tell it of a new key. */
import { describe, expect, test } from 'vitest';

import { openBoard, type Breaker, type Fact } from '../../index.ts';
import { due, ending, rig, setBudget, tripped } from './rig.ts';

const ACTS = ['forceOpen', 'forceClose', 'reset'] as const;

describe('forceOpen', () => {
  test('holds a closed breaker open until somebody lifts it, however long', async () => {
    const { breaker, clock, succeed } = rig();
    breaker.forceOpen('maintenance', { by: 'ann' });
    expect(breaker.snapshot()).toMatchObject({ path: 'open.latched', latches: ['operator'] });
    clock.advance(365 * 86_400_000);
    expect(await succeed()).toBe('circuit_latched');
    breaker.forceClose('done', { by: 'ann' });
    expect(await succeed()).toBe('ok');
  });

  test('outranks a trip, and its end forgets the trip', async () => {
    const { breaker, clock, succeed } = await tripped();
    breaker.forceOpen('maintenance');
    clock.advance(60_000);
    expect(breaker.snapshot().path).toBe('open.latched');
    breaker.forceClose('done');
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', tripCount: 0, probeAtMs: null });
    expect(await succeed()).toBe('ok');
  });

  test('makes outcomes of calls that run late', () => {
    const { breaker } = rig();
    const permit = breaker.acquire();
    breaker.forceOpen('maintenance');
    expect(permit.fail()).toBe('late');
    breaker.reset('done');
    expect(breaker.snapshot().consecutiveFailures).toBe(0);
  });
});

describe('forceClose', () => {
  test('closes an open breaker without waiting', async () => {
    const { breaker, succeed } = await tripped();
    breaker.forceClose('it is back');
    expect(breaker.state).toBe('closed');
    expect(await succeed()).toBe('ok');
  });

  test('closes a half open breaker, and its probe is late', async () => {
    const { breaker } = await due();
    const probe = breaker.acquire();
    breaker.forceClose('it is back');
    expect(probe.fail()).toBe('late');
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', probesOutCount: 0 });
  });

  test('leaves a closed breaker as it is, with its count', async () => {
    const { breaker, fail } = rig();
    await fail(3);
    const before = breaker.snapshot();
    breaker.forceClose('just in case');
    expect(breaker.snapshot()).toEqual(before);
  });

  test('forgets what was counted before the trip', async () => {
    const { breaker, fail } = rig({ failureThreshold: 2 });
    await fail();
    breaker.forceOpen('maintenance');
    breaker.forceClose('done');
    await fail();
    expect(breaker.state).toBe('closed');
  });

  test('cannot wish money back, and leaves an emergency', () => {
    const spent = rig();
    setBudget(spent, 'exceeded');
    spent.breaker.forceClose('please');
    expect(spent.breaker.snapshot().path).toBe('open.exhausted');
    const { breaker, clock } = rig();
    const event = { reason: 'all stop', by: 'ann', atMs: clock.nowMs() };
    breaker.actor.send({ type: 'emergency.shutdown', ...event });
    breaker.forceClose('please');
    expect(breaker.snapshot()).toMatchObject({ path: 'open.latched', latches: ['emergency'] });
  });
});

describe('reset', () => {
  test('forgets the count of a closed breaker', async () => {
    const { breaker, fail } = rig({ trip: { policy: 'count' } });
    await fail(3);
    breaker.reset('a new day');
    expect(breaker.snapshot()).toMatchObject({
      state: 'closed',
      consecutiveFailures: 0,
      window: { calls: 0, failures: 0, slow: 0 },
    });
  });

  test('begins the backoff anew', async () => {
    const { breaker, fail, clock } = await due();
    await fail();
    expect(breaker.snapshot().tripCount).toBe(2);
    breaker.reset('repaired');
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', tripCount: 0 });
    await fail();
    expect(breaker.snapshot()).toMatchObject({ tripCount: 1, probeAtMs: clock.nowMs() + 60_000 });
  });

  test('lifts what a rejected key and an operator hold', () => {
    const { breaker } = rig();
    breaker.acquire().record('unauthorized');
    breaker.forceOpen('maintenance');
    expect(breaker.snapshot().latches).toEqual(['operator', 'unauthorized']);
    breaker.reset('all is well');
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', latches: [] });
  });
});

describe('rotateKey', () => {
  test('lifts what only a new key could lift, and nothing else', () => {
    const { breaker } = rig();
    breaker.acquire().record('over_quota');
    breaker.forceOpen('maintenance');
    breaker.rotateKey({ by: 'ann' });
    expect(breaker.snapshot().latches).toEqual(['operator']);
    breaker.forceClose('done');
    expect(breaker.state).toBe('closed');
  });

  test('says nothing to a healthy breaker', () => {
    const { breaker } = rig();
    const before = breaker.snapshot();
    breaker.rotateKey();
    expect(breaker.snapshot()).toEqual(before);
  });
});

describe('an act needs', () => {
  test.each(ACTS)('a reason, for %s', (act) => {
    const { breaker } = rig();
    const allowed = `the reason of ${snake(act)} must be a string of 1 to 1024 characters, got `;
    for (const reason of ['', undefined, null, 5, 'x'.repeat(1_025)] as string[]) {
      expect(() => breaker[act](reason)).toThrow(allowed);
    }
    expect(() => breaker[act]('x'.repeat(1_024))).not.toThrow();
  });

  test.each(ACTS)('an identity that is one, if any, for %s', (act) => {
    const { breaker } = rig();
    for (const by of ['', null, 5, 'x'.repeat(257)] as string[]) {
      expect(() => breaker[act]('because', { by })).toThrow(
        'options.by must be a string of 1 to 256 characters, got ',
      );
    }
    expect(() => breaker.rotateKey({ by: '' })).toThrow('options.by must be a string');
    expect(() => breaker[act]('because', 'ann' as never)).toThrow(
      "options must be an object such as { by: 'ann' }, got 'ann'",
    );
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', generation: 0 });
  });

  test('a reason even to end a quarantine: what is refused changes nothing', () => {
    const { breaker } = rig();
    crash(breaker);
    expect(breaker.snapshot().isQuarantined).toBe(true);
    expect(() => breaker.reset('')).toThrow(/the reason of reset must be/);
    expect(breaker.snapshot().isQuarantined).toBe(true);
    breaker.reset('repaired', { by: 'ann' });
    expect(breaker.snapshot().isQuarantined).toBe(false);
  });
});

const snake = (name: string): string =>
  name.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`);

/** Crashes the actor of a breaker until it is quarantined. */
function crash(breaker: Breaker): void {
  for (let time = 0; time < 10 && !breaker.snapshot().isQuarantined; time += 1) {
    const poison = {
      type: 'operator.force_open',
      get reason(): never {
        throw new Error('poison');
      },
    };
    breaker.actor.send(poison as never);
  }
}

test('every act is said as a fact: which, why, and by whom', async () => {
  await using board = await openBoard();
  const facts: Fact[] = [];
  board.facts$.subscribe((fact) => facts.push(fact));
  const breaker = board.breaker('api');
  breaker.forceOpen('maintenance', { by: 'ann' });
  breaker.forceClose('done', { by: 'bob' });
  breaker.reset('once more');
  breaker.rotateKey({ by: 'ann' });
  board.flush();
  const acts = facts.filter((fact) => fact.type === 'operator.acted');
  expect(acts).toMatchObject([
    { act: 'force_open', reason: 'maintenance', by: 'ann', breaker: 'api' },
    { act: 'force_close', reason: 'done', by: 'bob' },
    { act: 'reset', reason: 'once more', by: 'unknown' },
    { act: 'rotate_key', by: 'ann' },
  ]);
  expect(await ending(breaker.call(() => 'ok'))).toBe('ok');
});
