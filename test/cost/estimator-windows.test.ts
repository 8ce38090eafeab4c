/** The statistics that estimators are made of, against plain lists of everything. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { DecayedRatio, DecayedShare } from '../../services/cost/estimates/decayed-ratio.ts';
import { CostKnowledge } from '../../services/cost/estimates/estimator-costs.ts';
import { RecentEntries } from '../../services/cost/estimates/estimator-recent.ts';
import { QuantileWindow } from '../../services/cost/estimates/quantile-window.ts';
import { seededRandom } from '../kit/seeded-random.ts';

describe('a quantile window', () => {
  const samples = fc.array(fc.nat(30), { maxLength: 200 });
  const sizes = fc.constantFrom(1, 2, 7, 8, 9, 64);

  test.each(['single', 'double'] as const)('holds the last samples in order (%s)', (precision) => {
    fc.assert(
      fc.property(samples, sizes, fc.nat(30), (all, countMax, value) => {
        const window = new QuantileWindow(countMax, precision);
        for (const sample of all) window.add(sample);
        const last = all.slice(-countMax);
        const sorted = last.toSorted((a, b) => a - b);
        expect(window.count).toBe(last.length);
        expect(Array.from(sorted, (_, rank) => window.at(rank))).toEqual(sorted);
        expect(window.newest(countMax)).toEqual(last);
        expect(window.newest(3)).toEqual(last.slice(-3));
        expect(window.sum).toBe(last.reduce((sum, sample) => sum + sample, 0));
        expect(window.countBelow(value)).toBe(last.filter((sample) => sample < value).length);
        if (last.length === 0) return;
        const capped = last.reduce((sum, sample) => sum + Math.min(sample, value), 0);
        expect(window.meanUpTo(value)).toBeCloseTo(capped / last.length);
        expect(window.quantile(0)).toBe(sorted[0]);
        expect(window.quantile(1)).toBe(sorted.at(-1));
      }),
    );
  });

  test('of single precision finds what it rounded again', () => {
    const window = new QuantileWindow(4, 'single');
    for (const sample of [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]) window.add(sample);
    const held = [0.5, 0.6, 0.7, 0.8].map(Math.fround);
    expect([0, 1, 2, 3].map((rank) => window.at(rank))).toEqual(held);
  });
});

describe('a decayed ratio', () => {
  test('is exactly 1 as long as bills are right', () => {
    const ratio = new DecayedRatio(128);
    for (let each = 1; each < 1_000; each++) ratio.add(each / 3, each / 3);
    expect(ratio.value).toBe(1);
  });

  test('follows what it measures, and forgets', () => {
    const ratio = new DecayedRatio(100);
    for (let each = 0; each < 1_000; each++) ratio.add(2, 1);
    expect(ratio.value).toBeCloseTo(2, 3);
    for (let each = 0; each < 1_000; each++) ratio.add(1, 2);
    expect(ratio.value).toBeCloseTo(0.5, 3);
  });

  test('stays between a hundredth and a hundred', () => {
    const [none, all] = [new DecayedRatio(10), new DecayedRatio(10)];
    for (let each = 0; each < 1_000; each++) {
      none.add(0, 1);
      all.add(1e9, 1);
    }
    expect([none.value, all.value]).toEqual([0.01, 100]);
  });

  test('is the same after it was saved', () => {
    const [ratio, share] = [new DecayedRatio(50), new DecayedShare(50)];
    for (let each = 0; each < 20; each++) {
      ratio.add(each, 5);
      share.add(each % 3 === 0);
    }
    const [ratioAgain, shareAgain] = [new DecayedRatio(50), new DecayedShare(50)];
    ratioAgain.restore(ratio.saved());
    shareAgain.restore(share.saved());
    expect(ratioAgain.value).toBe(ratio.value);
    expect(shareAgain.share(0.5, 4)).toBe(share.share(0.5, 4));
  });
});

describe('a range of costs', () => {
  test.each<[string, (uniform: number) => number]>([
    ['evenly', (uniform) => uniform],
    ['over orders of magnitude', (uniform) => Math.exp(8 * uniform)],
    ['with a heavy tail', (uniform) => 1 / (1.001 - uniform)],
    ['over four amounts', (uniform) => Math.floor(4 * uniform)],
    ['over one amount', () => 1],
  ])('holds the next cost as often as it says, where they are spread %s', (_, shape) => {
    const random = seededRandom(17);
    const knowledge = new CostKnowledge();
    let [said, came] = [0, 0];
    for (let call = 0; call < 5_000; call++) {
      const cost = Math.round(1e6 * shape(random()));
      if (call >= 20) {
        said += knowledge.confidence / 4_980;
        came += Number(cost >= knowledge.low && cost <= knowledge.high) / 4_980;
      }
      knowledge.add(cost);
    }
    expect(Math.abs(said - came)).toBeLessThan(0.03);
  });
});

describe('recent entries', () => {
  const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const steps = fc.array(fc.tuple(fc.boolean(), names, fc.constantFrom(undefined, 'm')), {
    maxLength: 60,
  });

  test('are those asked for last, as a plain list has them', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 6 }), (all, entriesMax) => {
        const forgotten: string[] = [];
        const entries = new RecentEntries(
          entriesMax,
          () => ({}),
          ({ operation, model }) => forgotten.push(operation + model),
        );
        const model: string[] = [];
        const gone: string[] = [];
        for (const [isObtained, operation, ofModel] of all) {
          const key = operation + (ofModel ?? '');
          const index = model.indexOf(key);
          if (index >= 0) model.push(...model.splice(index, 1));
          else if (isObtained) {
            if (model.length === entriesMax) gone.push(model.shift() as string);
            model.push(key);
          }
          const entry = isObtained
            ? entries.obtain(operation, ofModel)
            : entries.find(operation, ofModel);
          expect(entry !== undefined).toBe(isObtained || index >= 0);
          expect(entries.size).toBe(model.length);
        }
        expect(forgotten).toEqual(gone);
      }),
    );
  });
});
