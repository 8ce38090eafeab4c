/** What rules make of a call: which fire, which action acts, which rule is named. */
import { describe, expect, test } from 'vitest';

import { usd } from '../../services/cost/money.ts';
import { decide, RuleDecision, shareNanoUsd } from '../../services/cost/rules/rule-decision.ts';
import { explainDecision, ruleMatches } from '../../services/cost/rules/rule-explanation.ts';
import type { RuleOptions } from '../../services/cost/rules/rule-options.ts';
import { CALL, HandGauge, RuleRig } from './rule-rig.ts';

const SPECIFIED: readonly RuleOptions[] = [
  {
    id: 'daily_budget_80',
    type: 'daily_percentage',
    threshold: 80,
    action: 'throttle',
    priority: 10,
  },
  {
    id: 'operation_cost_limit',
    type: 'operation_cost',
    threshold: usd(0.5),
    action: 'block',
    priority: 20,
  },
];

describe('COST-05 percentage based thresholds:', () => {
  const rig = (): RuleRig => new RuleRig(SPECIFIED);

  test('COST-05 percentage based thresholds: settled and reserved against the limit', () => {
    expect(rig().put('daily_budget_80', usd('7.999999999'), usd(10)).told()).toEqual([null]);
    expect(rig().put('daily_budget_80', usd(8), usd(10)).told()).toEqual([
      'throttle',
      'daily_budget_80',
    ]);
  });

  test('COST-05 percentage based thresholds: a limit that changes moves the threshold', () => {
    const one = rig();
    const plan = one.set.planFor(CALL, one.gaugeOf);
    const at = (limit: number | null): string | null => {
      one.put('daily_budget_80', usd(8), limit);
      return decide(plan, usd(0.01), usd(0.01), 0, 0, one.decision).action;
    };
    const limits = [null, usd(10), usd(11), usd(1), null, usd(11), usd(10)];
    expect(limits.map(at)).toEqual([null, 'throttle', null, 'throttle', null, null, 'throttle']);
  });

  test('COST-05 percentage based thresholds: no limit has no share, and nothing is no share', () => {
    expect(rig().put('daily_budget_80', usd(1000), null).told()).toEqual([null]);
    expect(rig().put('daily_budget_80', 0, 0).told()).toEqual([null]);
    expect(rig().put('daily_budget_80', 1, 0).told()[0]).toBe('throttle');
  });

  test.each([
    [usd(10), 80, usd(8)],
    [usd(10), 100, usd(10)],
    [usd(10), 250, usd(25)],
    [usd(10), 0.1, usd(0.01)],
    [usd(10), 1e-9, 1],
    [usd(10), 1e-20, 1],
    [1, 50, 1],
    [3, 50, 2],
    [1000, 29, 290],
    [Number.MAX_SAFE_INTEGER, 33.3, 2_999_397_351_828_751],
    [Number.MAX_SAFE_INTEGER, 99.999999, 9_007_199_164_668_999],
  ])('of %d nano-dollars, %d per cent are %d', (limit, percentage, share) => {
    expect(shareNanoUsd(limit, percentage)).toBe(share);
  });
});

describe('COST-06 operation cost thresholds:', () => {
  test('COST-06 operation cost thresholds: looks at the expected cost, or at the worst case', () => {
    const rig = new RuleRig([
      { id: 'likely', type: 'operation_cost', threshold: usd(0.5), action: 'throttle' },
      { id: 'worst', type: 'operation_cost', threshold: usd(2), action: 'block', basis: 'worst' },
    ]);
    expect(rig.told({ expected: usd(0.4), worst: usd(1.9) })).toEqual([null]);
    expect(rig.told({ expected: usd(0.6), worst: usd(1.9) })).toEqual(['throttle', 'likely']);
    expect(rig.told({ expected: usd(0.4), worst: usd(2) })).toEqual(['block', 'worst']);
    expect(rig.told({ expected: usd(0.5), worst: usd(3) })).toEqual(['block', 'likely', 'worst']);
  });

  test.each([
    [0.4, null],
    [0.5, 'throttle'],
    [0.999999999, 'throttle'],
    [1, 'block'],
    [10, 'block'],
  ])('COST-06 operation cost thresholds: the rows of the specification at $%d', (cost, action) => {
    const rig = new RuleRig([
      { id: 'r1', type: 'operation_cost', threshold: usd(0.5), action: 'throttle' },
      { id: 'r2', type: 'operation_cost', threshold: usd(1), action: 'block' },
      { id: 'r3', type: 'operation_cost', threshold: usd(10), action: 'alert_only' },
    ]);
    const [acts, ...ids] = rig.told({ expected: usd(cost) });
    expect(acts).toBe(action);
    expect(ids.includes('r3')).toBe(cost >= 10);
  });
});

