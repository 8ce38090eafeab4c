/**
 * Options about money that cannot be meant: the error names the field, what is allowed, what came.
 */
import { describe, expect, test } from 'vitest';

import { isFuseboardError, usd, type BreakerOptions } from '../../index.ts';
import { DAILY, openMoney, type MoneyBoardOptions } from './rig.ts';

const budget = (more: object): object => ({ budgets: [{ ...DAILY, ...more }] });
const rule = (more: object): object => ({
  rules: [{ id: 'r', type: 'daily_cost', threshold: usd(1), action: 'block', ...more }],
});

test.each<[string, object, string]>([
  ['budgets that are no list', { budgets: DAILY }, 'board.budgets must be an array of budgets'],
  ['a budget that is none', { budgets: [null] }, 'board.budgets[0] must be an object'],
  [
    'a budget without an id',
    budget({ id: undefined }),
    'board.budgets[0].id must be a string of 1',
  ],
  ['an empty id', budget({ id: '' }), 'board.budgets[0].id must be a string'],
  [
    'a long id',
    budget({ id: 'x'.repeat(129) }),
    'board.budgets[0].id must be a string of 1 to 128',
  ],
  ['a meter’s id', budget({ id: '@day' }), 'board.budgets[0].id must be an id that does not begin'],
  ['the fund’s id', budget({ id: 'emergency-override' }), 'an id that is not reserved'],
  ['an id twice', { budgets: [DAILY, DAILY] }, 'board.budgets[1].id must be an id of its own'],
  ['no limit', budget({ limit: undefined }), 'board.budgets[0].limit must be an amount'],
  ['a negative limit', budget({ limit: -1 }), 'board.budgets[0].limit must be an amount'],
  ['a limit that is no number', budget({ limit: NaN }), 'board.budgets[0].limit must be an amount'],
  ['a limit in dollars', budget({ limit: 9.99 }), 'got 9.99'],
  ['an unsafe limit', budget({ limit: 2 ** 53 }), 'board.budgets[0].limit must be an amount'],
  ['an endless limit', budget({ limit: Infinity }), 'got Infinity'],
  ['a limit as text', budget({ limit: '10' }), 'board.budgets[0].limit must be an amount'],
  [
    'no period',
    budget({ period: undefined }),
    'board.budgets[0].period must be one of minute, hour',
  ],
  ['an unknown period', budget({ period: 'year' }), "got 'year'"],
  ['an unknown zone', budget({ timeZone: 'Mars/Olympus' }), 'board.budgets[0].timeZone must be a'],
  ['an offset as zone', budget({ timeZone: '+02:00' }), 'board.budgets[0].timeZone must be a time'],
  ['an unknown first day', budget({ weekStart: 'mon' }), 'board.budgets[0].weekStart must be'],
  ['warnAt of 0', budget({ warnAt: 0 }), 'board.budgets[0].warnAt must be a share above 0'],
  ['warnAt in per cent', budget({ warnAt: 80 }), 'board.budgets[0].warnAt must be a share'],
  ['warnAt that is no number', budget({ warnAt: NaN }), 'board.budgets[0].warnAt must be a share'],
  ['an empty exhaustedBelow', budget({ exhaustedBelow: null }), 'board.budgets[0].exhaustedBelow'],
  ['no value at all', budget({ valuesMax: 0 }), 'board.budgets[0].valuesMax must be'],
  ['an unknown key', budget({ limitUsd: 5 }), 'board.budgets[0].limitUsd'],
  ['an unknown scope', budget({ scope: { tenant: 'a' } }), 'board.budgets[0].scope.tenant'],
  ['an empty model', budget({ scope: { model: '' } }), 'board.budgets[0].scope.model must be'],
  ['a tag that is none', budget({ scope: { tags: { a: 1 } } }), 'board.budgets[0].scope.tags.a'],
  ['an unknown division', budget({ per: 'tenant' }), 'board.budgets[0].per must be one of breaker'],
  ['a tag without a name', budget({ per: 'tag:' }), 'or tag:NAME'],
  [
    'a rule without a budget it could be a share of',
    rule({ type: 'daily_percentage', threshold: 80 }),
    'board.rules[0].budget must be the id of a budget of period',
  ],
  [
    'a rule about an unknown budget',
    { ...budget({}), ...rule({ budget: 'x' }) },
    "(these are daily), got 'x'",
  ],
  [
    'a threshold of 0',
    rule({ threshold: 0 }),
    'board.rules[0].threshold must be an amount above 0',
  ],
  ['a negative threshold', rule({ threshold: -5 }), 'board.rules[0].threshold'],
  ['an unknown type', rule({ type: 'yearly_cost' }), 'board.rules[0].type must be'],
  ['an unknown action', rule({ action: 'explode' }), 'board.rules[0].action must be'],
  [
    'a factor that does not throttle',
    rule({ factor: 0.5 }),
    'board.rules[0].factor must be left out',
  ],
  [
    'a factor above 1',
    rule({ action: 'throttle', factor: 2 }),
    'board.rules[0].factor must be a number',
  ],
  ['an unknown key of a rule', rule({ cooldown: 5 }), 'board.rules[0].cooldown'],
  [
    'rules that contradict each other',
    {
      rules: [
        ...(rule({}) as { rules: object[] }).rules,
        ...(rule({ id: 's', action: 'degrade' }) as { rules: object[] }).rules,
      ],
    },
    'board.rules[1].action must agree with rule "r"',
  ],
  [
    'a rule twice',
    { rules: [0, 1].flatMap(() => (rule({}) as { rules: object[] }).rules) },
    'board.rules[1].id must be unique',
  ],
  ['an unknown zone of the board', { timeZone: 'Nowhere', ledger: {} }, 'board.timeZone must be'],
  ['no output tokens', { defaultMaxOutputTokens: 0 }, 'board.defaultMaxOutputTokens must be'],
  ['half a token', { defaultMaxOutputTokens: 1.5 }, 'board.defaultMaxOutputTokens must be'],
  ['no retention', { ledger: { retentionDays: 0 } }, 'board.ledger.retentionDays must be'],
  ['an unknown key of the ledger', { ledger: { days: 5 } }, 'board.ledger.days'],
  ['a ledger that is none', { ledger: 'yes' }, 'board.ledger must be an object'],
  ['a negative delay', { throttle: { delayMaxMs: -1 } }, 'board.throttle.delayMaxMs must be'],
  ['an unknown key of throttle', { throttle: { max: 1 } }, 'board.throttle.max'],
  ['a tokenizer that is none', { tokenizer: 'gpt' }, 'board.tokenizer must be true or false'],
  ['estimators that are no list', { estimators: {} }, 'board.estimators must be a list'],
  ['an estimator that is none', { estimators: [{}] }, 'board.estimators[0] must be an estimator'],
  [
    'an estimator without a name',
    { estimators: [{ estimate: () => null }] },
    'board.estimators[0].name',
  ],
  [
    'a built-in estimator’s name',
    { estimators: [{ name: 'tokens', estimate: () => null }] },
    "got 'tokens'",
  ],
  ['default costs in dollars', { defaultCosts: { fallback: 0.5 } }, 'board.defaultCosts.fallback'],
  ['an unknown default', { defaultCosts: { other: usd(1) } }, 'board.defaultCosts.other'],
  ['prices that are none', { prices: 5 }, 'prices must be an object'],
  [
    'a price without a model',
    { prices: { overrides: [{ free: true }] } },
    'prices.overrides[0].model',
  ],
])('%s', async (_, options, message) => {
  const error: unknown = await openMoney(options as MoneyBoardOptions).then(
    () => 'opened',
    (reason: unknown) => reason,
  );
  expect(isFuseboardError(error) && error.code).toBe('invalid_option');
  expect(String(error)).toContain(message);
});

