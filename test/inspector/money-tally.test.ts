/** What facts about money are counted for, and for what they are not. */
import { expect, test } from 'vitest';

import type { FactBody } from '../../services/facts.ts';
import { MoneyTally } from '../../visualizations/inspector/money-tally.ts';

interface Said {
  readonly type: string;
  readonly atMs?: number;
}

/** A tally that heard these facts, each at its own time. */
const heard = (...facts: readonly Said[]): MoneyTally => {
  let nowMs = 0;
  const tally = new MoneyTally({ nowMs: () => nowMs });
  for (const { atMs = 0, ...fact } of facts) {
    nowMs = atMs;
    tally.hear(fact as unknown as FactBody);
  }
  return tally;
};

const settled = (more: object = {}) => ({
  type: 'cost.settled',
  breaker: 'a',
  operation: 'ask',
  model: 'm',
  method: 'tokens',
  basis: 'usage',
  costNanoUsd: 10,
  expectedNanoUsd: 10,
  worstNanoUsd: 30,
  ...more,
});

const refused = (more: object = {}) => ({
  type: 'call.refused',
  breaker: 'a',
  operation: 'ask',
  model: 'm',
  code: 'circuit_open',
  enforced: true,
  ...more,
});

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

test.each(['assumed', 'none'])('a cost that is %s says nothing of estimates', (basis) => {
  const tally = heard(settled({ basis, costNanoUsd: 30 }), refused());
  expect(tally.calibration).toEqual([]);
  // Nor is it what such a call costs: the books are asked.
  expect(tally.shielded(() => 4)).toEqual({ count: 1, nanoUsd: 4 });
});

test('a cost within a fifth of what was expected is near, at equality too', () => {
  const costs = [8, 12, 7, 13];
  const tally = heard(...costs.map((costNanoUsd) => settled({ costNanoUsd })));
  expect(tally.calibration[0]).toMatchObject({ callCount: 4, withinFifthRatio: 0.5 });
});

test('a bill above the worst case takes back nothing of what others released', () => {
  const tally = heard(settled(), settled({ costNanoUsd: 100 }));
  expect(tally.releasedNanoUsd).toBe(20);
});

test.each([
  ['circuit_open', 1],
  ['circuit_latched', 1],
  ['probes_busy', 1],
  ['probe_wait_timeout', 1],
  ['quarantined', 1],
  ['budget_exceeded', 0],
  ['throttled', 0],
  ['bulkhead_full', 0],
])('a refusal for %s kept %i calls from an ailing dependency', (code, count) => {
  expect(heard(refused({ code })).shielded(() => 1).count).toBe(count);
});

test('a refusal that a breaker would have made, and did not, shielded nothing', () => {
  expect(heard(refused({ enforced: false })).shielded(() => 1).count).toBe(0);
});

test('methods beyond twelve are counted together', () => {
  const { calibration } = heard(...times(20, (index) => settled({ method: `m${index}` })));
  expect(calibration).toHaveLength(13);
  expect(calibration[0]).toMatchObject({ method: 'others', callCount: 8 });
});

test('of a method the latest hundred and fifty calls are points', () => {
  const [view] = heard(...times(200, (costNanoUsd) => settled({ costNanoUsd }))).calibration;
  expect([view?.points.length, view?.points[0]]).toEqual([150, [10, 50]]);
});

test('calls beyond a thousand kinds are counted, and have no price', () => {
  const kinds = times(1_200, (index) => refused({ model: `m${index}` }));
  expect(heard(...kinds).shielded(() => 2)).toEqual({ count: 1_200, nanoUsd: 2_000 });
});

test('fifty moments are kept, the newest first', () => {
  const moments = heard(...times(60, (index) => ({ type: 'books.failed', problem: `p${index}` })));
  const texts = moments.moments.map(({ text }) => text);
  expect(texts).toHaveLength(50);
  expect(texts[0]).toMatch(/p59$/);
  expect(texts.at(-1)).toMatch(/p10$/);
});

test('a rule that fires again after a minute is a moment of its own', () => {
  const fired = { type: 'rule.fired', rule: 'r', breaker: 'a', operation: 'ask', action: 'alert' };
  const figures = { figureNanoUsd: 1, thresholdNanoUsd: 1 };
  const at = (ms: number, breaker = 'a') => ({ ...fired, ...figures, breaker, atMs: ms });
  const { moments } = heard(at(0), at(59_999), at(60_000, 'b'), at(119_999));
  expect(moments.map(({ count }) => count)).toEqual([1, 1, 2]);
});
