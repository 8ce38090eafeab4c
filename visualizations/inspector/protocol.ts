/**
 * What the inspector's server tells its page, and what the page asks of it. Types, and the few
 * words that both must spell alike.
 *
 *   GET  /feed?view=VIEW       server-sent events `board`, `breaker`, `money`, `coverage`: JSON
 *        &since=ID             as `last-event-id`, for a stream that is opened anew
 *   GET  /drawing/CHART.json   a Drawing and its Chart: `{ drawing, chart }`
 *   POST /act                  an Act, with `authorization: Bearer TOKEN`; 204, or a Problem
 *
 * A VIEW is `board`, `breaker/NAME` (encoded), `money` or `coverage`. Every view gets `board`
 * events for its summary; breakers come with the view `board` only. Updates come at most
 * four times a second (money once). After a reconnection the browser says the last id it got, and
 * gets what changed since; or everything, where the server no longer knows.
 */
import type { BudgetSummary } from '../../services/cost/budgets/budget.ts';
import type { BreakerSnapshot, BreakerStatus } from '../../services/breaker.ts';
import type { Emergency } from '../../services/board-gate.ts';
import type { HealthReason, HealthStatus } from '../../services/board-health.ts';
import type { BreakerStateName, LatchName, TripCause } from '../../machines/breaker-context.ts';
import type { CostReportRow } from '../../persistence/cost-report.ts';
import type { RuleAction, RuleType } from '../../services/cost/rules/rule-options.ts';

/** Columns of a sparkline, oldest first; each stands for `SPARK_MS`. */
export const SPARK_COUNT = 30;
export const SPARK_MS = 2_000;
/** Events kept for each breaker that is looked at. */
export const TAPE_MAX = 200;

/** What of a breaker changes now and then. */
export interface BreakerRow {
  /** Stands for it in `passed` and `traffic`; another one when it came anew. */
  readonly number: number;
  readonly name: string;
  readonly state: BreakerStatus;
  readonly path: BreakerStateName;
  readonly cause: TripCause | null;
  readonly latches: readonly LatchName[];
  /** In words, short: why it is in this state. Empty for `closed`. */
  readonly reason: string;
  /** Wall-clock milliseconds. */
  readonly probeAtMs: number | null;
  readonly changedAtMs: number;
  readonly isQuarantined: boolean;
}

/** What passed through something, over the last ten seconds. */
export interface Rates {
  /** Each second; refused calls are calls too. */
  readonly callsPerS: number;
  readonly failedPerS: number;
  readonly refusedPerS: number;
}

/** What passed through something in the last minute, by columns that end with the running one. */
export interface Sparks {
  /** Calls, refused ones included; columns before the first call are left out. */
  readonly spark: readonly number[];
  /** Failed and refused calls; columns before the first of them are left out. */
  readonly sparkBad: readonly number[];
}

/** One breaker whole, in the view of it. */
export interface WholeRow extends BreakerRow, Rates, Sparks {
  /** Booked in the last 24 hours; null where the board counts no costs. */
  readonly spentNanoUsd: number | null;
}

/**
 * What passed through one breaker, column by column: oldest first, columns before the first call
 * left out. Refused calls are calls too. `column` is the number of the last one.
 */
export type TrafficRecord = readonly [
  breaker: number,
  spentNanoUsd: number | null,
  column: number,
  calls: readonly number[],
  failed: readonly number[],
  refused: readonly number[],
];

export interface BoardSummary extends Rates {
  readonly title: string;
  /** Wall-clock milliseconds of the server. */
  readonly atMs: number;
  readonly status: HealthStatus;
  readonly reasons: readonly HealthReason[];
  readonly counts: Readonly<Record<BreakerStatus, number>>;
  readonly breakerCount: number;
  readonly emergency: Emergency | null;
  readonly spentNanoUsd: number | null;
  readonly droppedFactCount: number;
  /** Whether there is a token with which one may act. */
  readonly isOperable: boolean;
  /** Whether the board counts costs. */
  readonly hasMoney: boolean;
  /** Since when events are counted: nothing is while nobody watches. Wall-clock milliseconds. */
  readonly watchedSinceMs: number;
}

