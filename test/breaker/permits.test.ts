/** The two-step way: a permit is acquired, and settled once. */
import { describe, expect, test } from 'vitest';

import { OUTCOMES } from '../../services/outcome.ts';
import { openBoard, type Fact, type Permit } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { due, rig, tripped, WAYS } from './rig.ts';

const SETTLE: Readonly<Record<string, (permit: Permit) => string>> = {
  succeed: (permit) => permit.succeed(),
  fail: (permit) => permit.fail(),
  ignore: (permit) => permit.ignore(),
  cancel: (permit) => permit.cancel(),
  record: (permit) => permit.record('failed'),
};

describe.each(WAYS)('%s:', (_way, options) => {
  test('a permit holds a call in flight until it is settled', () => {
    const { breaker } = rig(options);
    const permit = breaker.acquire();
    expect(permit).toMatchObject({ isProbe: false, generation: 0 });
    expect(breaker.snapshot().inFlightCount).toBe(1);
    expect(permit.succeed()).toBe('counted');
    expect(breaker.snapshot().inFlightCount).toBe(0);
  });

  test('a permit that fails is a failed call', () => {
    const { breaker } = rig(options);
    for (let call = 0; call < 5; call += 1) {
      expect(breaker.acquire().fail(new Error('down'))).toBe('counted');
    }
    expect(breaker.state).toBe('open');
  });

  test('an open breaker gives none', async () => {
    const { breaker, clock } = await tripped(options);
    const retryAtMs = clock.nowMs() + 60_000;
    expect(() => breaker.acquire()).toThrow(
      expect.objectContaining({ code: 'circuit_open', retryAtMs }),
    );
  });

  test('a permit of an earlier generation is late, and moves nothing', async () => {
    const { breaker, clock } = rig(options);
    const permits = Array.from({ length: 10 }, () => breaker.acquire());
    for (const permit of permits.slice(0, 5)) permit.fail();
    const tripped = breaker.snapshot();
    expect(permits[5]?.fail()).toBe('late');
    expect(permits[6]?.succeed()).toBe('late');
    expect(breaker.snapshot()).toEqual({ ...tripped, inFlightCount: 3 });
    clock.advance(60_000);
    const probing = breaker.snapshot();
    expect(permits[7]?.fail()).toBe('late');
    expect(permits[8]?.succeed()).toBe('late');
    expect(breaker.snapshot()).toEqual({ ...probing, inFlightCount: 1 });
  });
});

describe('a permit settled twice', () => {
  for (const [first, settle] of Object.entries(SETTLE)) {
    test(`is late the second time, after ${first}`, () => {
      const { breaker } = rig();
      const permit = breaker.acquire();
      expect(settle(permit)).toBe('counted');
      const before = breaker.snapshot();
      for (const again of Object.values(SETTLE)) expect(again(permit)).toBe('late');
      expect(breaker.snapshot()).toEqual(before);
    });
  }
});

test('a permit that ignores or cancels says nothing about the dependency', () => {
  const { breaker } = rig({ failureThreshold: 3 });
  breaker.acquire().fail();
  expect(breaker.acquire().ignore()).toBe('counted');
  expect(breaker.acquire().cancel()).toBe('counted');
  expect(breaker.snapshot().consecutiveFailures).toBe(1);
});

test('an error goes through the classification, no error is a failure', () => {
  const { breaker } = rig({ failOn: RangeError });
  breaker.acquire().fail(new TypeError('bug'));
  expect(breaker.snapshot().consecutiveFailures).toBe(0);
  breaker.acquire().fail(new RangeError('down'));
  breaker.acquire().fail();
  expect(breaker.snapshot().consecutiveFailures).toBe(2);
});

