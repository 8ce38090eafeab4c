/**
 * When a breaker trips: in a row, by a share of the last calls or seconds, or by a rule of one's
 * own.
 */
import { describe, expect, test } from 'vitest';

import { openBoard, type CountedCall, type Fact, type TripOptions } from '../../index.ts';
import { ending, pending, rig, type Rig } from './rig.ts';

/** `SSF`: succeeded, succeeded, failed. */
async function calls({ breaker }: Rig, letters: string): Promise<void> {
  for (const letter of letters) {
    await ending(breaker.call(() => (letter === 'S' ? 'ok' : Promise.reject(new Error('down')))));
  }
}

describe('failures in a row', () => {
  test('trip by the policy as by the threshold', async () => {
    const made = rig({ trip: { policy: 'consecutive', failures: 3 } });
    await calls(made, 'FFSFF');
    expect(made.breaker.state).toBe('closed');
    await calls(made, 'F');
    expect(made.breaker.snapshot()).toMatchObject({ state: 'open', cause: 'consecutive_failures' });
  });

  test('are five unless the options say otherwise', async () => {
    const made = rig({ trip: { policy: 'consecutive' } });
    await calls(made, 'FFFF');
    expect(made.breaker.state).toBe('closed');
    await calls(made, 'F');
    expect(made.breaker.state).toBe('open');
  });
});

describe('a share of the last calls', () => {
  const count: TripOptions = { policy: 'count', calls: 10, minimumCalls: 4, failureRatio: 0.5 };

  test('trips when it is reached exactly', async () => {
    const made = rig({ trip: count });
    await calls(made, 'SSSFF');
    expect(made.breaker.state).toBe('closed');
    await calls(made, 'F');
    expect(made.breaker.snapshot()).toMatchObject({ state: 'open', cause: 'failure_rate' });
  });

  test('means nothing before the minimum of calls', async () => {
    const made = rig({ trip: count });
    await calls(made, 'FFF');
    expect(made.breaker.state).toBe('closed');
    await calls(made, 'F');
    expect(made.breaker.state).toBe('open');
  });

  test('never trips on a fast success, even where the share is past its bound already', async () => {
    const made = rig({ trip: count });
    await calls(made, 'FFFS');
    expect(made.breaker.snapshot().window).toEqual({ calls: 4, failures: 3, slow: 0 });
    expect(made.breaker.state).toBe('closed');
    await calls(made, 'F');
    expect(made.breaker.state).toBe('open');
  });

  test('forgets what is older than the window', async () => {
    const made = rig({ trip: count });
    await calls(made, 'FFF' + 'S'.repeat(10) + 'FFFF');
    expect(made.breaker.snapshot().window).toEqual({ calls: 10, failures: 4, slow: 0 });
    expect(made.breaker.state).toBe('closed');
  });

  test('of one means every call', async () => {
    const made = rig({ trip: { ...count, failureRatio: 1 } });
    await calls(made, 'FFFS');
    await calls(made, 'FFFFF');
    expect(made.breaker.state).toBe('closed');
    const other = rig({ trip: { ...count, failureRatio: 1 } });
    await calls(other, 'FFFF');
    expect(other.breaker.state).toBe('open');
  });

  test('is half of a hundred calls, ten at least, unless the options say otherwise', async () => {
    const made = rig({ trip: { policy: 'count' } });
    await calls(made, 'FFFFSSSSS');
    expect(made.breaker.state).toBe('closed');
    await calls(made, 'F');
    expect(made.breaker.state).toBe('open');
  });

  test('begins anew after the breaker has closed', async () => {
    const made = rig({ trip: count });
    await calls(made, 'FFFF');
    made.clock.advance(60_000);
    await calls(made, 'S');
    expect(made.breaker.snapshot().window).toEqual({ calls: 0, failures: 0, slow: 0 });
    await calls(made, 'FFF');
    expect(made.breaker.state).toBe('closed');
  });
});

describe('a share of the calls of the last seconds', () => {
  const time: TripOptions = { policy: 'time', windowMs: 5_000, minimumCalls: 10 };

  test('trips when it is reached within them', async () => {
    const made = rig({ trip: time });
    await calls(made, 'SSSSS');
    made.clock.advance(4_000);
    await calls(made, 'FFFF');
    expect(made.breaker.state).toBe('closed');
    await calls(made, 'F');
    expect(made.breaker.snapshot()).toMatchObject({ state: 'open', cause: 'failure_rate' });
  });

  test('forgets across an idle gap: nine failures, a day of silence, one failure', async () => {
    const made = rig({ trip: time });
    await calls(made, 'FFFFFFFFF');
    made.clock.advance(86_400_000);
    await calls(made, 'F');
    expect(made.breaker.state).toBe('closed');
    expect(made.breaker.snapshot().window).toEqual({ calls: 1, failures: 1, slow: 0 });
  });

  test('is looked at as it is now, also by who only looks', async () => {
    const made = rig({ trip: time });
    await calls(made, 'FFF');
    made.clock.advance(60_000);
    expect(made.breaker.snapshot().window).toEqual({ calls: 0, failures: 0, slow: 0 });
  });

  test('does not look at the wall clock', async () => {
    const made = rig({ trip: time });
    await calls(made, 'FFFFFFFFF');
    made.clock.jumpWall(-86_400_000);
    await calls(made, 'F');
    expect(made.breaker.state).toBe('open');
  });
});