describe('COST-07 rate based thresholds:', () => {
  test('COST-07 rate based thresholds: a minute and an hour have thresholds of their own', () => {
    const rig = new RuleRig([
      { id: 'minute', type: 'cost_rate_per_minute', threshold: usd(1), action: 'throttle' },
      { id: 'hour', type: 'cost_rate_per_hour', threshold: usd(20), action: 'block' },
    ]);
    expect(rig.put('minute', usd(0.99)).put('hour', usd(19)).told()).toEqual([null]);
    expect(rig.put('minute', usd(1)).told()).toEqual(['throttle', 'minute']);
    expect(rig.put('hour', usd(20)).told()).toEqual(['block', 'hour', 'minute']);
  });

  test('a rate is asked for at the instant of the decision', () => {
    const rig = new RuleRig([
      { id: 'm', type: 'cost_rate_per_minute', threshold: usd(1), action: 'alert' },
    ]);
    const asked: number[] = [];
    const gauge = new HandGauge();
    gauge.valueNanoUsd = (nowMs = NaN) => asked.push(nowMs);
    const plan = rig.set.planFor(CALL, () => gauge);
    decide(plan, usd(1), usd(1), 0, 4711, rig.decision);
    expect(asked).toEqual([4711]);
  });
});

describe('CRIT-16 all cost threshold types are evaluated correctly:', () => {
  const threshold = usd(3);
  test.each<[RuleOptions['type'], Partial<RuleOptions>, number, number, number | null]>([
    ['daily_cost', { threshold }, usd('2.999999999'), threshold, null],
    ['monthly_cost', { threshold }, usd('2.999999999'), threshold, null],
    ['daily_cost', { threshold, budget: 'daily' }, usd('2.999999999'), threshold, null],
    ['daily_percentage', { threshold: 30 }, usd('2.999999999'), threshold, usd(10)],
    ['monthly_percentage', { threshold: 30 }, usd('2.999999999'), threshold, usd(10)],
    ['cost_rate_per_minute', { threshold }, usd('2.999999999'), threshold, null],
    ['cost_rate_per_hour', { threshold }, usd('2.999999999'), threshold, null],
  ])('CRIT-16 %s %o fires at its threshold and not before', (type, more, below, at, limit) => {
    const rig = new RuleRig([{ id: 'r', type, action: 'block', ...more } as RuleOptions]);
    expect(rig.put('r', below, limit).told()).toEqual([null]);
    expect(rig.put('r', at, limit).told()).toEqual(['block', 'r']);
    expect(ruleMatches(rig.decision)).toEqual([
      {
        rule: 'r',
        type,
        action: 'block',
        factor: null,
        figureNanoUsd: at,
        thresholdNanoUsd: threshold,
        limitNanoUsd: limit,
      },
    ]);
  });
});

