/** All deadlines behind one timer. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';

import type { Clock, TimerHandle } from '../../services/clock.ts';
import { Deadlines, type Deadline } from '../../services/deadlines.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

const DAY_MS = 86_400_000;

let clock: VirtualClock;
let deadlines: Deadlines;
let ran: string[];

const at = (dueMs: number, held = false): Deadline =>
  deadlines.at(dueMs, () => ran.push(`${dueMs} at ${clock.monotonicMs()}`), held);

beforeEach(() => {
  clock = new VirtualClock();
  deadlines = new Deadlines(clock);
  ran = [];
});

describe('a deadline', () => {
  test('runs at its instant, once', () => {
    at(100);
    clock.advance(99);
    expect(ran).toEqual([]);
    clock.advance(1_000);
    expect(ran).toEqual(['100 at 100']);
  });

  test('in the past runs as soon as possible, but not within the call that sets it', () => {
    clock.advance(500);
    at(100);
    expect(ran).toEqual([]);
    clock.advance(0);
    expect(ran).toEqual(['100 at 500']);
  });

  test('of thirty days does not run at once', () => {
    at(30 * DAY_MS);
    clock.advance(30 * DAY_MS - 1);
    expect(ran).toEqual([]);
    clock.advance(1);
    expect(ran).toHaveLength(1);
  });

  test('that never comes holds no timer that would be too long', () => {
    at(Infinity);
    clock.advance(400 * DAY_MS);
    expect(ran).toEqual([]);
    expect(deadlines.pendingCount).toBe(1);
  });

  test('is cancelled once; again, or after it ran, does nothing', () => {
    const first = at(100);
    const second = at(200);
    deadlines.cancel(first);
    deadlines.cancel(first);
    deadlines.cancel(null);
    clock.advance(300);
    deadlines.cancel(second);
    expect(ran).toEqual(['200 at 200']);
    expect(deadlines.pendingCount).toBe(0);
  });

  test('may be set and cancelled by another one that runs', () => {
    const doomed = at(150);
    deadlines.at(100, () => {
      deadlines.cancel(doomed);
      at(120);
      at(90);
    });
    clock.advance(1_000);
    expect(ran).toEqual(['90 at 100', '120 at 120']);
    expect(clock.pendingCount).toBe(0);
  });

  test('that throws does not take the others with it', () => {
    deadlines.at(100, () => {
      throw new Error('mine alone');
    });
    at(100);
    expect(() => clock.advance(100)).toThrow('mine alone');
    clock.advance(0);
    expect(ran).toEqual(['100 at 100']);
  });
});

describe('one timer', () => {
  test('serves ten thousand deadlines', () => {
    for (let number = 0; number < 10_000; number += 1) at(1_000 + (number % 77));
    expect(clock.pendingCount).toBe(1);
    clock.advance(2_000);
    expect(ran).toHaveLength(10_000);
    expect(clock.pendingCount).toBe(0);
  });

  test('is gone when nothing is pending', () => {
    const only = at(100);
    deadlines.cancel(only);
    expect(clock.pendingCount).toBe(0);
  });

  test('comes earlier for an earlier deadline', () => {
    at(1_000);
    at(10);
    clock.advance(10);
    expect(ran).toEqual(['10 at 10']);
  });

  test('keeps the process alive only while a caller waits', () => {
    at(1_000);
    expect(clock.heldCount).toBe(0);
    const caller = at(2_000, true);
    expect(clock.heldCount).toBe(1);
    deadlines.cancel(caller);
    expect(clock.heldCount).toBe(0);
    at(500, true);
    clock.advance(500);
    expect(clock.heldCount).toBe(0);
    expect(clock.pendingCount).toBe(1);
  });
});

test('deadlines that are due at once give the event loop its turn in between', () => {
  const busy = new BusyClock();
  const many = new Deadlines(busy);
  for (let number = 0; number < 12; number += 1) many.at(100, () => busy.work(2));
  busy.work(100);
  const slices: number[] = [];
  while (busy.timer !== undefined) {
    const before = busy.workedMs;
    busy.fire();
    slices.push(busy.workedMs - before);
  }
  expect(slices).toEqual([6, 6, 6, 6]);
});

test('whatever is set and cancelled, each deadline runs once, in order, none too early', () => {
  const step = fc.record({ dueMs: fc.nat(1_000), cancel: fc.boolean(), advanceMs: fc.nat(200) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const own = new VirtualClock();
      const subject = new Deadlines(own);
      const pending = new Map<Deadline, number>();
      const due: number[] = [];
      for (const { dueMs, cancel, advanceMs } of steps) {
        const deadline: Deadline = subject.at(dueMs, () => {
          expect(own.monotonicMs()).toBeGreaterThanOrEqual(dueMs);
          expect(Math.min(...pending.values())).toBe(dueMs);
          expect(pending.delete(deadline)).toBe(true);
          due.push(dueMs);
        });
        pending.set(deadline, dueMs);
        const [oldest] = pending.keys();
        if (cancel && oldest !== undefined) {
          subject.cancel(oldest);
          pending.delete(oldest);
        }
        own.advance(advanceMs);
        expect(subject.pendingCount).toBe(pending.size);
      }
      own.advance(2_000);
      expect(pending.size).toBe(0);
      expect(own.pendingCount).toBe(0);
    }),
  );
});

/** A clock on which work takes time, as it does on a real one. */
class BusyClock implements Clock {
  workedMs = 0;
  timer: (() => void) | undefined;

  work(ms: number): void {
    this.workedMs += ms;
  }

  fire(): void {
    const run = this.timer;
    this.timer = undefined;
    run?.();
  }

  nowMs = (): number => this.workedMs;
  monotonicMs = (): number => this.workedMs;
  setTimer(_delayMs: number, _held: boolean, run: () => void): TimerHandle {
    this.timer = run;
    return run;
  }
  clearTimer(): void {
    this.timer = undefined;
  }
  defer(): void {}
}
