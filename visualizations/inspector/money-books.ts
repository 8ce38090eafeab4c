/**
 * What the books say about money, read again when it is time: budgets whenever asked, reports every
 * other second, the hours of a period once. A question that took long is asked the more seldom; one
 * that failed leaves the figures as they were, and says why.
 */
import type { CostReport, SpendHour } from '../../persistence/cost-report.ts';
import type { Board } from '../../services/board.ts';
import type { Clock } from '../../services/clock.ts';
import type { BudgetSummary } from '../../services/cost/budgets/budget.ts';
import { errorNameOf } from '../../services/facts.ts';
import { forecastOf } from './money-forecast.ts';
import { SpendSeries } from './money-series.ts';
import type { BudgetFigures, BudgetView, DearestView } from './protocol.ts';

export const BUDGETS_MAX = 50;
const DEAREST_MAX = 12;
const REPORT_MS = 2_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A question may take this part of the time, at most. */
const BUSY_MAX = 0.1;
const GROUPS = ['operation', 'model', 'breaker', 'provider'] as const;

/** What is asked of a board. */
export type AskedBoard = Pick<Board, 'budgets' | 'costs'>;

export class MoneyBooks {
  readonly #board: AskedBoard;
  readonly #clock: Clock;
  readonly #series = new Map<string, SpendSeries>();
  readonly #begunAtMs: number;
  /** Monotonic milliseconds before which nothing is asked. */
  #budgetsDueMs = -Infinity;
  #reportsDueMs = -Infinity;
  #shown: readonly BudgetSummary[] = [];
  #reports: ReadonlyMap<string, CostReport> = new Map();
  omittedCount = 0;
  readAtMs = 0;
  reportSinceMs = 0;
  problem: string | null = null;

  constructor(board: AskedBoard, clock: Clock) {
    this.#board = board;
    this.#clock = clock;
    this.#begunAtMs = clock.nowMs();
  }

  /** Reads what is due. Never rejects. */
  async read(): Promise<void> {
    try {
      this.#budgetsDueMs = await this.#after(this.#budgetsDueMs, 0, () => this.#readBudgets());
      this.#reportsDueMs = await this.#after(this.#reportsDueMs, REPORT_MS, () =>
        this.#readReports(),
      );
      this.problem = null;
    } catch (error) {
      this.problem = error instanceof Error ? error.message.slice(0, 200) : errorNameOf(error);
    }
  }

  get budgets(): readonly BudgetView[] {
    return this.#shown.map((summary) => {
      const figures = figuresOf(summary);
      const series = this.#series.get(keyOf(summary))?.points ?? [];
      return { summary: figures, series, forecast: forecastOf(figures, series) };
    });
  }

  get dearest(): readonly DearestView[] {
    return GROUPS.flatMap((by) => {
      const report = this.#reports.get(by);
      if (report === undefined) return [];
      const rows = report.rows.filter(({ costNanoUsd }) => costNanoUsd > 0);
      return [{ by, rows: rows.slice(0, DEAREST_MAX), total: report.total }];
    });
  }

  get total(): CostReport['total'] | undefined {
    return this.#reports.get('operation')?.total;
  }

  /** What a call of an operation cost on average of late; 0 where the books know none. */
  averageOf(operation: string): number {
    const rows = this.#reports.get('operation')?.rows ?? [];
    const row = rows.find(({ group }) => group === operation);
    return row === undefined || row.callCount === 0 ? 0 : row.costNanoUsd / row.callCount;
  }

  /** Asks when it is due; answers when it is due again. */
  async #after(dueMs: number, everyMs: number, ask: () => Promise<void>): Promise<number> {
    const beforeMs = this.#clock.monotonicMs();
    if (beforeMs < dueMs) return dueMs;
    await ask();
    const nowMs = this.#clock.monotonicMs();
    const tookMs = nowMs - beforeMs;
    return tookMs === 0 ? beforeMs + everyMs : nowMs + Math.max(everyMs, tookMs / BUSY_MAX);
  }

  async #readBudgets(): Promise<void> {
    const summaries = await this.#board.budgets();
    const atMs = this.#clock.nowMs();
    this.#shown = foremost(summaries);
    this.omittedCount = summaries.length - this.#shown.length;
    const fresh = this.#shown.filter((summary) => !this.#series.has(keyOf(summary)));
    // Asked before anything of theirs is kept: what fails is asked again.
    const before = fresh.filter(
      ({ periodStartMs }) => periodStartMs === null || periodStartMs < this.#begunAtMs,
    );
    const hours = await this.#hoursOf(before);
    const keys = new Set(this.#shown.map(keyOf));
    for (const key of this.#series.keys()) if (!keys.has(key)) this.#series.delete(key);
    for (const summary of this.#shown) this.#sample(summary, atMs, hours);
    this.readAtMs = atMs;
  }

  #sample(
    summary: BudgetSummary,
    atMs: number,
    hours: ReadonlyMap<string, readonly SpendHour[] | null>,
  ): void {
    const { periodStartMs, spentNanoUsd } = summary;
    const key = keyOf(summary);
    let series = this.#series.get(key);
    if (series !== undefined) return series.sample(atMs, spentNanoUsd);
    this.#series.set(key, (series = new SpendSeries(periodStartMs)));
    const known = hours.get(key);
    if (known === undefined && periodStartMs !== null && periodStartMs < atMs) {
      // It began while somebody watched: with nothing.
      series.sample(periodStartMs, 0);
    }
    series.sample(atMs, spentNanoUsd);
    if (known !== undefined && known !== null) series.remember(known);
  }

  async #hoursOf(
    summaries: readonly BudgetSummary[],
  ): Promise<ReadonlyMap<string, readonly SpendHour[] | null>> {
    if (summaries.length === 0) return new Map();
    const parts = summaries.map(({ budget, value }) => ({ budget, value }));
    const answers = await this.#board.costs.spendByHour(parts);
    return new Map(summaries.map((summary, place) => [keyOf(summary), answers[place] ?? null]));
  }

  async #readReports(): Promise<void> {
    const { costs } = this.#board;
    const sinceMs = this.#clock.nowMs() - DAY_MS;
    const reports = await Promise.all(GROUPS.map((by) => costs.report({ by, sinceMs })));
    this.#reports = new Map(GROUPS.map((by, place) => [by, reports[place] as CostReport]));
    this.reportSinceMs = Math.floor(sinceMs / HOUR_MS) * HOUR_MS;
  }
}

const keyOf = ({ budget, value, periodKey }: BudgetSummary): string =>
  JSON.stringify([budget, value, periodKey]);

/** Undivided ones as they are configured, then the parts of others, the most strained first. */
function foremost(summaries: readonly BudgetSummary[]): readonly BudgetSummary[] {
  const parts = summaries.filter(({ value }) => value !== '');
  const rest = summaries.filter(({ value }) => value === '');
  parts.sort((a, b) => b.percentage - a.percentage || (a.value < b.value ? -1 : 1));
  return [...rest, ...parts].slice(0, BUDGETS_MAX);
}

function figuresOf(summary: BudgetSummary): BudgetFigures {
  const { limitNanoUsd, leftNanoUsd } = summary;
  return { ...summary, limitNanoUsd: finite(limitNanoUsd), leftNanoUsd: finite(leftNanoUsd) };
}

const finite = (amount: number): number | null => (Number.isFinite(amount) ? amount : null);
