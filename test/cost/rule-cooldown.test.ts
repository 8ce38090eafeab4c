/** How often a rule announces itself, and that it acts all the while. */
import { describe, expect, test } from 'vitest';

import { usd } from '../../services/cost/money.ts';
import { RuleCooldowns } from '../../services/cost/rules/rule-cooldown.ts';
import { RuleRig } from './rule-rig.ts';

const rig = (cooldownMs = 60_000): RuleRig =>
  new RuleRig([
    { id: 'cool', type: 'operation_cost', threshold: usd(1), action: 'block', cooldownMs },
    { id: 'chatty', type: 'operation_cost', threshold: usd(3), action: 'alert' },
  ]);

const ids = (cooldowns: RuleCooldowns, one: RuleRig, nowMs: number): readonly string[] =>
  cooldowns.announce(one.decision, nowMs).map(({ id }) => id);

describe('COST-24 rule cooldown mechanisms:', () => {
  test('COST-24 rule cooldown mechanisms: announced at most once per cooldown', () => {
    const one = rig();
    const cooldowns = new RuleCooldowns(2);
    one.ask({ expected: usd(2) });
    const announcedAtMs = [0, 1, 30_000, 59_999, 60_000, 60_001, 119_999, 120_000, 500_000].filter(
      (nowMs) => ids(cooldowns, one, nowMs).length > 0,
    );
    expect(announcedAtMs).toEqual([0, 60_000, 120_000, 500_000]);
  });

  test('COST-24 rule cooldown mechanisms: enforcement is never suspended', () => {
    const one = rig();
    const cooldowns = new RuleCooldowns(2);
    for (let nowMs = 0; nowMs < 1000; nowMs++) {
      expect(one.ask({ expected: usd(2) }).action).toBe('block');
      cooldowns.announce(one.decision, nowMs);
    }
  });

  test('COST-24 rule cooldown mechanisms: without one, every firing is announced', () => {
    const one = rig(0);
    const cooldowns = new RuleCooldowns(2);
    one.ask({ expected: usd(4) });
    for (let time = 0; time < 3; time++) expect(ids(cooldowns, one, 5)).toEqual(['chatty', 'cool']);
  });

  test('COST-24 rule cooldown mechanisms: each rule cools down for itself', () => {
    const one = rig();
    const cooldowns = new RuleCooldowns(2);
    one.ask({ expected: usd(4) });
    expect(ids(cooldowns, one, 0)).toEqual(['chatty', 'cool']);
    expect(ids(cooldowns, one, 1)).toEqual(['chatty']);
  });

  test('COST-24 rule cooldown mechanisms: what does not fire does not begin to cool down', () => {
    const one = rig();
    const cooldowns = new RuleCooldowns(2);
    one.ask({ expected: usd(0.5) });
    expect(ids(cooldowns, one, 0)).toEqual([]);
    one.ask({ expected: usd(2) });
    expect(ids(cooldowns, one, 1)).toEqual(['cool']);
  });

  test('COST-24 rule cooldown mechanisms: a reset ends them, for one rule or for all', () => {
    const one = rig();
    const cooldowns = new RuleCooldowns(2);
    one.ask({ expected: usd(2) });
    const [rule] = cooldowns.announce(one.decision, 0);
    cooldowns.reset(one.set.rules.find(({ id }) => id === 'chatty'));
    expect(ids(cooldowns, one, 1)).toEqual([]);
    cooldowns.reset(rule);
    expect(ids(cooldowns, one, 2)).toEqual(['cool']);
    cooldowns.reset();
    expect(ids(cooldowns, one, 3)).toEqual(['cool']);
  });
});

test('CRIT-18 cooldowns prevent rule spam: ten thousand firings in an hour, sixty announcements', () => {
  const one = rig();
  const cooldowns = new RuleCooldowns(2);
  let announcedCount = 0;
  for (let call = 0; call < 10_000; call++) {
    one.ask({ expected: usd(2) });
    announcedCount += cooldowns.announce(one.decision, call * 360).length;
  }
  expect(announcedCount).toBe(60);
});