describe('COST-23 rule priority ordering:', () => {
  const rule = (id: string, action: RuleOptions['action'], priority?: number): RuleOptions => ({
    id,
    type: 'operation_cost',
    threshold: usd(1 + (priority ?? 0) / 1000),
    action,
    ...(priority === undefined ? {} : { priority }),
  });

  test('COST-23 rule priority ordering: higher first, then by id', () => {
    const rig = new RuleRig([
      rule('c', 'alert'),
      rule('low', 'alert', -5),
      rule('high', 'alert', 30),
      rule('a', 'alert'),
      rule('b', 'alert', 7),
    ]);
    expect(rig.set.rules.map(({ id }) => id)).toEqual(['high', 'b', 'a', 'c', 'low']);
    expect(rig.told({ expected: usd(5) })).toEqual(['alert', 'high', 'b', 'a', 'c', 'low']);
  });

  test('CRIT-17 rule priorities are respected in evaluation order, whatever order they came in', () => {
    for (const rules of [SPECIFIED, SPECIFIED.toReversed()]) {
      const rig = new RuleRig(rules).put('daily_budget_80', usd(9), usd(10));
      expect(rig.told({ expected: usd(0.5) })).toEqual([
        'block',
        'operation_cost_limit',
        'daily_budget_80',
      ]);
    }
  });

  test('CRIT-17 the rule of the highest priority names the action, but never softens it', () => {
    const rig = new RuleRig([
      rule('first', 'throttle', 100),
      rule('second', 'block', 50),
      rule('third', 'block', 10),
    ]);
    const decision = rig.ask({ expected: usd(5) });
    expect([decision.action, decision.rule?.id]).toEqual(['block', 'second']);
  });
});

describe('COST-25 rule application conditions:', () => {
  const told = (when: RuleOptions['when'], asked: Parameters<RuleRig['told']>[0]): boolean => {
    const threshold = usd(0.001);
    const rig = new RuleRig([
      { id: 'r', type: 'operation_cost', threshold, action: 'block', ...(when && { when }) },
    ]);
    return rig.told(asked)[0] === 'block';
  };

  test.each<[RuleOptions['when'], Parameters<RuleRig['told']>[0], boolean]>([
    [undefined, {}, true],
    [{ operations: ['llm_call'] }, {}, true],
    [{ operations: ['embedding_call', 'image_call'] }, {}, false],
    [{ operations: ['llm_call'] }, { shape: { operation: undefined } }, false],
    [{ models: ['gpt-4o', 'o3'] }, {}, true],
    [{ models: ['gpt-4o-mini'] }, {}, false],
    [{ models: ['gpt-4o'] }, { shape: { model: undefined } }, false],
    [{ breakers: ['openai'] }, {}, true],
    [{ breakers: ['perplexity'] }, {}, false],
    [{ providers: ['openai'] }, {}, true],
    [{ providers: ['openai'] }, { shape: { provider: undefined } }, false],
    [{ tags: { tenant: 'acme' } }, {}, true],
    [{ tags: { tenant: ['x', 'acme'] } }, {}, true],
    [{ tags: { tenant: 'x' } }, {}, false],
    [{ tags: { tenant: 'acme', plan: 'free' } }, {}, false],
    [{ tags: { constructor: 'x' } }, {}, false],
    [{ tags: { tenant: 'acme' } }, { shape: { tags: undefined } }, false],
    [{ priorityMin: 5 }, { priority: 5 }, true],
    [{ priorityMin: 5 }, { priority: 4.9 }, false],
    [{ priorityMax: 5 }, { priority: 5 }, true],
    [{ priorityMax: 5 }, { priority: 5.1 }, false],
    [{ operations: ['llm_call'], models: ['o3'] }, {}, false],
    [{ operations: ['llm_call'], models: ['gpt-4o'], priorityMax: 0 }, {}, true],
  ])(
    'COST-25 rule application conditions: when %o, a call %o is concerned: %s',
    (when, asked, is) => {
      expect(told(when, asked)).toBe(is);
    },
  );

  test('a gauge is asked for only where a rule needs one', () => {
    const rig = new RuleRig([
      { id: 'a', type: 'operation_cost', threshold: usd(1), action: 'alert' },
      { id: 'b', type: 'daily_cost', threshold: usd(1), action: 'alert', when: { models: ['x'] } },
      { id: 'c', type: 'monthly_cost', threshold: usd(1), action: 'alert' },
    ]);
    rig.ask();
    expect([...rig.gauges.keys()]).toEqual(['c']);
  });

  test('tags that conditions ask for are known, so that others need not tell calls apart', () => {
    const type = 'operation_cost';
    const when = (...tags: string[]) => ({
      tags: Object.fromEntries(tags.map((name) => [name, 'x'])),
    });
    const { set } = new RuleRig([
      { id: 'a', type, threshold: usd(1), action: 'alert', when: when('tenant', 'plan') },
      { id: 'b', type, threshold: usd(1), action: 'alert', when: when('tenant') },
      { id: 'c', type, threshold: usd(1), action: 'alert' },
    ]);
    expect(set.tagNames).toEqual(['plan', 'tenant']);
  });
});

