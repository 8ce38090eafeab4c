/**
 * What the ledger's rows add up to, by hour and labels, kept while rows are written. Reports read
 * these and never a row.
 */
import { sumNanoUsd } from '../../services/cost/money.ts';
import type { Books } from './books.ts';

export const HOUR_MS = 3_600_000;

/** Columns of `rollups` that are sums, in order. */
export const ROLLUP_SUMS = [
  'call_count',
  'succeeded_count',
  'cost_nano_usd',
  'expected_nano_usd',
  'assumed_count',
  'input_tokens',
  'output_tokens',
  'refused_count',
  'refused_nano_usd',
  'outside_nano_usd',
  'billed_nano_usd',
] as const;

export type RollupSum = (typeof ROLLUP_SUMS)[number];

/** Sums of one hour and some labels. */
export type Rollup = Record<RollupSum, number>;

/** Full hours since 1970. */
export const hourOf = (atMs: number): number => Math.floor(atMs / HOUR_MS);

/** Sums that are gathered in memory and added to the file at once. */
export interface RollupDelta {
  at(labels: number, atMs: number): Rollup;
  /** Inside a write. */
  save(): void;
}

export function rollupDeltas({ file }: Books): () => RollupDelta {
  const sums = ROLLUP_SUMS.map(
    (name) => `${name} = min(${name} + excluded.${name}, ${Number.MAX_SAFE_INTEGER})`,
  );
  const upsert = file.prepare(
    `INSERT INTO rollups (hour, labels, ${ROLLUP_SUMS.join(', ')})
     VALUES (?, ?, ${ROLLUP_SUMS.map(() => '?').join(', ')})
     ON CONFLICT DO UPDATE SET ${sums.join(', ')}`,
  );

  return () => {
    const hours = new Map<number, Map<number, Rollup>>();
    return {
      at(labels, atMs) {
        const hour = hourOf(atMs);
        let byLabels = hours.get(hour);
        if (byLabels === undefined) hours.set(hour, (byLabels = new Map<number, Rollup>()));
        let rollup = byLabels.get(labels);
        if (rollup === undefined) byLabels.set(labels, (rollup = emptyRollup()));
        return rollup;
      },
      save() {
        for (const [hour, byLabels] of hours) {
          for (const [labels, rollup] of byLabels) {
            upsert.run(hour, labels, ...ROLLUP_SUMS.map((name) => rollup[name]));
          }
        }
      },
    };
  };
}

export const emptyRollup = (): Rollup => ({
  call_count: 0,
  succeeded_count: 0,
  cost_nano_usd: 0,
  expected_nano_usd: 0,
  assumed_count: 0,
  input_tokens: 0,
  output_tokens: 0,
  refused_count: 0,
  refused_nano_usd: 0,
  outside_nano_usd: 0,
  billed_nano_usd: 0,
});

export function addRollup(sum: Rollup, more: Rollup): void {
  for (const name of ROLLUP_SUMS) sum[name] = sumNanoUsd(sum[name], more[name]);
}
