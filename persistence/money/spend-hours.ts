/**
 * What was spent hour by hour, of whichever calls: made of the sums by hour and labels. Labels are
 * read once each, whatever the number of hours and of questions.
 */
import { sumNanoUsd } from '../../services/cost/money.ts';
import type { SpendHour, SpendQuery } from '../cost-report.ts';
import { isInScope } from '../spend-scope.ts';
import type { Books } from './books.ts';
import { groupLabels } from './places.ts';
import { HOUR_MS, hourOf } from './rollups.ts';

/** Sums that are in memory at once. */
const SLICE_ROWS = 20_000;

export type SpendByHour = (queries: readonly SpendQuery[]) => SpendHour[][];

export function spendHours({ file, ask }: Books): SpendByHour {
  const selectLabels = file
    .prepare(
      `SELECT id, labels FROM labels
       WHERE id IN (SELECT labels FROM rollups WHERE hour >= ? AND cost_nano_usd > 0)`,
    )
    .raw();
  const selectHours = file
    .prepare(
      `SELECT hour, labels, cost_nano_usd FROM rollups
       WHERE (hour, labels) > (?, ?) ORDER BY hour, labels LIMIT ${SLICE_ROWS}`,
    )
    .raw();

  return (queries) => {
    if (queries.length === 0) return [];
    const froms = queries.map(({ sinceMs }) =>
      sinceMs === null ? Number.MIN_SAFE_INTEGER : hourOf(sinceMs),
    );
    const from = Math.min(...froms);
    const concerned = new Map<number, readonly number[]>();
    for (const [id, text] of ask(() => selectLabels.all(from)) as [number, string][]) {
      const labels = groupLabels(text);
      const places = queries.flatMap(({ scope }, place) =>
        isInScope(labels, scope) ? [place] : [],
      );
      if (places.length > 0) concerned.set(id, places);
    }
    const sums = queries.map(() => new Map<number, number>());
    const add = (hour: number, labels: number, costNanoUsd: number): void => {
      if (costNanoUsd === 0) return;
      for (const place of concerned.get(labels) ?? []) {
        if (hour < (froms[place] as number)) continue;
        const sum = sums[place] as Map<number, number>;
        sum.set(hour, sumNanoUsd(sum.get(hour) ?? 0, costNanoUsd));
      }
    };
    let last: readonly [hour: number, labels: number] | null = [from, -1];
    while (last !== null) {
      const [hour, labels] = last;
      const rows = ask(() => selectHours.all(hour, labels)) as [number, number, number][];
      for (const row of rows) add(...row);
      const end = rows.at(-1);
      last = end === undefined || rows.length < SLICE_ROWS ? null : [end[0], end[1]];
    }
    return sums.map((sum) =>
      [...sum].map(([hour, costNanoUsd]) => ({ hourMs: hour * HOUR_MS, costNanoUsd })),
    );
  };
}