/**
 * Event `board`. What passes through breakers is told as what is added to the running column, a few
 * numbers for each that something passed through; who keeps the columns (BoardRows) knows the rest.
 */
export interface BoardUpdate {
  /** True when `rows` are all there are; else those that changed. */
  readonly isWhole: boolean;
  readonly summary: BoardSummary;
  /** Null in views other than `board`; all that follow are empty then. */
  readonly rows: readonly BreakerRow[] | null;
  /** Since the tick before, five for each breaker: number, calls, failed, refused, spent in all. */
  readonly passed: readonly (number | null)[];
  /** In place of all that was known of a breaker: for pages that are new, or have missed a tick. */
  readonly traffic: readonly TrafficRecord[];
  /** Names of breakers that are there no longer. */
  readonly gone: readonly string[];
  /** The tick's instant, and that from which on calls are counted: on a clock of the server's own. */
  readonly nowMs: number;
  readonly sinceMs: number;
}

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export interface JsonObject {
  readonly [key: string]: Json;
}

/** One event that reached a breaker's actor. */
export interface TapeEntry {
  /** Counts the events of one breaker. */
  readonly seq: number;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
  readonly event: JsonObject & { readonly type: string };
  readonly from: BreakerStateName;
  readonly to: BreakerStateName;
  /** Ids of the configured transitions it took; none when it was ignored. */
  readonly taken: readonly string[];
  readonly isIgnored: boolean;
  /** Ids of the state nodes that are active afterwards. */
  readonly activeIds: readonly string[];
  /** The machine's context afterwards. */
  readonly context: JsonObject;
  /** Keys of the context that differ from before. */
  readonly changed: readonly string[];
}

/** Event `breaker`, in the view of one. */
export interface BreakerUpdate {
  readonly name: string;
  /** False when there is no breaker of that name (any more); then the rest is null or empty. */
  readonly isThere: boolean;
  readonly snapshot: BreakerSnapshot | null;
  readonly activeIds: readonly string[];
  readonly context: JsonObject | null;
  readonly explanation: string;
  /** The resolved options that decide, as they would be written: name and value. */
  readonly options: readonly (readonly [name: string, value: string])[];
  /** Types of the events that would be answered now by some transition, guards left aside. */
  readonly enabled: readonly string[];
  /** Reserved for its calls in flight, at worst; null where the board counts no costs. */
  readonly reservedNanoUsd: number | null;
  /** Calls, failures, refusals and spend, as on the board. */
  readonly row: WholeRow | null;
  /** True when `tape` begins anew; else it continues what was sent. */
  readonly isWhole: boolean;
  readonly tape: readonly TapeEntry[];
  /** How often each transition of this breaker was taken while somebody watched. */
  readonly hits: Readonly<Record<string, number>>;
}

export interface SpendPoint {
  /** Wall-clock milliseconds. */
  readonly atMs: number;
  /** Spent since the period began, until then. */
  readonly spentNanoUsd: number;
}

/** A budget's summary; JSON has no Infinity, so that a limit nobody knows is null here. */
export interface BudgetFigures extends Omit<BudgetSummary, 'limitNanoUsd' | 'leftNanoUsd'> {
  readonly limitNanoUsd: number | null;
  readonly leftNanoUsd: number | null;
}

export interface BudgetView {
  readonly summary: BudgetFigures;
  /**
   * Through the running period, never falling, oldest first, the last one now; at most 200. Begins
   * later than the period where nobody knows what was before.
   */
  readonly series: readonly SpendPoint[];
  readonly forecast: SpendForecast;
}

/** Where spending goes if it keeps the pace of late. */
export interface SpendForecast {
  /** What will be spent when the period ends; null for `total`. */
  readonly endNanoUsd: number | null;
  /** Wall-clock milliseconds; null when that is not in this period, or was already. */
  readonly exhaustedAtMs: number | null;
  readonly perHourNanoUsd: number;
  /** The span that is the pace of late: a tenth of what is over, at least five minutes of it. */
  readonly spanMs: number;
}