describe('a permit that is never settled', () => {
  test('expires after its time, gives everything back, and answers so', () => {
    const { breaker, clock } = rig({ permitTimeoutMs: 5_000, bulkhead: { callsMax: 1 } });
    const permit = breaker.acquire();
    clock.advance(4_999);
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code: 'bulkhead_full' }));
    clock.advance(1);
    expect(breaker.snapshot().inFlightCount).toBe(0);
    const next = breaker.acquire();
    for (const settle of Object.values(SETTLE)) expect(settle(permit)).toBe('expired');
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code: 'bulkhead_full' }));
    expect(next.succeed()).toBe('counted');
  });

  test('decides nothing about a closed breaker, and is said as a fact', async () => {
    const clock = new VirtualClock();
    await using board = await openBoard({ clock });
    const facts: Fact[] = [];
    board.facts$.subscribe((fact) => facts.push(fact));
    const breaker = board.breaker('api', { permitTimeoutMs: 5_000 });
    breaker.acquire();
    clock.advance(5_000);
    board.flush();
    expect(facts).toMatchObject([{ type: 'permit.expired', breaker: 'api', probe: false }]);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 0 });
    expect(clock.pendingCount).toBe(0);
  });

  test('as a probe counts as a failed one', async () => {
    const { breaker, clock } = await due({ probeTimeoutMs: 5_000, permitTimeoutMs: 1_000 });
    const probe = breaker.acquire();
    expect(probe.isProbe).toBe(true);
    clock.advance(4_999);
    expect(breaker.state).toBe('half_open');
    clock.advance(1);
    expect(breaker.snapshot()).toMatchObject({
      state: 'open',
      cause: 'probe_expired',
      tripCount: 2,
      probesOutCount: 0,
    });
    expect(probe.succeed()).toBe('expired');
    expect(breaker.state).toBe('open');
  });
});

describe('record', () => {
  test.each([
    ['succeeded', 'closed'],
    ['failed', 'open.cooling'],
    ['ignored', 'closed'],
    ['rate_limited', 'open.cooling'],
    ['unauthorized', 'open.latched'],
    ['over_quota', 'open.latched'],
    ['cancelled', 'closed'],
  ] as const)('of %s leaves the breaker %s', (outcome, path) => {
    const { breaker } = rig({ failureThreshold: 1 });
    expect(breaker.acquire().record(outcome)).toBe('counted');
    expect(breaker.snapshot().path).toBe(path);
    const other = rig({ failureThreshold: 1 });
    expect(other.breaker.acquire().record({ outcome })).toBe('counted');
    expect(other.breaker.snapshot().path).toBe(path);
  });

  test('knows every outcome there is', () => {
    expect(OUTCOMES).toHaveLength(7);
  });

  test.each([['nonsense'], [undefined], [null], [{ outcome: 'nonsense' }], [{}], [7]])(
    'of %o is refused, and the permit stays open',
    (outcome) => {
      const { breaker } = rig();
      const permit = breaker.acquire();
      expect(() => permit.record(outcome as never)).toThrow(
        /permit\.record\(outcome\) must be one of succeeded, failed, .*, got /,
      );
      expect(permit.succeed()).toBe('counted');
    },
  );

  test('with a retry time that is none still trips', () => {
    const { breaker, clock } = rig({ failureThreshold: 1 });
    breaker.acquire().record({ outcome: 'failed', retryAtMs: Date.parse('no date') });
    expect(breaker.snapshot()).toMatchObject({
      state: 'open',
      probeAtMs: clock.nowMs() + 60_000,
    });
  });
});

test('a place in the bulkhead is taken with the permit, and given back with it', () => {
  const { breaker } = rig({ bulkhead: { callsMax: 2 } });
  for (const settle of Object.values(SETTLE)) {
    const permits = [breaker.acquire(), breaker.acquire()];
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code: 'bulkhead_full' }));
    for (const permit of permits) settle(permit);
  }
  expect(breaker.snapshot().inFlightCount).toBe(0);
});

test('a permit that the bulkhead has no place for is not held', async () => {
  const { breaker } = await due({ bulkhead: { callsMax: 1 }, probesMax: 2 });
  const probe = breaker.acquire();
  expect(() => breaker.acquire()).toThrow(expect.objectContaining({ code: 'bulkhead_full' }));
  expect(breaker.snapshot()).toMatchObject({ probesOutCount: 1, inFlightCount: 1 });
  probe.succeed();
  expect(breaker.state).toBe('closed');
});
