/** Calls that pass one by one: how fast, in which order, and what becomes of those who give up. */
import { getEventListeners } from 'node:events';

import { beforeEach, describe, expect, test } from 'vitest';

import { Deadlines } from '../../services/deadlines.ts';
import { usd } from '../../services/cost/money.ts';
import {
  Throttle,
  type PacedBudget,
  type ThrottleOptions,
} from '../../services/cost/rules/throttle.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

const HOUR_MS = 3_600_000;

let clock: VirtualClock;
let deadlines: Deadlines;
let log: string[];

beforeEach(() => {
  clock = new VirtualClock();
  deadlines = new Deadlines(clock);
  log = [];
});

const throttled = (options: Partial<ThrottleOptions> = {}, random = 0.5): Throttle =>
  new Throttle(clock, deadlines, () => random, { factor: 0.5, ...options });

/** As many calls, so far apart, that no rule held back. */
const normal = (throttle: Throttle, count: number, everyMs: number): void => {
  for (let call = 0; call < count; call++) {
    throttle.note(clock.monotonicMs());
    clock.advance(everyMs);
  }
};

interface Passing {
  readonly priority?: number;
  readonly signal?: AbortSignal;
  readonly budget?: PacedBudget;
  readonly cost?: number;
  /** @default 1 */
  readonly callers?: number;
}

/** Passes, and logs when: `a@200`. */
const pass = (throttle: Throttle, name: string, passing: Passing = {}): string => {
  const { priority = 0, signal, budget = null, cost = 0.01 } = passing;
  const fromMs = clock.monotonicMs();
  const say = (what: string): number => log.push(`${what}@${clock.monotonicMs() - fromMs}`);
  const answer = throttle.pass({ priority, signal, costNanoUsd: usd(cost), budget });
  if (answer === 'full') return 'full';
  if (answer === null) {
    say(name);
    return 'now';
  }
  answer.then(
    () => say(name),
    (reason: unknown) => say(`${name} ${String(reason)}`),
  );
  return 'waits';
};

/** Callers that call again as soon as their call of `callMs` is over; how many they made. */
async function callsWithin(
  spanMs: number,
  throttle: Throttle,
  callMs: number,
  passing: Passing = {},
  made: () => void = () => {},
): Promise<number> {
  const { priority = 0, signal, budget = null, cost = 0.01, callers = 1 } = passing;
  const untilMs = clock.monotonicMs() + spanMs;
  let count = 0;
  const caller = async (): Promise<void> => {
    while (clock.monotonicMs() < untilMs) {
      await throttle.pass({ priority, signal, costNanoUsd: usd(cost), budget });
      if (clock.monotonicMs() >= untilMs) return;
      count++;
      made();
      await new Promise<void>((resolve) => clock.setTimer(callMs, true, resolve));
    }
  };
  const done = Promise.all(Array.from({ length: callers }, caller));
  await clock.advanceAsync(spanMs + 60_000);
  await done;
  return count;
}

describe('COST-28 throttle factor application:', () => {
  test.each([
    [0.5, [0, 200, 400, 600, 800]],
    [0.25, [0, 400, 800, 1200, 1600]],
    [0.8, [0, 125, 250, 375, 500]],
  ])('COST-28 throttle factor application: %d of ten calls a second', async (factor, atMs) => {
    const throttle = throttled({ factor });
    normal(throttle, 30, 100);
    for (let call = 0; call < 5; call++) pass(throttle, 'call');
    await clock.advanceAsync(5000);
    expect(log).toEqual(atMs.map((ms) => `call@${ms}`));
  });

  test('COST-28 throttle factor application: who calls slowly enough waits for nobody', () => {
    const throttle = throttled();
    normal(throttle, 30, 100);
    for (let call = 0; call < 5; call++) {
      expect(pass(throttle, 'call')).toBe('now');
      clock.advance(200);
    }
  });

  test('COST-28 throttle factor application: a share of what was normal, for as long as it lasts', async () => {
    const throttle = throttled();
    normal(throttle, 100, 100);
    // Ten times what half of the normal rate allows in a minute, over and over.
    expect(await callsWithin(60_000, throttle, 1)).toBe(300);
    expect(await callsWithin(600_000, throttle, 100)).toBe(3000);
  });

  test('COST-28 throttle factor application: of a caller whom it met first, half of its calls', async () => {
    const throttle = throttled();
    const count = await callsWithin(600_000, throttle, 400);
    // Unthrottled it would make 1500.
    expect(count).toBeGreaterThan(700);
    expect(count).toBeLessThan(760);
  });

  test('COST-28 throttle factor application: callers who wait do not make waiting normal', async () => {
    const throttle = throttled();
    const count = await callsWithin(600_000, throttle, 900, { callers: 3 });
    // Unthrottled they would make 2000; half of that is what the factor asks for at least.
    expect(count).toBeGreaterThan(950);
    expect(count).toBeLessThan(1700);
  });

  test('jitter spreads calls and keeps their number', async () => {
    let step = 0;
    const throttle = new Throttle(clock, deadlines, () => (step++ % 11) / 10, { factor: 0.5 });
    normal(throttle, 30, 100);
    const count = await callsWithin(100_000, throttle, 1);
    expect(count).toBeGreaterThan(490);
    expect(count).toBeLessThan(510);
  });
});

