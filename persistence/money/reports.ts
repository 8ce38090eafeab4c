/** Reports on the ledger, made of the sums by hour: no row is read, however many there are. */
import type { CostReport, CostReportQuery, CostReportRow } from '../cost-report.ts';
import type { Books } from './books.ts';
import { groupLabels } from './places.ts';
import { addRollup, emptyRollup, hourOf, ROLLUP_SUMS, type Rollup } from './rollups.ts';

export type Report = (query: CostReportQuery) => CostReport;

export function reports({ file, ask }: Books): Report {
  const max = Number.MAX_SAFE_INTEGER;
  const sums = ROLLUP_SUMS.map((name) => `min(total(r.${name}), ${max})`).join(', ');
  const select = file
    .prepare(
      `SELECT l.labels, ${sums}
       FROM rollups r JOIN labels l ON l.id = r.labels
       WHERE r.hour >= ? GROUP BY r.labels`,
    )
    .raw();

  return ({ by, sinceMs }) => {
    const fromHour = sinceMs === null ? -max : hourOf(sinceMs);
    const total = emptyRollup();
    const groups = new Map<string | null, Rollup>();
    for (const row of ask(() => select.all(fromHour)) as [string, ...number[]][]) {
      const [labels, ...values] = row;
      const sum = emptyRollup();
      ROLLUP_SUMS.forEach((name, place) => (sum[name] = values[place] ?? 0));
      const group = groupOf(labels, by);
      let known = groups.get(group);
      if (known === undefined) groups.set(group, (known = emptyRollup()));
      addRollup(known, sum);
      addRollup(total, sum);
    }
    const rows = [...groups].map(([group, sum]) => reportRow(group, sum));
    return { rows: rows.sort(dearestFirst), total: reportRow(null, total) };
  };
}

function groupOf(text: string, by: CostReportQuery['by']): string | null {
  if (by === 'none') return null;
  const labels = groupLabels(text);
  if (by === 'breaker' || by === 'operation' || by === 'model' || by === 'provider') {
    return labels[by];
  }
  const wanted = by.slice('tag:'.length);
  return labels.tags.find(([name]) => name === wanted)?.[1] ?? null;
}

const reportRow = (group: string | null, sum: Rollup): CostReportRow => ({
  group,
  callCount: sum.call_count,
  succeededCount: sum.succeeded_count,
  costNanoUsd: sum.cost_nano_usd,
  expectedNanoUsd: sum.expected_nano_usd,
  assumedCount: sum.assumed_count,
  inputTokens: sum.input_tokens,
  outputTokens: sum.output_tokens,
  refusedCount: sum.refused_count,
  refusedNanoUsd: sum.refused_nano_usd,
  outsideNanoUsd: sum.outside_nano_usd,
  billedNanoUsd: sum.billed_nano_usd,
});

const dearestFirst = (a: CostReportRow, b: CostReportRow): number =>
  b.costNanoUsd - a.costNanoUsd || (String(a.group) < String(b.group) ? -1 : 1);
