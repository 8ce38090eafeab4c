/** Decisions of many callers, mixed with each other, agree with rules read one by one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { usd } from '../../services/cost/money.ts';
import type { CallShape } from '../../services/cost/rules/rule-conditions.ts';
import { decide, visitRestingThrottles } from '../../services/cost/rules/rule-decision.ts';
import {
  isPercentage,
  RULE_ACTIONS,
  RULE_TYPES,
  type RuleConditions,
  type RuleOptions,
} from '../../services/cost/rules/rule-options.ts';
import { CALL, RuleRig, type HandGauge } from './rule-rig.ts';

const NAMES = ['a', 'b', 'c'];
const name = fc.constantFrom(...NAMES);
const names = fc.array(name, { minLength: 1, maxLength: 3 });
const priority = fc.integer({ min: -3, max: 3 });
const amount = fc.integer({ min: 1, max: 20 });

const when: fc.Arbitrary<RuleConditions> = fc
  .record(
    {
      operations: names,
      models: names,
      breakers: names,
      providers: names,
      tags: fc.dictionary(fc.constantFrom('t', 'u'), fc.oneof(name, names), { minKeys: 1 }),
      bounds: fc.tuple(priority, priority),
    },
    { requiredKeys: [] },
  )
  .map(({ bounds, ...rest }) => {
    if (bounds === undefined) return rest;
    return { ...rest, priorityMin: Math.min(...bounds), priorityMax: Math.max(...bounds) };
  });

interface Drawn {
  readonly type: RuleOptions['type'];
  readonly action: (typeof RULE_ACTIONS)[number];
  readonly threshold: number;
  readonly priority: number;
  readonly when: RuleConditions;
  readonly worst: boolean;
}

/** Most rules are about many calls, so that several fire at once. */
const often = fc.oneof(
  { weight: 3, arbitrary: fc.constant<RuleConditions>({}) },
  { weight: 2, arbitrary: when },
);

const rule = fc.record<Drawn>({
  type: fc.constantFrom(...RULE_TYPES),
  action: fc.constantFrom(...RULE_ACTIONS),
  threshold: amount,
  priority,
  when: often,
  worst: fc.boolean(),
});

/** Thresholds differ by a fraction, so that no two rules contradict each other. */
const optionsOf = ({ worst, ...drawn }: Drawn, index: number): RuleOptions =>
  ({
    ...drawn,
    id: `r${index}`,
    threshold: isPercentage(drawn.type)
      ? drawn.threshold + index / 1000
      : drawn.threshold * 1000 + index,
    ...(drawn.action === 'throttle' ? { factor: 0.9 - index / 100 } : {}),
    ...(drawn.type === 'operation_cost' ? { basis: worst ? 'worst' : 'expected' } : {}),
  }) as RuleOptions;

interface Call {
  readonly shape: CallShape;
  readonly expected: number;
  readonly worst: number;
  readonly priority: number;
}

const call: fc.Arbitrary<Call> = fc
  .record({
    breaker: name,
    provider: fc.option(name, { nil: undefined }),
    operation: name,
    model: fc.option(name, { nil: undefined }),
    tags: fc.option(fc.dictionary(fc.constantFrom('t', 'u'), name), { nil: undefined }),
    expected: fc.integer({ min: 0, max: 20_000 }),
    extra: fc.integer({ min: 0, max: 9000 }),
    priority,
  })
  .map(({ expected, extra, priority: own, ...shape }) => {
    return { shape, expected, worst: expected + extra, priority: own };
  });

interface Figures {
  readonly value: number;
  readonly limit: number | null;
}