describe('COST-30 adaptive throttling behavior:', () => {
  /** A budget that is spent by the calls of this test. */
  const budgetOf = (dollars: number, periodMs: number) => {
    const endMs = clock.monotonicMs() + periodMs;
    const budget = {
      left: usd(dollars) as number,
      spend: (cost: number): void => void (budget.left -= usd(cost)),
      leftNanoUsd: (): number => budget.left,
      timeLeftMs: (): number => endMs - clock.monotonicMs(),
    };
    return budget;
  };

  test('COST-30 adaptive throttling behavior: the budget lasts to the end of its period', async () => {
    const budget = budgetOf(5, HOUR_MS);
    const throttle = throttled({ factor: null });
    const spentAt: number[] = [];
    await callsWithin(HOUR_MS, throttle, 100, { budget }, () => {
      budget.spend(0.01);
      spentAt.push(clock.monotonicMs());
    });
    expect(budget.left).toBeGreaterThanOrEqual(0);
    expect(budget.left).toBeLessThan(usd(0.1));
    // Half of it in the first half, and something to the last.
    const first = spentAt.filter((ms) => ms < HOUR_MS / 2).length;
    expect(Math.abs(first - 250)).toBeLessThan(5);
    expect(spentAt.at(-1)).toBeGreaterThan(HOUR_MS - 60_000);
  });

  test('COST-30 adaptive throttling behavior: dear calls are kept further apart than cheap ones', async () => {
    const made = async (cost: number): Promise<number> =>
      callsWithin(60_000, throttled({ factor: null }), 10, { budget: fixed(6, 60_000), cost });
    const fixed = (dollars: number, timeLeftMs: number): PacedBudget => ({
      leftNanoUsd: () => usd(dollars),
      timeLeftMs: () => timeLeftMs,
    });
    expect([await made(0.02), await made(0.1)]).toEqual([300, 60]);
  });

  test('COST-30 adaptive throttling behavior: more money or less time is felt by the next call', async () => {
    let leftNanoUsd: number = usd(1);
    const budget = { leftNanoUsd: () => leftNanoUsd, timeLeftMs: () => 100_000 };
    const throttle = throttled({ factor: null });
    for (const name of ['a', 'b', 'c', 'd', 'e']) pass(throttle, name, { budget });
    await clock.advanceAsync(1500);
    leftNanoUsd = usd(10);
    await clock.advanceAsync(1000);
    // A second apart at first, then a tenth of one.
    expect(log).toEqual(['a@0', 'b@1000', 'c@2000', 'd@2100', 'e@2200']);
  });

  test('COST-30 adaptive throttling behavior: who spends little is not held back', () => {
    const budget = budgetOf(5, HOUR_MS);
    const throttle = throttled({ factor: null });
    for (let call = 0; call < 50; call++) {
      expect(pass(throttle, 'call', { budget })).toBe('now');
      budget.spend(0.01);
      clock.advance(10_000);
    }
  });
});

