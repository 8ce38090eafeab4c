/** What a breaker refuses while money is short: what is dear, what is unimportant, or both. */
import { describe, expect, test } from 'vitest';

import { usd } from '../../services/cost/money.ts';
import {
  resolveLimited,
  shedBecause,
  type LimitedOptions,
} from '../../services/cost/rules/rule-shedding.ts';

const because = (limited: LimitedOptions, expected: number, priority: number): string | null => {
  const resolved = resolveLimited('breaker.limited', limited);
  return resolved === null ? null : shedBecause(resolved, usd(expected), priority);
};

describe('COST-31 load shedding strategies:', () => {
  test.each([
    [0, null],
    [0.01, null],
    [0.010000001, 'cost'],
    [5, 'cost'],
  ])('COST-31 load shedding strategies: by cost, a call of $%d', (expected, shed) => {
    expect(because({ costMax: usd(0.01) }, expected, -100)).toBe(shed);
  });

  test.each([
    [-1, 'priority'],
    [4.9, 'priority'],
    [5, null],
    [100, null],
  ])('COST-31 load shedding strategies: by priority, a call of %d', (priority, shed) => {
    expect(because({ priorityMin: 5 }, 1000, priority)).toBe(shed);
  });

  test('COST-31 load shedding strategies: by both, where either is enough', () => {
    const limited = { costMax: usd(0.01), priorityMin: 5 };
    expect(because(limited, 0.01, 5)).toBe(null);
    expect(because(limited, 0.02, 5)).toBe('cost');
    expect(because(limited, 0.01, 4)).toBe('priority');
    expect(because(limited, 0.02, 4)).toBe('cost');
  });

  test('COST-31 load shedding strategies: with nothing to spend, only what is free', () => {
    expect(because({ costMax: usd(0) }, 0, 0)).toBe(null);
    expect(because({ costMax: usd(0) }, 0.000000001, 0)).toBe('cost');
  });

  test('COST-31 load shedding strategies: none unless asked for', () => {
    expect(resolveLimited('breaker.limited', undefined)).toBe(null);
  });

  test.each([
    [null, 'breaker.limited must be an object, got null'],
    [{}, 'breaker.limited must be given costMax, priorityMin, or both, got {}'],
    [{ cost: 1 }, 'breaker.limited.cost is not an option'],
    [{ costMax: 0.5 }, 'breaker.limited.costMax must be an amount in whole nano-dollars, such as'],
    [{ costMax: -1 }, 'breaker.limited.costMax must be an amount in whole nano-dollars, such as'],
    [{ costMax: NaN }, 'breaker.limited.costMax must be an amount in whole nano-dollars, such as'],
    [{ priorityMin: NaN }, 'breaker.limited.priorityMin must be a finite number, got NaN'],
    [{ priorityMin: '5' }, `breaker.limited.priorityMin must be a finite number, got '5'`],
  ])('%o is refused by name', (limited, message) => {
    expect(() => resolveLimited('breaker.limited', limited)).toThrow(message);
  });
});
