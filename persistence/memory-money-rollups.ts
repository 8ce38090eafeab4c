/**
 * What the ledger's rows add up to, by full hour and labels, kept while rows are written. Reports
 * are made of these and never read a row.
 */
import { sumNanoUsd } from '../services/cost/money.ts';
import type {
  CostReport,
  CostReportQuery,
  CostReportRow,
  SpendHour,
  SpendQuery,
} from './cost-report.ts';
import type { LedgerLabels } from './ledger-batch.ts';
import { isInScope } from './spend-scope.ts';

/** At this many rollups the oldest hour is forgotten. */
export const ROLLUPS_MAX = 100_000;
const HOUR_MS = 3_600_000;

type Figures = { -readonly [Name in keyof Omit<CostReportRow, 'group'>]: number };

export interface Rollup extends Figures {
  readonly hourMs: number;
  readonly labels: LedgerLabels;
  /** The part of the cost whose rows are no longer kept. */
  checkpointNanoUsd: number;
  isGone: boolean;
}

/** Labels as they were told, with the rollup that was used for them last. */
export interface LabelsGroup {
  readonly labels: LedgerLabels;
  readonly key: string;
  last: Rollup | null;
}

export interface Rollups {
  group(labels: LedgerLabels): LabelsGroup;
  /** The rollup of an instant's hour, made now if need be. */
  at(group: LabelsGroup, atMs: number): Rollup;
  all(): Iterable<Rollup>;
  report(query: CostReportQuery): CostReport;
  spendByHour(queries: readonly SpendQuery[]): SpendHour[][];
}

export function memoryRollups(rollupsMax = ROLLUPS_MAX): Rollups {
  const hours = new Map<number, Map<string, Rollup>>();
  let rollupCount = 0;

  const forgetOldestHour = (): void => {
    const oldest = Math.min(...hours.keys());
    const rollups = hours.get(oldest);
    if (rollups === undefined) return;
    for (const rollup of rollups.values()) rollup.isGone = true;
    rollupCount -= rollups.size;
    hours.delete(oldest);
  };

  const find = (group: LabelsGroup, hourMs: number): Rollup => {
    let rollups = hours.get(hourMs);
    let rollup = rollups?.get(group.key);
    if (rollup === undefined) {
      if (rollupCount >= rollupsMax) forgetOldestHour();
      rollups = hours.get(hourMs);
      if (rollups === undefined) hours.set(hourMs, (rollups = new Map<string, Rollup>()));
      const { labels } = group;
      rollup = { hourMs, labels, checkpointNanoUsd: 0, isGone: false, ...zeroFigures() };
      rollups.set(group.key, rollup);
      rollupCount += 1;
    }
    group.last = rollup;
    return rollup;
  };

  return {
    group: (labels) => {
      const { breaker, provider, operation, model } = labels;
      const tags = labels.tags.map(([name, value]) => [name, value] as const);
      const key = JSON.stringify([breaker, provider, operation, model, tags]);
      return { labels: { ...labels, tags }, key, last: null };
    },

    at(group, atMs) {
      const hourMs = hourOf(atMs);
      const { last } = group;
      if (last !== null && last.hourMs === hourMs && !last.isGone) return last;
      return find(group, hourMs);
    },

    *all() {
      for (const rollups of hours.values()) yield* rollups.values();
    },

    report({ by, sinceMs }) {
      const fromMs = sinceMs === null ? -Infinity : hourOf(sinceMs);
      const total = zeroFigures();
      const groups = new Map<string | null, Figures>();
      for (const [hourMs, rollups] of hours) {
        if (hourMs < fromMs) continue;
        for (const rollup of rollups.values()) {
          addFigures(total, rollup);
          const group = groupOf(rollup.labels, by);
          let figures = groups.get(group);
          if (figures === undefined) groups.set(group, (figures = zeroFigures()));
          addFigures(figures, rollup);
        }
      }
      const rows = [...groups].map(([group, figures]) => ({ group, ...figures }));
      return { rows: rows.sort(dearestFirst), total: { group: null, ...total } };
    },

    spendByHour: (queries) =>
      queries.map(({ scope, sinceMs }) => {
        const fromMs = sinceMs === null ? -Infinity : hourOf(sinceMs);
        const spent: SpendHour[] = [];
        for (const [hourMs, rollups] of hours) {
          if (hourMs < fromMs) continue;
          let costNanoUsd = 0;
          for (const rollup of rollups.values()) {
            if (!isInScope(rollup.labels, scope)) continue;
            costNanoUsd = sumNanoUsd(costNanoUsd, rollup.costNanoUsd);
          }
          if (costNanoUsd > 0) spent.push({ hourMs, costNanoUsd });
        }
        return spent.sort((a, b) => a.hourMs - b.hourMs);
      }),
  };
}

const hourOf = (atMs: number): number => Math.floor(atMs / HOUR_MS) * HOUR_MS;

const groupOf = (labels: LedgerLabels, by: CostReportQuery['by']): string | null => {
  if (by === 'none') return null;
  if (by === 'breaker' || by === 'operation' || by === 'model' || by === 'provider') {
    return labels[by];
  }
  const wanted = by.slice('tag:'.length);
  return labels.tags.find(([name]) => name === wanted)?.[1] ?? null;
};

const dearestFirst = (a: CostReportRow, b: CostReportRow): number =>
  b.costNanoUsd - a.costNanoUsd || (String(a.group) < String(b.group) ? -1 : 1);

const zeroFigures = (): Figures => ({
  callCount: 0,
  succeededCount: 0,
  costNanoUsd: 0,
  expectedNanoUsd: 0,
  assumedCount: 0,
  inputTokens: 0,
  outputTokens: 0,
  refusedCount: 0,
  refusedNanoUsd: 0,
  outsideNanoUsd: 0,
  billedNanoUsd: 0,
});

function addFigures(sum: Figures, more: Figures): void {
  sum.callCount += more.callCount;
  sum.succeededCount += more.succeededCount;
  sum.costNanoUsd = sumNanoUsd(sum.costNanoUsd, more.costNanoUsd);
  sum.expectedNanoUsd = sumNanoUsd(sum.expectedNanoUsd, more.expectedNanoUsd);
  sum.assumedCount += more.assumedCount;
  sum.inputTokens += more.inputTokens;
  sum.outputTokens += more.outputTokens;
  sum.refusedCount += more.refusedCount;
  sum.refusedNanoUsd = sumNanoUsd(sum.refusedNanoUsd, more.refusedNanoUsd);
  sum.outsideNanoUsd = sumNanoUsd(sum.outsideNanoUsd, more.outsideNanoUsd);
  sum.billedNanoUsd = sumNanoUsd(sum.billedNanoUsd, more.billedNanoUsd);
}