describe('COST-26 multiple rule interactions:', () => {
  const rig = (): RuleRig =>
    new RuleRig([
      { id: 'watch', type: 'daily_cost', threshold: usd(1), action: 'alert', priority: 90 },
      {
        id: 'slow',
        type: 'daily_percentage',
        threshold: 50,
        action: 'throttle',
        factor: 0.6,
        priority: 50,
      },
      {
        id: 'slower',
        type: 'cost_rate_per_minute',
        threshold: usd(2),
        action: 'throttle',
        factor: 0.2,
        priority: 10,
      },
      { id: 'cheaper', type: 'monthly_percentage', threshold: 80, action: 'degrade' },
      { id: 'never', type: 'operation_cost', threshold: usd(5), action: 'block', priority: -9 },
    ]);

  test('COST-26 multiple rule interactions: the strictest action acts, all are reported', () => {
    const one = rig().put('watch', usd(6)).put('slow', usd(6), usd(10)).put('slower', usd(3));
    expect(one.told()).toEqual(['throttle', 'watch', 'slow', 'slower']);
    one.put('cheaper', usd(80), usd(100));
    expect(one.told()).toEqual(['degrade', 'watch', 'slow', 'slower', 'cheaper']);
    expect(one.told({ expected: usd(5) })).toEqual([
      'block',
      'watch',
      'slow',
      'slower',
      'cheaper',
      'never',
    ]);
    expect(one.decision.rule?.id).toBe('never');
  });

  test('COST-26 multiple rule interactions: of several throttles the smallest factor counts', () => {
    const one = rig().put('slow', usd(6), usd(10)).put('slower', usd(3));
    const { factor, rule, throttle } = one.ask();
    expect([factor, rule?.id, throttle?.id]).toEqual([0.2, 'slow', 'slower']);
    one.put('slower', 0);
    expect([one.ask().factor, one.decision.throttle?.id]).toEqual([0.6, 'slow']);
  });

  test('COST-26 multiple rule interactions: nothing is throttled where more is asked for', () => {
    const one = rig().put('slow', usd(6), usd(10)).put('cheaper', usd(90), usd(100));
    const { action, factor, throttle } = one.ask();
    expect([action, factor, throttle]).toEqual(['degrade', 1, null]);
  });

  test('a decision leaves nothing behind for the next one', () => {
    const one = rig().put('watch', usd(6)).put('slow', usd(6), usd(10));
    expect(one.told()).toEqual(['throttle', 'watch', 'slow']);
    one.put('watch', 0).put('slow', 0, usd(10));
    const { action, rule, factor, throttle, matchedCount } = one.ask();
    expect([action, rule, factor, throttle, matchedCount]).toEqual([null, null, 1, null, 0]);
    expect(explainDecision(one.decision)).toBe('No rule fires.');
    expect(explainDecision(new RuleDecision())).toBe('No rule fires.');
  });

  test('many rules have room in a decision', () => {
    const many = Array.from({ length: 40 }, (_, index): RuleOptions => {
      return { id: `r${index}`, type: 'operation_cost', threshold: usd(1), action: 'block' };
    });
    expect(new RuleRig(many).told({ expected: usd(1) })).toHaveLength(41);
  });
});