describe('the queue of a throttle', () => {
  /** One call a second, the first of which has just passed. */
  const busy = (options: Partial<ThrottleOptions> = {}): Throttle => {
    const throttle = throttled(options);
    normal(throttle, 10, 500);
    expect(pass(throttle, 'first')).toBe('now');
    log = [];
    return throttle;
  };

  test('lets higher priorities pass first, though they came later', async () => {
    const throttle = busy();
    pass(throttle, 'a');
    pass(throttle, 'b');
    clock.advance(500);
    pass(throttle, 'urgent', { priority: 5 });
    pass(throttle, 'idle', { priority: -5 });
    await clock.advanceAsync(10_000);
    expect(log).toEqual(['urgent@500', 'a@2000', 'b@3000', 'idle@3500']);
  });

  test('keeps the order of those who ask in one tick', async () => {
    const throttle = busy();
    for (const name of ['a', 'b', 'c', 'd']) pass(throttle, name);
    await clock.advanceAsync(10_000);
    expect(log).toEqual(['a@1000', 'b@2000', 'c@3000', 'd@4000']);
  });

  test('lets nobody overtake who asks while another goes on', async () => {
    const throttle = busy();
    pass(throttle, 'a');
    // The turn of a has come, but its promise has not been heard yet.
    clock.advance(1000);
    expect(pass(throttle, 'late')).toBe('waits');
    await clock.advanceAsync(10_000);
    expect(log).toEqual(['a@1000', 'late@1000']);
  });

  test('makes nobody wait longer than the longest delay', async () => {
    const throttle = busy({ delayMaxMs: 2500 });
    for (const name of ['a', 'b', 'c', 'd']) pass(throttle, name);
    await clock.advanceAsync(2500);
    expect(log).toEqual(['a@1000', 'b@2000', 'c@2500', 'd@2500']);
    expect(throttle.waitingCount).toBe(0);
    // Who passed before its turn is waited for all the same.
    pass(throttle, 'e');
    await clock.advanceAsync(10_000);
    expect(log.at(-1)).toBe('e@2500');
  });

  test('owes nothing beyond the longest delay, whatever passed before', async () => {
    const throttle = busy({ delayMaxMs: 2500 });
    for (let call = 0; call < 50; call++) pass(throttle, 'crowd');
    await clock.advanceAsync(2500);
    await clock.advanceAsync(2500);
    expect(pass(throttle, 'after')).toBe('now');
  });

  test('is bounded, and says so at once', async () => {
    const throttle = busy({ queueMax: 2 });
    expect(['a', 'b', 'c'].map((name) => pass(throttle, name))).toEqual(['waits', 'waits', 'full']);
    await clock.advanceAsync(1000);
    expect(pass(throttle, 'd')).toBe('waits');
    expect(throttle.waitingCount).toBe(2);
  });

  test('has room for a thousand', () => {
    const throttle = busy();
    const answers = Array.from({ length: 1001 }, () => pass(throttle, 'call'));
    expect(answers.filter((answer) => answer === 'waits')).toHaveLength(1000);
    expect(answers.at(-1)).toBe('full');
  });

  test('is left at once by who gives up, and the next one moves up', async () => {
    const throttle = busy();
    const controller = new AbortController();
    pass(throttle, 'a', { signal: controller.signal });
    pass(throttle, 'b');
    await clock.advanceAsync(400);
    controller.abort('enough');
    await clock.advanceAsync(10_000);
    expect(log).toEqual(['a enough@400', 'b@1000']);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('refuses who has given up already with the reason of the signal', async () => {
    const throttle = busy();
    pass(throttle, 'a', { signal: AbortSignal.abort('before') });
    await clock.settle();
    expect([log, throttle.waitingCount, clock.pendingCount]).toEqual([['a before@0'], 0, 0]);
  });

  test('can be let go or sent away as a whole', async () => {
    const throttle = busy();
    for (const name of ['a', 'b']) pass(throttle, name);
    throttle.admitAll();
    await clock.settle();
    for (const name of ['c', 'd']) pass(throttle, name);
    throttle.rejectAll(() => 'closed');
    await clock.settle();
    expect(log).toEqual(['a@0', 'b@0', 'c closed@0', 'd closed@0']);
    expect(clock.pendingCount).toBe(0);
  });

  test('holds no timer while nobody waits, and keeps the process alive while somebody does', async () => {
    const throttle = busy();
    expect(clock.pendingCount).toBe(0);
    const controller = new AbortController();
    pass(throttle, 'a');
    pass(throttle, 'b', { signal: controller.signal });
    expect(clock.heldCount).toBe(1);
    await clock.advanceAsync(1000);
    expect(clock.heldCount).toBe(1);
    controller.abort('enough');
    await clock.settle();
    expect([clock.pendingCount, deadlines.pendingCount]).toEqual([0, 0]);
  });
});
