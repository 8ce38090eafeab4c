/** A window that takes over from another one when options change: nothing counted is lost. */
import { describe, expect, test } from 'vitest';

import { CountWindow, TimeWindow } from '../../services/window.ts';

const NONE = { calls: 0, failures: 0, slow: 0 };

describe('a count window takes over', () => {
  test('from a shorter one all its calls, in their order', () => {
    const before = new CountWindow(3);
    before.add(true, false, 0);
    before.add(false, true, 0);
    const window = new CountWindow(5);
    window.adopt(before, 0);
    expect(window.totals).toEqual({ calls: 2, failures: 1, slow: 1 });
    for (let call = 0; call < 4; call += 1) window.add(false, false, 0);
    expect(window.totals).toEqual({ calls: 5, failures: 0, slow: 1 });
  });

  test('from a longer one its newest calls', () => {
    const before = new CountWindow(10);
    for (const failed of [true, true, true, false, true, false]) before.add(failed, false, 0);
    const window = new CountWindow(3);
    window.adopt(before, 0);
    expect(window.totals).toEqual({ calls: 3, failures: 1, slow: 0 });
  });

  test('from a time window every call that fits', () => {
    const before = new TimeWindow(10_000, 0);
    for (const failed of [true, true, false, false]) before.add(failed, !failed, 1_000);
    const window = new CountWindow(10);
    window.adopt(before, 2_000);
    expect(window.totals).toEqual({ calls: 4, failures: 2, slow: 2 });
  });

  test('from a time window that holds more than fits its shares, not its failures or none', () => {
    const before = new TimeWindow(10_000, 0);
    for (let call = 0; call < 1_000; call += 1) before.add(call % 2 === 0, call % 20 === 0, 0);
    const window = new CountWindow(100);
    window.adopt(before, 0);
    expect(window.totals).toEqual({ calls: 100, failures: 50, slow: 5 });
  });

  test('nothing that has fallen out of the time window meanwhile', () => {
    const before = new TimeWindow(10_000, 0);
    before.add(true, false, 0);
    const window = new CountWindow(10);
    window.adopt(before, 60_000);
    expect(window.totals).toEqual(NONE);
  });
});

describe('a time window takes over', () => {
  test('from one of the same span each call at its age, so that it falls out when it should', () => {
    const before = new TimeWindow(10_000, 0);
    before.add(true, false, 500);
    before.add(false, true, 4_500);
    const window = new TimeWindow(10_000, 8_000);
    window.adopt(before, 8_000);
    expect(window.totals).toEqual({ calls: 2, failures: 1, slow: 1 });
    window.advance(11_000);
    expect(window.totals).toEqual({ calls: 1, failures: 0, slow: 1 });
    window.advance(15_000);
    expect(window.totals).toEqual(NONE);
  });

  test('calls of its very first slice at their age too', () => {
    const before = new TimeWindow(10_000, 0);
    before.add(true, false, 500);
    const window = new TimeWindow(10_000, 8_500);
    window.adopt(before, 8_500);
    window.advance(11_500);
    expect(window.totals).toEqual(NONE);
  });

  test('from a longer one only what is young enough', () => {
    const before = new TimeWindow(60_000, 0);
    before.add(true, false, 1_000);
    before.add(true, false, 50_000);
    const window = new TimeWindow(10_000, 55_000);
    window.adopt(before, 55_000);
    expect(window.totals).toEqual({ calls: 1, failures: 1, slow: 0 });
  });

  test('from a shorter one everything it holds', () => {
    const before = new TimeWindow(10_000, 0);
    before.add(true, false, 1_000);
    before.add(false, false, 9_000);
    const window = new TimeWindow(60_000, 9_500);
    window.adopt(before, 9_500);
    expect(window.totals).toEqual({ calls: 2, failures: 1, slow: 0 });
    window.advance(40_000);
    expect(window.totals).toEqual({ calls: 2, failures: 1, slow: 0 });
  });

  test('from a count window everything, as if it had just happened', () => {
    const before = new CountWindow(5);
    before.add(true, false, 0);
    before.add(false, true, 0);
    const window = new TimeWindow(10_000, 3_000);
    window.adopt(before, 3_000);
    expect(window.totals).toEqual({ calls: 2, failures: 1, slow: 1 });
    window.advance(13_000);
    expect(window.totals).toEqual(NONE);
  });
});