describe("a policy of the user's own", () => {
  const fixed = (answer: (call: CountedCall) => boolean, log: unknown[] = []): TripOptions => ({
    policy: 'custom',
    create: () => ({
      record(call) {
        log.push(call);
        return answer(call);
      },
      reset: () => void log.push('reset'),
      describe: () => 'Fridays it trips.',
    }),
  });

  test('is told of every call that counts, and of changes of health', async () => {
    const log: unknown[] = [];
    const made = rig({ trip: fixed(({ failed }) => failed, log), ignore: RangeError });
    const { breaker, clock } = made;
    await ending(breaker.call(() => clock.advance(30)));
    await ending(breaker.call(() => Promise.reject(new RangeError())));
    await calls(made, 'F');
    expect(made.breaker.snapshot()).toMatchObject({ state: 'open', cause: 'custom' });
    expect(log).toEqual([
      { failed: false, durationMs: 30, nowMs: 30 },
      { failed: true, durationMs: 0, nowMs: 30 },
      'reset',
    ]);
  });

  test('is told the time even of calls that began before it did', async () => {
    const log: unknown[] = [];
    const made = rig();
    made.clock.advance(5_000);
    const call = pending();
    const end = ending(made.breaker.call(() => call.promise));
    made.breaker.configure({ trip: fixed(() => false, log) });
    call.reject(new Error('down'));
    await end;
    expect(log).toEqual([{ failed: true, durationMs: 0, nowMs: 5_000 }]);
  });

  test('may trip on a success', async () => {
    const made = rig({ trip: fixed(() => true) });
    await calls(made, 'S');
    expect(made.breaker.state).toBe('open');
  });

  test('is quoted in the explanation', () => {
    const { breaker } = rig({ trip: fixed(() => false) });
    expect(breaker.explain()).toContain('Fridays it trips.');
  });

  test('is made once for each breaker', () => {
    let made = 0;
    const create = () => {
      made += 1;
      return { record: () => false, reset: () => {} };
    };
    rig({ trip: { policy: 'custom', create } });
    rig({ trip: { policy: 'custom', create } });
    expect(made).toBe(2);
  });

  test('that throws does not trip, breaks no call, and is reported', async () => {
    await using board = await openBoard();
    const failed: string[] = [];
    board.facts$.subscribe((fact: Fact) => {
      if (fact.type === 'callback.failed') failed.push(`${fact.callback} ${fact.errorName}`);
    });
    const broken = (): never => {
      throw new RangeError('my rule is broken');
    };
    const create = () => ({ record: broken, reset: broken, describe: broken });
    const breaker = board.breaker('api', { trip: { policy: 'custom', create } });
    expect(await breaker.call(() => 'ok')).toBe('ok');
    expect(await ending(breaker.call(() => Promise.reject(new Error('down'))))).toBe('down');
    expect(breaker.state).toBe('closed');
    expect(breaker.explain()).toContain('A policy of your own decides when it trips.');
    breaker.forceOpen('test');
    board.flush();
    expect(failed).toEqual([
      'trip.record RangeError',
      'trip.record RangeError',
      'trip.describe RangeError',
      'trip.reset RangeError',
    ]);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['no functions', { record: true, reset: true }],
    ['no reset', { record: () => false }],
    ['a describe that is none', { record: () => false, reset: () => {}, describe: 'x' }],
  ])('that is made of %s is refused when the breaker is made', (_, policy) => {
    const trip = { policy: 'custom', create: () => policy } as TripOptions;
    expect(() => rig({ trip })).toThrow(
      /breaker\.trip\.create must be a function that makes an object with record and reset, got /,
    );
  });

  test('whose making throws is refused with the error as its cause', () => {
    const cause = new Error('no rule today');
    const create = (): never => {
      throw cause;
    };
    expect(() => rig({ trip: { policy: 'custom', create } })).toThrow(
      expect.objectContaining({ code: 'invalid_option', cause }),
    );
  });
});