describe('of a breaker', () => {
  test.each<[string, object, string]>([
    ['an empty provider', { provider: '' }, 'breaker.provider must be'],
    ['requireCost that is none', { requireCost: 'yes' }, 'breaker.requireCost must be'],
    ['no output tokens', { defaultMaxOutputTokens: 0 }, 'breaker.defaultMaxOutputTokens must be'],
    ['an empty limited', { limited: {} }, 'breaker.limited must be given costMax, priorityMin'],
    ['a negative costMax', { limited: { costMax: -1 } }, 'breaker.limited.costMax must be'],
    ['an endless priorityMin', { limited: { priorityMin: NaN } }, 'breaker.limited.priorityMin'],
    ['an unknown key', { limited: { cost: 1 } }, 'breaker.limited.cost'],
  ])('%s', async (_, options, message) => {
    const { board } = await openMoney({ ledger: {} });
    expect(() => board.breaker('other', options as BreakerOptions)).toThrow(message);
  });

  test('they can be changed while it runs', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    await rig.outside(90);
    expect(await rig.spend(1)).toBe('ok');
    rig.breaker.configure({ limited: { costMax: usd(0.5) }, requireCost: true });
    expect(await rig.spend(1)).toBe('shed');
    await expect(rig.breaker.call(() => 'ok')).rejects.toMatchObject({ code: 'cost_required' });
  });
});

describe('what a call says', () => {
  test.each<[string, object, string]>([
    ['negative tokens', { inputTokens: -1 }, 'operation.inputTokens must be an integer from 0'],
    ['half a token', { maxOutputTokens: 0.5 }, 'operation.maxOutputTokens must be an integer'],
    ['too many tokens', { outputTokens: 1e12 }, 'operation.outputTokens must be an integer'],
    ['tokens as text', { inputTokens: '5' }, "got '5'"],
    ['messages that are none', { messages: 'hi' }, 'operation.messages must be an array'],
    ['an input that is none', { input: 5 }, 'operation.input must be a string'],
    ['no model', { model: '' }, 'operation.model must be a string'],
  ])('%s is refused, and nothing is held', async (_, more, message) => {
    const rig = await openMoney({ budgets: [DAILY] });
    const operation = { operation: 'llm_call', ...more } as never;
    await expect(rig.breaker.call(operation, () => 'ok')).rejects.toThrow(message);
    expect(() => rig.breaker.acquire(operation)).toThrow(message);
    expect(() => rig.board.estimate(operation)).toThrow(message);
    expect(rig.breaker.snapshot().inFlightCount).toBe(0);
    expect((await rig.summary()).reservedNanoUsd).toBe(0);
  });
});
