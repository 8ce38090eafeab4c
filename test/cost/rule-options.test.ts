/** Rules as users write them: what is understood, and what is refused by name. */
import { describe, expect, test } from 'vitest';

import { isFuseboardError } from '../../services/errors.ts';
import { usd } from '../../services/cost/money.ts';
import { resolveRules } from '../../services/cost/rules/rule-resolve.ts';
import type { RuleBudget, RuleOptions } from '../../services/cost/rules/rule-options.ts';
import { BUDGETS } from './rule-rig.ts';

const ANY = {
  operations: null,
  models: null,
  breakers: null,
  providers: null,
  tags: [],
  priorityMin: -Infinity,
  priorityMax: Infinity,
};

describe('COST-01 cost threshold rule creation:', () => {
  test('COST-01 cost threshold rule creation: a rule of each type, with its defaults', () => {
    const threshold = usd(5);
    const rules = resolveRules(
      [
        { id: 'a', type: 'daily_cost', threshold, action: 'alert' },
        { id: 'b', type: 'monthly_cost', threshold, action: 'block', timeZone: 'asia/tokyo' },
        { id: 'c', type: 'daily_percentage', threshold: 80, action: 'throttle' },
        { id: 'd', type: 'monthly_percentage', threshold: 99.5, action: 'degrade' },
        { id: 'e', type: 'operation_cost', threshold, action: 'block' },
        { id: 'f', type: 'cost_rate_per_minute', threshold, action: 'throttle', factor: 0.25 },
        { id: 'g', type: 'cost_rate_per_hour', threshold, action: 'alert_only' },
        { id: 'h', type: 'daily_cost', threshold, action: 'alert', budget: 'daily' },
      ],
      BUDGETS,
    );
    const shown = rules.map(({ type, action, factor, basis, budget, timeZone }) => {
      return [type, action, factor, basis, budget, timeZone];
    });
    expect(shown).toEqual([
      ['daily_cost', 'alert', null, null, null, 'UTC'],
      ['monthly_cost', 'block', null, null, null, 'Asia/Tokyo'],
      ['daily_percentage', 'throttle', 0.5, null, 'daily', null],
      ['monthly_percentage', 'degrade', null, null, 'monthly', null],
      ['operation_cost', 'block', null, 'expected', null, null],
      ['cost_rate_per_minute', 'throttle', 0.25, null, null, null],
      ['cost_rate_per_hour', 'alert', null, null, null, null],
      ['daily_cost', 'alert', null, null, 'daily', null],
    ]);
    expect(rules.map(({ priority, cooldownMs, when }) => [priority, cooldownMs, when])).toEqual(
      rules.map(() => [0, 0, ANY]),
    );
    expect(rules.map(({ place }) => place)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('COST-01 cost threshold rule creation: the two rules of the specification', () => {
    const [daily, dear] = resolveRules(
      [
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
      ],
      BUDGETS,
    );
    expect(daily).toMatchObject({ threshold: 80, action: 'throttle', budget: 'daily' });
    expect(dear).toMatchObject({ threshold: 500_000_000, action: 'block', priority: 20 });
  });

  test.each([
    [usd(0.5), 'throttle', 'throttle'],
    [usd(1), 'block', 'block'],
    [usd(10), 'alert_only', 'alert'],
  ] as const)(
    'COST-01 cost threshold rule creation: %d nano-dollars, %s',
    (threshold, action, is) => {
      const given: RuleOptions = { id: 'test_rule', type: 'operation_cost', threshold, action };
      expect(resolveRules([given], [])).toMatchObject([{ threshold, action: is }]);
    },
  );

  test('what is resolved is frozen, whatever becomes of what was given', () => {
    const models = ['b', 'a', 'b'];
    const when = { models, tags: { tenant: 'x', plan: ['free', 'basic'] } };
    const given = {
      id: 'r',
      type: 'operation_cost',
      threshold: usd(1),
      action: 'block',
      when,
    } as const;
    const rules = resolveRules([given], []);
    models.push('c');
    expect(rules[0]?.when.models).toEqual(['a', 'b']);
    expect(rules[0]?.when.tags).toEqual([
      { name: 'plan', values: ['basic', 'free'] },
      { name: 'tenant', values: ['x'] },
    ]);
    expect([rules, rules[0], rules[0]?.when, rules[0]?.when.tags].every(Object.isFrozen)).toBe(
      true,
    );
  });

  test('no rules are no rules', () => {
    expect(resolveRules(undefined, BUDGETS)).toEqual([]);
    expect(resolveRules([], BUDGETS)).toEqual([]);
  });
});

describe('COST-02 cost threshold rule validation:', () => {
  const DEAR = { id: 'r', type: 'operation_cost', threshold: usd(1), action: 'block' };
  const SHARE = { ...DEAR, type: 'daily_percentage', threshold: 80 };
  const DAILY = { ...DEAR, type: 'daily_cost' };
  const money = 'an amount above 0 in whole nano-dollars, such as usd(0.5)';
  const names = 'an array of 1 to 1000 strings of 1 to 256 characters';

  test.each<readonly [rule: unknown, message: string]>([
    [5, 'rules[0] must be a rule, got 5'],
    [{ ...DEAR, id: '' }, `rules[0].id must be a string of 1 to 256 characters, got ''`],
    [{ ...DEAR, id: undefined }, 'rules[0].id must be a string of 1 to 256 characters, got undef'],
    [
      { ...DEAR, type: 'weekly_cost' },
      `rules[0].type must be one of 'daily_cost', 'monthly_cost',`,
    ],
    [{ id: 'r' }, 'rules[0].type must be one of daily_cost, monthly_cost, daily_percentage,'],
    [{ ...DEAR, threshold: 0.5 }, `rules[0].threshold must be ${money}, got 0.5`],
    [{ ...DEAR, threshold: -1 }, `rules[0].threshold must be ${money}, got -1`],
    [{ ...DEAR, threshold: 0 }, `rules[0].threshold must be ${money}, got 0`],
    [{ ...DEAR, threshold: NaN }, `rules[0].threshold must be ${money}, got NaN`],
    [{ ...DEAR, threshold: Infinity }, `rules[0].threshold must be ${money}, got Infinity`],
    [{ ...DEAR, threshold: 2 ** 53 }, `rules[0].threshold must be ${money}, got 9007199254740992`],
    [{ ...DEAR, threshold: '1' }, `rules[0].threshold must be ${money}, got '1'`],
    [{ ...DEAR, threshold: undefined }, `rules[0].threshold must be ${money}, got undefined`],
    [
      { ...SHARE, threshold: 0 },
      'rules[0].threshold must be a percentage above 0, such as 80, got 0',
    ],
    [
      { ...SHARE, threshold: NaN },
      'rules[0].threshold must be a percentage above 0, such as 80, got',
    ],
    [
      { ...DEAR, action: 'explode' },
      `rules[0].action must be one of 'alert', 'throttle', 'degrade',`,
    ],
    [
      { ...DEAR, action: undefined },
      'rules[0].action must be one of alert, throttle, degrade, block',
    ],
    [
      { ...DEAR, factor: 0.5 },
      `rules[0].factor must be left out, as it belongs to 'throttle' and not to 'block', got 0.5`,
    ],
    ...[0, 1, -0.5, NaN, '0.5'].map((factor) => {
      const rule = { ...DEAR, action: 'throttle', factor };
      return [rule, 'rules[0].factor must be a number above 0 and below 1, got '] as const;
    }),
    [{ ...DEAR, priority: 1.5 }, 'rules[0].priority must be an integer of at least -900'],
    [{ ...DEAR, priority: NaN }, 'rules[0].priority must be an integer of at least -900'],
    [{ ...DEAR, cooldownMs: -1 }, 'rules[0].cooldownMs must be a number of at least 0, got -1'],
    [
      { ...DEAR, basis: 'likely' },
      `rules[0].basis must be one of 'expected', 'worst', got 'likely'`,
    ],
    [{ ...SHARE, basis: 'worst' }, 'rules[0].basis is not an option'],
    [{ ...DEAR, budget: 'daily' }, 'rules[0].budget is not an option'],
    [{ ...DEAR, cooldown: 5 }, 'rules[0].cooldown is not an option'],
    [
      { ...SHARE, budget: 'nightly' },
      `rules[0].budget must be the id of a budget of period 'day' (these are daily), got 'nightly'`,
    ],
    [
      { ...DAILY, budget: 'monthly' },
      `rules[0].budget must be the id of a budget of period 'day' (these are daily), got 'monthly'`,
    ],
    [{ ...SHARE, timeZone: 'UTC' }, 'rules[0].timeZone is not an option'],
    [{ ...DAILY, timeZone: 'Mars/X' }, 'rules[0].timeZone must be a time zone such as'],
    [
      { ...DAILY, budget: 'daily', timeZone: 'UTC' },
      `rules[0].timeZone must be left out, as the budget "daily" has its own, got 'UTC'`,
    ],
    [{ ...DEAR, when: [] }, 'rules[0].when must be an object, got []'],
    [{ ...DEAR, when: { model: 'x' } }, 'rules[0].when.model is not an option'],
    [{ ...DEAR, when: { models: [] } }, `rules[0].when.models must be ${names}, got []`],
    [{ ...DEAR, when: { breakers: 'x' } }, `rules[0].when.breakers must be ${names}, got 'x'`],
    [
      { ...DEAR, when: { operations: [5] } },
      `rules[0].when.operations must be ${names}, got [ 5 ]`,
    ],
    [
      { ...DEAR, when: { providers: [''] } },
      `rules[0].when.providers must be ${names}, got [ '' ]`,
    ],
    [
      { ...DEAR, when: { tags: {} } },
      'rules[0].when.tags must be an object of 1 to 16 tags, got {}',
    ],
    [{ ...DEAR, when: { tags: { plan: [] } } }, `rules[0].when.tags.plan must be ${names}, got []`],
    [
      { ...DEAR, when: { priorityMin: NaN } },
      'rules[0].when.priorityMin must be a finite number, g',
    ],
    [
      { ...DEAR, when: { priorityMin: 5, priorityMax: 4 } },
      'rules[0].when.priorityMax must be at least priorityMin (5), got 4',
    ],
  ])('COST-02 cost threshold rule validation: %o is refused by name', (rule, message) => {
    let error: unknown;
    try {
      resolveRules([rule as RuleOptions], BUDGETS);
    } catch (thrown) {
      error = thrown;
    }
    expect(isFuseboardError(error) && error.code).toBe('invalid_option');
    expect((error as Error).message.slice(0, message.length)).toBe(message);
  });

  test('an option that is none is answered with those there are', () => {
    const rule = { ...DEAR, cooldown: 5 } as unknown as RuleOptions;
    expect(() => resolveRules([rule], [])).toThrow(
      expect.objectContaining({
        hint:
          'The options are id, type, threshold, action, factor, priority, cooldownMs, when, ' +
          'basis.',
      }),
    );
  });

  test('rules come in an array, and no more than a thousand', () => {
    const rules = (value: unknown) => () => resolveRules(value as RuleOptions[], []);
    expect(rules({})).toThrow('rules must be an array of rules, got {}');
    expect(rules(new Array(1001).fill(DEAR))).toThrow('rules must be at most 1000 rules, got 1001');
  });

  const share = (id: string, more: Partial<RuleOptions> = {}): RuleOptions =>
    ({ ...SHARE, id, ...more }) as RuleOptions;

  test.each<[string, readonly RuleBudget[], string]>([
    ['there is none', [{ id: 'm', period: 'month' }], 'there is none'],
    [
      'there are several',
      [...BUDGETS, { id: 'tenants', period: 'day' }],
      'these are daily, tenants',
    ],
  ])('a percentage must name its budget where %s of its period', (_title, budgets, there) => {
    expect(() => resolveRules([share('r')], budgets)).toThrow(
      `rules[0].budget must be the id of a budget of period 'day' (${there}), got undefined`,
    );
  });

  test('an id is there once', () => {
    expect(() =>
      resolveRules([share('a'), share('b'), share('a', { threshold: 9 })], BUDGETS),
    ).toThrow(`rules[2].id must be unique (rules[0] has it too), got 'a'`);
  });

  test('two rules that ask for different things of the same calls at once contradict each other', () => {
    const when = { models: ['x', 'y'], priorityMax: 3 };
    const same = { models: ['y', 'x', 'y'], priorityMax: 3 };
    const throttles = { action: 'throttle', factor: 0.5, when } as const;
    expect(() =>
      resolveRules([share('a', { action: 'block', when }), share('b', throttles)], BUDGETS),
    ).toThrow(
      `rules[1].action must agree with rule "a", which asks for 'block' of the same calls at the ` +
        `same threshold, got 'throttle' by 0.5`,
    );
    expect(() =>
      resolveRules([share('a', throttles), share('b', { ...throttles, factor: 0.4 })], BUDGETS),
    ).toThrow(/'throttle' by 0.5 of the same calls at the same threshold, got 'throttle' by 0.4/);
    expect(() =>
      resolveRules([share('a', { when: same }), share('b', { ...throttles })], BUDGETS),
    ).toThrow(/rules\[1\]\.action must agree with rule "a"/);
  });

  test('rules that differ in threshold, figure or calls agree, and an alert agrees with all', () => {
    const rules = [
      share('a'),
      share('b', { action: 'alert' }),
      share('c', { action: 'throttle', threshold: 79 }),
      share('d', { action: 'throttle', when: { models: ['x'] } }),
      share('e', { action: 'degrade', when: { priorityMin: 1 } }),
      share('f', { action: 'throttle', when: { priorityMax: 1 } }),
      share('g'),
      { ...DEAR, id: 'h' },
      { ...DEAR, id: 'i', action: 'degrade', basis: 'worst' },
    ] as RuleOptions[];
    expect(resolveRules(rules, BUDGETS)).toHaveLength(rules.length);
  });
});