/** The rules as the handbook has them, read naively from the options. */
function naive(options: readonly RuleOptions[], one: Call, figures: readonly Figures[]) {
  const { shape, expected, worst } = one;
  const isIn = (list: readonly string[] | undefined, value: string | undefined): boolean =>
    list === undefined || (value !== undefined && list.includes(value));
  const fired = options.filter((rule, index) => {
    const { operations, models, breakers, providers, tags = {}, ...bounds } = rule.when ?? {};
    const { value, limit } = figures[index] as Figures;
    if (one.worst === 0) return false;
    if (!isIn(operations, shape.operation) || !isIn(models, shape.model)) return false;
    if (!isIn(breakers, shape.breaker) || !isIn(providers, shape.provider)) return false;
    const hasTags = Object.entries(tags).every(([tag, values]) =>
      isIn([values].flat(), shape.tags?.[tag]),
    );
    if (!hasTags || one.priority < (bounds.priorityMin ?? -9)) return false;
    if (one.priority > (bounds.priorityMax ?? 9)) return false;
    if (rule.type === 'operation_cost') {
      return (rule.basis === 'worst' ? worst : expected) >= rule.threshold;
    }
    if (!isPercentage(rule.type)) return value >= rule.threshold;
    // In thousandths of a per cent, whole numbers all.
    return limit !== null && value * 100_000 >= Math.round(rule.threshold * 1000) * limit;
  });
  fired.sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0) || (a.id < b.id ? -1 : 1));
  const strictest = Math.max(
    -1,
    ...fired.map(({ action }) => RULE_ACTIONS.indexOf(action as 'alert')),
  );
  const action = RULE_ACTIONS[strictest] ?? null;
  const throttles = fired.filter((rule) => rule.action === 'throttle');
  return {
    action,
    rule: fired.find((rule) => rule.action === action)?.id ?? null,
    factor: action === 'throttle' ? Math.min(...throttles.map(({ factor = NaN }) => factor)) : 1,
    fired: fired.map(({ id }) => id),
  };
}

const figure: fc.Arbitrary<Figures> = fc.record({
  value: fc.integer({ min: 1, max: 25_000 }),
  limit: fc.option(fc.integer({ min: 1000, max: 300_000 })),
});

test('COST-56 concurrent rule evaluation: calls mixed with each other are told what each alone is', () => {
  const world = fc.record({
    rules: fc.array(rule, { maxLength: 20 }),
    calls: fc.array(call, { minLength: 1, maxLength: 12 }),
    figures: fc.array(figure, { minLength: 20, maxLength: 20 }),
    turns: fc.array(fc.record({ who: fc.nat(11), moves: fc.nat(19), figure }), { maxLength: 30 }),
  });
  fc.assert(
    fc.property(world, ({ rules, calls, figures: first, turns }) => {
      const options = rules.map(optionsOf);
      const rig = new RuleRig(options);
      const figures = [...first];
      const put = (index: number): void => {
        const { value, limit } = figures[index] as Figures;
        rig.put(`r${index}`, value, limit);
      };
      for (const index of figures.keys()) put(index);
      const plans = calls.map(({ shape }) => rig.set.planFor(shape, rig.gaugeOf));
      for (const { who, moves, figure: next } of turns) {
        figures[moves] = next;
        put(moves);
        const index = who % calls.length;
        const one = calls[index] as Call;
        const plan = plans[index] as (typeof plans)[number];
        const told = decide(plan, one.expected, one.worst, one.priority, 0, rig.decision);
        const fired = Array.from(
          told.places.subarray(0, told.matchedCount),
          (place) => plan.rules[place]?.rule.id,
        );
        const { action, factor } = told;
        expect({ action, rule: told.rule?.id ?? null, factor, fired }).toEqual(
          naive(options, one, figures),
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('COST-56 concurrent rule evaluation: callers in flight decide each on the figure of its moment', async () => {
  const rig = new RuleRig([{ id: 'r', type: 'daily_cost', threshold: usd(1), action: 'block' }]);
  const gauge = rig.put('r', 0).gauges.get('r') as HandGauge;
  const caller = async (): Promise<boolean> => {
    await Promise.resolve();
    if (rig.ask({ expected: usd(0.1) }).action === 'block') return false;
    gauge.value += usd(0.1);
    return true;
  };
  const made = await Promise.all(Array.from({ length: 100 }, caller));
  expect(made.filter(Boolean)).toHaveLength(10);
});

test('throttles that rest are visited: of state, not of single calls, and of this priority', () => {
  const throttles = { threshold: usd(1), action: 'throttle' } as const;
  const rig = new RuleRig([
    { ...throttles, id: 'resting', type: 'daily_cost' },
    { ...throttles, id: 'firing', type: 'monthly_cost' },
    { ...throttles, id: 'single', type: 'operation_cost' },
    { ...throttles, id: 'others', type: 'daily_cost', when: { priorityMin: 1 } },
    { ...throttles, id: 'foreign', type: 'daily_cost', when: { models: ['x'] } },
    { id: 'block', type: 'cost_rate_per_hour', threshold: usd(1), action: 'block' },
  ]).put('firing', usd(2));
  const visited: string[] = [];
  visitRestingThrottles(rig.ask({ shape: CALL }), 0, ({ id }) => visited.push(id));
  expect(visited).toEqual(['resting']);
});
