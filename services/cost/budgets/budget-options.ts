/** Budgets as users give them, read, defaulted and checked in one place. */
import { choiceOption, invalidOption, isObject, knownKeys, numberOption } from '../../check.ts';
import { calendarOf, timeZoneOption, WEEK_STARTS, type WeekStart } from './calendar.ts';
import { amountOption } from '../amount-option.ts';
import type { NanoUsd } from '../money.ts';
import { PERIODS, type Calendar, type Period } from './period.ts';

/** The calls that a budget covers: those that match every field given. */
export interface BudgetScope {
  readonly breaker?: string;
  /** The provider that a breaker is made with. */
  readonly provider?: string;
  readonly model?: string;
  readonly operation?: string;
  /** Tags that a call must carry, with these values. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What a budget is divided by: each value gets the whole limit for itself. */
export type BudgetPer = 'breaker' | 'provider' | 'model' | 'operation' | `tag:${string}`;

export interface BudgetOptions {
  /** Names it in errors, facts, rules and the ledger. 1 to 128 characters, not beginning with @. */
  readonly id: string;
  /** The most that may be spent in one period: `usd(10)`. At 0, only what is free may run. */
  readonly limit: NanoUsd;
  /** `total` never ends. */
  readonly period: Period;
  /** IANA time zone that its periods begin and end in. @default the board's `timeZone` */
  readonly timeZone?: string;
  /** @default 'monday' */
  readonly weekStart?: WeekStart;
  /** @default every call of the board */
  readonly scope?: BudgetScope;
  /**
   * One budget for each value, for example `tag:tenant`. Calls without a value share one of their
   * own, so that nobody passes unbudgeted by leaving a tag away.
   */
  readonly per?: BudgetPer;
  /** Values whose state is held in memory at once; the store keeps all. @default 10000 */
  readonly valuesMax?: number;
  /**
   * Share of the limit at which breakers become `budget_limited`; reached, it warns. @default 0.8
   */
  readonly warnAt?: number;
  /** Less than this share of the limit left is none left. @default 0.0001 */
  readonly exhaustedBelow?: number;
}

export interface ResolvedBudget {
  readonly id: string;
  readonly limitNanoUsd: NanoUsd;
  readonly calendar: Calendar;
  readonly scope: BudgetScope;
  readonly scopeTags: readonly (readonly [name: string, value: string])[];
  readonly per: BudgetPer | null;
  /** The tag it is divided by; null where it is divided by something else, or not at all. */
  readonly perTag: string | null;
  readonly valuesMax: number;
  readonly warnAt: number;
  readonly exhaustedBelow: number;
  /** Covers every call of the breakers it covers at all, and so moves their state. */
  readonly movesBreakers: boolean;
}

/** Id of the emergency override's money among the budgets: no other may have it. */
export const OVERRIDE_FUND = 'emergency-override';

const KEYS = [
  'id',
  'limit',
  'period',
  'timeZone',
  'weekStart',
  'scope',
  'per',
  'valuesMax',
  'warnAt',
  'exhaustedBelow',
] as const satisfies readonly (keyof BudgetOptions)[];
const SCOPE_KEYS = ['breaker', 'provider', 'model', 'operation', 'tags'] as const;
const PER = ['breaker', 'provider', 'model', 'operation'] as const;
const ID_MAX = 128;
const TEXT_MAX = 256;
const BUDGETS_MAX = 1_000;

/** @throws FuseboardError invalid_option, naming the field as `board.budgets[2].limit`. */
export function resolveBudgets(given: unknown, timeZone: string): readonly ResolvedBudget[] {
  if (given === undefined) return [];
  const path = 'board.budgets';
  if (!Array.isArray(given)) throw invalidOption(path, 'an array of budgets', given);
  if (given.length > BUDGETS_MAX) {
    throw invalidOption(path, `at most ${BUDGETS_MAX} budgets`, given.length);
  }
  const budgets = given.map((one, index) => resolveBudget(one, `${path}[${index}]`, timeZone));
  const ids = new Set<string>();
  budgets.forEach(({ id }, index) => {
    if (ids.has(id)) throw invalidOption(`${path}[${index}].id`, 'an id of its own', id);
    ids.add(id);
  });
  return Object.freeze(budgets);
}

function resolveBudget(given: unknown, path: string, boardZone: string): ResolvedBudget {
  knownKeys(path, given, KEYS);
  const options = given as BudgetOptions;
  const { id, limit, scope = {}, per } = options;
  text(`${path}.id`, id, ID_MAX);
  if (id === OVERRIDE_FUND) throw invalidOption(`${path}.id`, 'an id that is not reserved', id);
  if (id.startsWith('@')) throw invalidOption(`${path}.id`, 'an id that does not begin with @', id);
  checkScope(`${path}.scope`, scope);
  if (per !== undefined) checkPer(`${path}.per`, per);
  if (!PERIODS.includes(options.period)) {
    throw invalidOption(`${path}.period`, `one of ${PERIODS.join(', ')}`, options.period);
  }
  const zone = timeZoneOption(`${path}.timeZone`, options.timeZone ?? boardZone);
  const weekStart = choiceOption(`${path}.weekStart`, options.weekStart, WEEK_STARTS, 'monday');
  const { tags = {}, model, operation } = scope;
  const coversBreakers =
    model === undefined && operation === undefined && Object.keys(tags).length === 0;
  return Object.freeze<ResolvedBudget>({
    id,
    limitNanoUsd: amountOption(`${path}.limit`, limit),
    calendar: calendarOf(options.period, zone, weekStart),
    scope: Object.freeze({ ...scope, tags: Object.freeze({ ...tags }) }),
    scopeTags: Object.entries(tags),
    per: per ?? null,
    perTag: per?.startsWith('tag:') ? per.slice(4) : null,
    valuesMax: numberOption(`${path}.valuesMax`, options.valuesMax, COUNTS, 10_000),
    warnAt: shareOption(`${path}.warnAt`, options.warnAt, 0.8),
    exhaustedBelow: shareOption(`${path}.exhaustedBelow`, options.exhaustedBelow, 0.0001),
    movesBreakers: coversBreakers && (per === undefined || per === 'breaker' || per === 'provider'),
  });
}

const COUNTS = { min: 1, max: 10_000_000, integer: true };

function shareOption(path: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value > 0 && value <= 1) return value;
  throw invalidOption(path, 'a share above 0 and at most 1', value);
}

function checkScope(path: string, scope: unknown): void {
  knownKeys(path, scope, SCOPE_KEYS);
  const { tags, ...texts } = scope as BudgetScope;
  for (const [key, value] of Object.entries(texts)) {
    if (value !== undefined) text(`${path}.${key}`, value, TEXT_MAX);
  }
  if (tags === undefined) return;
  if (!isObject(tags)) throw invalidOption(`${path}.tags`, 'an object', tags);
  for (const [name, value] of Object.entries(tags)) {
    text(`${path}.tags.${name}`, value, TEXT_MAX);
  }
}

function checkPer(path: string, per: unknown): void {
  if ((PER as readonly unknown[]).includes(per)) return;
  const isTag = typeof per === 'string' && per.startsWith('tag:') && per.length > 4;
  if (!isTag || per.length > TEXT_MAX) {
    throw invalidOption(path, `one of ${PER.join(', ')}, or tag:NAME`, per);
  }
}

function text(path: string, value: unknown, lengthMax: number): void {
  if (typeof value === 'string' && value.length > 0 && value.length <= lengthMax) return;
  throw invalidOption(path, `a string of 1 to ${lengthMax} characters`, value);
}
