import { createActor, createMachine } from 'xstate';
import { describe, expect, it } from 'vitest';

import { seededRandom, VirtualClock } from '../kit/index.ts';

describe('a virtual clock', () => {
  it('fires timers in the order of their due times, equal ones in the order they were set', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.setTimer(20, true, () => fired.push(`b@${clock.monotonicMs()}`));
    clock.setTimer(10, true, () => fired.push(`a@${clock.monotonicMs()}`));
    clock.setTimer(20, true, () => fired.push(`c@${clock.monotonicMs()}`));
    clock.advance(19);
    expect(fired).toEqual(['a@10']);
    clock.advance(1);
    expect(fired).toEqual(['a@10', 'b@20', 'c@20']);
  });

  it('cascades: a timer set by a timer fires within the same advance, at its own instant', () => {
    const clock = new VirtualClock({ startMs: 1_000 });
    const seen: number[] = [];
    const chain = (left: number): void => {
      seen.push(clock.nowMs());
      if (left > 0) clock.setTimer(500, true, () => chain(left - 1));
    };
    clock.setTimer(1_000, true, () => chain(2));
    clock.advance(10_000);
    expect(seen).toEqual([2_000, 2_500, 3_000]);
    expect(clock.nowMs()).toBe(11_000);
  });

  it('walks an XState machine through chained delays', () => {
    const machine = createMachine({
      initial: 'a',
      states: {
        a: { after: { 1_000: 'b' } },
        b: { after: { 500: 'c' } },
        c: { after: { 500: 'd' } },
        d: {},
      },
    });
    const clock = new VirtualClock();
    const actor = createActor(machine, { clock }).start();
    clock.advance(1_999);
    expect(actor.getSnapshot().value).toBe('c');
    clock.advance(1);
    expect(actor.getSnapshot().value).toBe('d');
    actor.stop();
    expect(clock.pendingCount).toBe(0);
  });

  it('lets promise continuations run between timers when advanced asynchronously', async () => {
    const clock = new VirtualClock();
    const wait = (ms: number) =>
      new Promise<void>((resolve) => void clock.setTimer(ms, true, resolve));
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      for (let i = 0; i < 3; i += 1) {
        await wait(100);
        await Promise.resolve();
        seen.push(clock.monotonicMs());
      }
    };
    const done = run();
    await clock.advanceAsync(299);
    expect(seen).toEqual([100, 200]);
    await clock.advanceAsync(1);
    await done;
    expect(seen).toEqual([100, 200, 300]);
  });

  it('moves the wall clock alone when it jumps, backwards too', () => {
    const clock = new VirtualClock({ startMs: 1_000_000 });
    let fired = false;
    clock.setTimer(100, true, () => (fired = true));
    clock.jumpWall(-500_000);
    clock.jumpWall(50);
    expect([clock.nowMs(), clock.monotonicMs(), fired]).toEqual([500_050, 0, false]);
    clock.advance(100);
    expect([clock.nowMs(), clock.monotonicMs(), fired]).toEqual([500_150, 100, true]);
  });

  it('counts what waits, and of that what would keep a process alive', () => {
    const clock = new VirtualClock();
    const held = clock.setTimer(10, true, () => {});
    clock.setTimer(5, false, () => {});
    expect([clock.pendingCount, clock.heldCount, clock.nextTimerMs]).toEqual([2, 1, 5]);
    clock.clearTimer(held);
    clock.clearTimer(held);
    clock.clearTimer(undefined);
    expect([clock.pendingCount, clock.heldCount]).toEqual([1, 0]);
    clock.advance(5);
    expect([clock.pendingCount, clock.nextTimerMs]).toEqual([0, null]);
  });

  it('does not run a timer that an earlier timer cleared', () => {
    const clock = new VirtualClock();
    let fired = false;
    const later = clock.setTimer(2, true, () => (fired = true));
    clock.setTimer(1, true, () => clock.clearTimer(later));
    clock.advance(10);
    expect(fired).toBe(false);
  });

  it('runs deferred callbacks on a later turn, in order, before time moves on', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.setTimer(10, true, () => {
      clock.defer(() => {
        seen.push(`deferred@${clock.monotonicMs()}`);
        clock.defer(() => seen.push(`again@${clock.monotonicMs()}`));
      });
      seen.push('timer');
    });
    clock.setTimer(20, true, () => seen.push('later'));
    await clock.advanceAsync(30);
    expect(seen).toEqual(['timer', 'deferred@10', 'again@10', 'later']);
  });

  it('may be advanced from within a timer', () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.setTimer(10, true, () => clock.advance(50));
    clock.setTimer(30, true, () => seen.push(`inner@${clock.monotonicMs()}`));
    clock.advance(20);
    expect(seen).toEqual(['inner@30']);
    expect(clock.monotonicMs()).toBe(60);
  });

  it('refuses what real timers would get wrong', () => {
    const clock = new VirtualClock();
    expect(() => clock.setTimer(2 ** 31, true, () => {})).toThrow(/from 0 to 2147483647, got 2147/);
    expect(() => clock.setTimer(Number.NaN, true, () => {})).toThrow(/got NaN/);
    expect(() => clock.advance(-1)).toThrow(/time to advance/);
    expect(() => clock.setTimeout(() => {}, 2 ** 31)).toThrow(/a delay/);
    expect(() => new VirtualClock({ startMs: Number.NaN })).toThrow(/startMs/);
  });

  it('stays in order with many timers, cleared ones among them', () => {
    const clock = new VirtualClock();
    const random = seededRandom(7);
    const seen: number[] = [];
    let kept = 0;
    for (let i = 0; i < 20_000; i += 1) {
      const delayMs = Math.floor(random() * 1_000);
      const timer = clock.setTimer(delayMs, true, () => seen.push(delayMs));
      if (random() < 0.5) clock.clearTimer(timer);
      else kept += 1;
    }
    clock.advance(1_000);
    expect(seen).toHaveLength(kept);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});

describe('seeded randomness', () => {
  it('repeats itself for the same seed and differs for another', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
    expect(draw(4711)).toEqual(draw(4711));
    expect(draw(4711)).not.toEqual(draw(4712));
    expect(draw(1)).not.toEqual(draw(1 + 2 ** 32));
  });

  it('keeps its numbers from version to version', () => {
    expect(Array.from({ length: 3 }, seededRandom(42))).toMatchInlineSnapshot(`
      [
        0.29439391079358757,
        0.4534398082178086,
        0.9125655747484416,
      ]
    `);
  });

  it('gives numbers in [0, 1), evenly spread', () => {
    const random = seededRandom(1);
    const buckets = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i += 1) {
      const bucket = Math.floor(random() * 10);
      buckets[bucket] = (buckets[bucket] ?? Number.NaN) + 1;
    }
    expect(buckets).toHaveLength(10);
    for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('refuses a seed that is no integer from 0', () => {
    for (const seed of [-1, 1.5, Number.NaN, 2 ** 53]) {
      expect(() => seededRandom(seed)).toThrow(/seed must be an integer from 0/);
    }
  });
});
