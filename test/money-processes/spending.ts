/** Who spends what in the test that kills. */
import type { BudgetOptions } from '../../index.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { NUMBER_MAX, tokens, type PricedCall } from './tariff.ts';
import type { Service } from './upstream.ts';

/** Calls that one life may make; the number of a call is that of its life, times this, and more. */
export const CALLS_MAX = 900;
export const LIVES_MAX = Math.floor(NUMBER_MAX / CALLS_MAX) - 1;
export const TIMEOUT_MS = 150;
export const TENANTS = ['ada', 'bea', 'cem', 'dag'];
export const LARGE_SHARE = 0.3;

/** Run out soon, one after the other; whoever kills raises them again. */
export const BUDGETS: readonly BudgetOptions[] = [
  { id: 'all', limit: tokens(1_200), period: 'total' },
  { id: 'tenant', limit: tokens(400), period: 'total', per: 'tag:tenant' },
  { id: 'large', limit: tokens(700), period: 'total', scope: { model: 'large' } },
];

/** What the raise of a budget that has run out adds to it. */
export const RAISES: Readonly<Record<string, number>> = {
  all: tokens(900),
  tenant: tokens(300),
  large: tokens(500),
};

/** The accounts that a call must be charged to, by budget and value. */
export const accountsOf = ({ tenant, model }: PricedCall): readonly string[] => [
  'all/',
  `tenant/${tenant}`,
  ...(model === 'large' ? ['large/'] : []),
];

/** Most are answered soon, some late, some never; some fail. The same for a seed and a number. */
export function serviceOf(seed: number, { number, maxOutputTokens }: PricedCall): Service {
  const random = seededRandom(seed * NUMBER_MAX + number);
  const dice = random();
  const afterMs =
    dice < 0.8
      ? random() * 10
      : dice < 0.92
        ? 20 + random() * 60
        : dice < 0.97
          ? TIMEOUT_MS + random() * 100
          : null;
  const isFailed = afterMs !== null && random() < 0.1;
  const isMost = random() < 0.15;
  const outputTokens = isMost ? maxOutputTokens : Math.floor(random() * (maxOutputTokens + 1));
  return { afterMs, outputTokens: isFailed ? null : outputTokens };
}
