/** A board's status as its store has it: states, not calls, which only the board itself counts. */
import type { BreakerRow, BoardState } from '../../persistence/store.ts';
import type { CostReport, CostReportQuery } from '../../persistence/cost-report.ts';
import { statusOf } from '../../services/breaker-view.ts';
import { shortReason } from '../../services/short-reason.ts';
import { byAttention, type Status, type StatusRow } from './status.ts';

/** A store, to be looked at. */
export interface StoredBoard {
  breakers(): {
    readonly rows: readonly BreakerRow[];
    readonly damages: readonly { readonly name: string }[];
  };
  board(): BoardState;
  report(query: CostReportQuery): CostReport;
}

const DAY_MS = 86_400_000;

export function statusOfStore(store: string, stored: StoredBoard, nowMs: number): Status {
  const { rows, damages } = stored.breakers();
  const { emergency } = stored.board();
  const costs = stored.report({ by: 'breaker', sinceMs: nowMs - DAY_MS });
  const spent = new Map(costs.rows.map(({ group, costNanoUsd }) => [group, costNanoUsd]));
  const known = new Set(rows.map(({ name }) => name));
  const others = costs.rows.flatMap(({ group }) =>
    group === null || known.has(group) ? [] : [group],
  );
  const breakers = [
    ...rows.map((row) => rowOf(row, spent.get(row.name) ?? null, nowMs)),
    // It never left this state, or nobody would know it from its costs alone.
    ...others.map((breaker) => ({ breaker, ...QUIET, spentNanoUsd: spent.get(breaker) ?? null })),
  ];
  return {
    source: store,
    atMs: nowMs,
    health: null,
    reasons: damages.map(({ name }) => `The row of breaker "${name}" cannot be read.`),
    emergency: emergency === null ? null : { by: emergency.by, reason: emergency.reason },
    breakers: breakers.sort(byAttention),
  };
}

const QUIET = {
  state: 'closed',
  path: 'closed',
  reason: '',
  probeAtMs: null,
  changedAtMs: null,
  callsPerS: null,
  failedPerS: null,
  refusedPerS: null,
} as const satisfies Omit<StatusRow, 'breaker' | 'spentNanoUsd'>;

function rowOf(row: BreakerRow, spentNanoUsd: number | null, nowMs: number): StatusRow {
  const { name: breaker, state: path, probeAtMs, changedAtMs } = row;
  const state = statusOf(path);
  return {
    breaker,
    ...QUIET,
    state,
    path,
    reason: reasonOf(row, nowMs),
    probeAtMs,
    changedAtMs,
    spentNanoUsd,
  };
}

function reasonOf({ state, cause, latches, probeAtMs }: BreakerRow, nowMs: number): string {
  const reason = shortReason({ path: state, cause, latches });
  // A board moves on with its next call; a store alone does not.
  const isDue = state === 'open.cooling' && probeAtMs !== null && probeAtMs <= nowMs;
  return isDue ? `${reason || 'it tripped'}; its probe is due` : reason;
}