describe('COST-27 rule threshold boundary conditions:', () => {
  test('COST-27 rule threshold boundary conditions: fires at equality, a nano-dollar below not', () => {
    const rig = new RuleRig(SPECIFIED);
    expect(rig.told({ expected: usd('0.499999999') })).toEqual([null]);
    expect(rig.told({ expected: usd('0.5') })).toEqual(['block', 'operation_cost_limit']);
  });

  test('COST-27 rule threshold boundary conditions: the largest amounts are told apart', () => {
    const limit = Number.MAX_SAFE_INTEGER;
    const rig = new RuleRig([
      { id: 'r', type: 'daily_percentage', threshold: 99.999999, action: 'block' },
    ]);
    const share = shareNanoUsd(limit, 99.999999);
    expect(rig.put('r', share - 1, limit).told()).toEqual([null]);
    expect(rig.put('r', share, limit).told()).toEqual(['block', 'r']);
  });

  test('COST-27 rule threshold boundary conditions: what is free concerns no rule about money', () => {
    const rig = new RuleRig([
      { id: 'r', type: 'daily_cost', threshold: usd(1), action: 'block' },
    ]).put('r', usd(50));
    expect(rig.told({ expected: usd(0), worst: usd(0) })).toEqual([null]);
    expect(rig.told({ expected: usd(0), worst: usd('0.000000001') })).toEqual(['block', 'r']);
  });

  test('COST-27 rule threshold boundary conditions: a figure that is no number counts as reached', () => {
    const rig = new RuleRig([{ id: 'r', type: 'daily_cost', threshold: usd(1), action: 'block' }]);
    expect(rig.put('r', NaN).told()).toEqual(['block', 'r']);
  });
});

describe('an explanation says which rule, which figure and which threshold', () => {
  test('for every type, the decisive one first', () => {
    const rig = new RuleRig([
      { id: 'day', type: 'daily_cost', threshold: usd(5), action: 'alert', priority: 9 },
      { id: 'month', type: 'monthly_cost', threshold: usd(5), action: 'alert', budget: 'monthly' },
      { id: 'share', type: 'daily_percentage', threshold: 80, action: 'throttle' },
      { id: 'dear', type: 'operation_cost', threshold: usd(0.5), action: 'block' },
      {
        id: 'worst',
        type: 'operation_cost',
        threshold: usd(2),
        action: 'degrade',
        basis: 'worst',
      },
      { id: 'minute', type: 'cost_rate_per_minute', threshold: usd(1), action: 'alert' },
      { id: 'hour', type: 'cost_rate_per_hour', threshold: usd(1), action: 'alert' },
    ]);
    rig.put('day', usd(6)).put('month', usd(7)).put('share', usd(8.19), usd(10));
    rig.put('minute', usd(1.5)).put('hour', usd(2.25));
    expect(explainDecision(rig.ask({ expected: usd(0.6), worst: usd(2) })).split('. ')).toEqual([
      'Rule "dear" blocks: expected cost $0.60, at or above $0.50',
      'Rule "day" alerts: $6.00 settled and reserved this day (UTC), at or above $5.00',
      'Rule "hour" alerts: $2.25 within the last hour, at or above $1.00',
      'Rule "minute" alerts: $1.50 within the last minute, at or above $1.00',
      'Rule "month" alerts: $7.00 settled and reserved of budget "monthly", at or above $5.00',
      'Rule "share" throttles to 0.5 of the normal rate: budget "daily" stands at 81.9 % ' +
        '($8.19 of $10.00), at or above 80 %',
      'Rule "worst" degrades: worst-case cost $2.00, at or above $2.00.',
    ]);
  });

  test('and stays true when the limit changes afterwards', () => {
    const rig = new RuleRig(SPECIFIED).put('daily_budget_80', usd(9), usd(10));
    rig.ask();
    const before = explainDecision(rig.decision);
    rig.put('daily_budget_80', usd(9), usd(100));
    expect(explainDecision(rig.decision)).toBe(before);
    expect(ruleMatches(rig.decision)[0]?.limitNanoUsd).toBe(usd(10));
  });
});