export interface RuleView {
  readonly id: string;
  readonly type: RuleType;
  readonly action: RuleAction;
  /** Share of the normal rate that stays allowed; null for every action but `throttle`. */
  readonly factor: number | null;
  readonly priority: number;
  readonly thresholdText: string;
  /** Id of the budget it watches; null where it watches none. */
  readonly budget: string | null;
  /** Which calls it acts upon, in words; empty for every call. */
  readonly when: string;
  /** Announces itself at most once in so many milliseconds; it acts all the same. */
  readonly cooldownMs: number;
  /** How often it announced itself while somebody watched. */
  readonly announcedCount: number;
  /** Wall-clock milliseconds. */
  readonly lastAnnouncedAtMs: number | null;
  readonly lastText: string | null;
}

/**
 * Expected against actual, by method of estimation, while somebody watched. Only calls whose cost
 * is known, not assumed.
 */
export interface CalibrationView {
  readonly method: string;
  readonly callCount: number;
  readonly expectedNanoUsd: number;
  readonly actualNanoUsd: number;
  readonly worstNanoUsd: number;
  /** Share of calls whose actual cost lay within a fifth of the expected one. */
  readonly withinFifthRatio: number;
  /** The latest calls: expected and actual, at most 150. */
  readonly points: readonly (readonly [expectedNanoUsd: number, actualNanoUsd: number])[];
}

export interface SavingsView {
  /** What calls refused for money were expected to cost. */
  readonly refusedNanoUsd: number;
  readonly refusedCount: number;
  /** Reserved at worst less spent: what estimates give back, while somebody watched. */
  readonly releasedNanoUsd: number;
  /**
   * Calls that open breakers refused while somebody watched, and what such calls cost on average.
   */
  readonly shieldedCount: number;
  readonly shieldedNanoUsd: number;
}

export interface DearestView {
  readonly by: 'operation' | 'model' | 'breaker' | 'provider';
  /** Dearest first, at most 12. */
  readonly rows: readonly CostReportRow[];
  readonly total: CostReportRow;
}

export interface MoneyMoment {
  /** Wall-clock milliseconds. */
  readonly atMs: number;
  /** Type of the fact. */
  readonly type: string;
  /** Of the last time, where it came again and again. */
  readonly text: string;
  /** How often in a row: a rule fires with every call. */
  readonly count: number;
}

/** Event `money`, in its view. */
export interface MoneyUpdate {
  readonly atMs: number;
  /** When the books were read last: budgets and their series are of then. Wall-clock; 0: never. */
  readonly booksAtMs: number;
  /** Why the books could not be read since, in words; null while they can. */
  readonly problem: string | null;
  /** Since when facts are counted. Wall-clock milliseconds. */
  readonly watchedSinceMs: number;
  readonly budgets: readonly BudgetView[];
  /** Budgets left out, because there are more than 50. */
  readonly omittedCount: number;
  readonly rules: readonly RuleView[];
  readonly calibration: readonly CalibrationView[];
  readonly savings: SavingsView;
  readonly dearest: readonly DearestView[];
  /** Since when `dearest` and what was refused are summed: 24 hours, from a full one. */
  readonly reportSinceMs: number;
  /** What happened to money, newest first, at most 50. */
  readonly moments: readonly MoneyMoment[];
}

/** Event `coverage`, in its view. */
export interface CoverageUpdate {
  readonly chartId: string;
  /** Ids of every configured transition, in the order of the config. */
  readonly transitions: readonly string[];
  /** Those that generated tests take. */
  readonly tested: readonly string[];
  readonly testCount: number;
  /** How often live traffic took each, over all breakers, while somebody watched. */
  readonly hits: Readonly<Record<string, number>>;
  /** How many breakers took each. */
  readonly breakers: Readonly<Record<string, number>>;
}

/** What an operator does. `by` is the name the operator gave. */
export type Act =
  | {
      readonly act: 'force_open' | 'force_close' | 'reset';
      readonly breaker: string;
      readonly reason: string;
      readonly by: string;
    }
  | { readonly act: 'rotate_key'; readonly breaker: string; readonly by: string }
  | {
      readonly act: 'send';
      readonly breaker: string;
      readonly by: string;
      readonly event: JsonObject & { readonly type: string };
    }
  | {
      readonly act: 'emergency_shutdown' | 'resume';
      readonly reason: string;
      readonly by: string;
    }
  /** Does nothing: asks whether the token is the right one. */
  | { readonly act: 'check' };

export interface Problem {
  readonly code: string;
  readonly message: string;
}
