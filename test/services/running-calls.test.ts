/** Calls that still run, against a plain list of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { RunningCalls } from '../../services/running-calls.ts';

test('the oldest call that was not yet counted as slow is known', () => {
  const running = new RunningCalls();
  expect(running.oldestQuickMs).toBe(Infinity);
  running.start(10);
  const second = running.start(20);
  running.start(30);
  expect(running.oldestQuickMs).toBe(10);
  running.markSlow(0);
  expect(running.oldestQuickMs).toBe(20);
  running.end(second);
  expect(running.oldestQuickMs).toBe(30);
});

test('a call that was counted as slow says where when it ends, any other says nothing', () => {
  const running = new RunningCalls();
  const [slow, quick] = [running.start(10), running.start(20)];
  running.markSlow(41);
  expect(running.end(slow)).toBe(41);
  expect(running.end(quick)).toBeNaN();
});

test('when the window is replaced, a slow call stays one but stands nowhere any more', () => {
  const running = new RunningCalls();
  const [slow, quick] = [running.start(10), running.start(20)];
  running.markSlow(41);
  running.forgetPlaces();
  expect(running.end(slow)).toBe(-1);
  expect(running.end(quick)).toBeNaN();
});

test('slots are used again, so that a busy breaker does not grow', () => {
  const running = new RunningCalls();
  const slots = new Set<number>();
  for (let call = 0; call < 10_000; call += 1) {
    const slot = running.start(call);
    slots.add(slot);
    running.end(slot);
  }
  expect(slots.size).toBe(1);
});

test('whatever starts, ends and turns slow, it says what a list would say', () => {
  const act = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ act: 'start', pick: 0 } as const) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('end' as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.constant({ act: 'slow', pick: 0 } as const) },
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
      const running = new RunningCalls();
      const calls: { slot: number; startMs: number; place: number }[] = [];
      let nowMs = 0;
      for (const { act: what, pick } of acts) {
        nowMs += 1;
        const quick = calls.filter(({ place }) => Number.isNaN(place));
        if (what === 'start') {
          calls.push({ slot: running.start(nowMs), startMs: nowMs, place: NaN });
        } else if (what === 'end' && calls.length > 0) {
          const [call] = calls.splice(pick % calls.length, 1);
          expect(running.end(call?.slot ?? NaN)).toBe(call?.place);
        } else if (what === 'slow' && quick[0] !== undefined) {
          quick[0].place = nowMs;
          running.markSlow(nowMs);
        }
        const oldest = calls.find(({ place }) => Number.isNaN(place))?.startMs ?? Infinity;
        expect(running.oldestQuickMs).toBe(oldest);
        expect(new Set(calls.map(({ slot }) => slot)).size).toBe(calls.length);
      }
    }),
  );
});
