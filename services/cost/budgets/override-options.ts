/** The emergency override, as users give it. */
import { choiceOption, knownKeys } from '../../check.ts';
import { amountOption } from '../amount-option.ts';
import { calendarOf, timeZoneOption } from './calendar.ts';
import { OVERRIDE_FUND, type ResolvedBudget } from './budget-options.ts';
import type { NanoUsd } from '../money.ts';
import { PERIODS, type Period } from './period.ts';

/** Money that critical calls may spend when every budget is spent. */
export interface EmergencyOverrideOptions {
  /** The most that may be spent in one period, beside all budgets. */
  readonly limit: NanoUsd;
  /** @default 'day' */
  readonly period?: Period;
  /** @default the board's `timeZone` */
  readonly timeZone?: string;
}

/** Null where no override is configured. @throws FuseboardError invalid_option */
export function resolveOverride(given: unknown, boardZone: string): ResolvedBudget | null {
  if (given === undefined) return null;
  const path = 'board.emergencyOverride';
  knownKeys(path, given, ['limit', 'period', 'timeZone']);
  const { limit, period, timeZone } = given as EmergencyOverrideOptions;
  const zone = timeZoneOption(`${path}.timeZone`, timeZone ?? boardZone);
  return Object.freeze<ResolvedBudget>({
    id: OVERRIDE_FUND,
    limitNanoUsd: amountOption(`${path}.limit`, limit),
    calendar: calendarOf(choiceOption(`${path}.period`, period, PERIODS, 'day'), zone),
    scope: Object.freeze({}),
    scopeTags: [],
    per: null,
    perTag: null,
    valuesMax: 2,
    warnAt: 0.8,
    exhaustedBelow: 0.0001,
    movesBreakers: false,
  });
}
