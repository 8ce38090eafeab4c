/** Which breakers are shown, and in which order. Pure, and quick enough for ten thousand. */
import type { BoardRow } from '../../inspector/board-rows.ts';
import type { BoardQuery, Sort } from './board-query.ts';

/** Place of each name among all: natural order, `svc-2` before `svc-10`. */
export type NameRanks = ReadonlyMap<string, number>;

const collator = new Intl.Collator('en', { numeric: true });

/** Dear for many names: kept until one comes or goes. */
export function rankNames(names: Iterable<string>): NameRanks {
  const sorted = [...names].sort((a, b) => collator.compare(a, b));
  return new Map(sorted.map((name, rank) => [name, rank]));
}

/** Names of the breakers that are asked for, in their order. */
export function arrange(
  rows: Iterable<BoardRow>,
  { text, states, sort }: BoardQuery,
  ranks: NameRanks,
): string[] {
  const wanted = text.trim().toLowerCase();
  const found: BoardRow[] = [];
  for (const row of rows) {
    if (states.length > 0 && !states.includes(row.state)) continue;
    if (wanted !== '' && !has(row, wanted)) continue;
    found.push(row);
  }
  const key = KEYS[sort];
  const rankOf = (row: BoardRow): number => ranks.get(row.name) ?? 0;
  const keyed = found.map((row) => ({ name: row.name, key: key(row), rank: rankOf(row) }));
  keyed.sort((a, b) => a.key - b.key || a.rank - b.rank);
  return keyed.map(({ name }) => name);
}

function has({ name, reason }: BoardRow, wanted: string): boolean {
  return name.toLowerCase().includes(wanted) || reason.toLowerCase().includes(wanted);
}

/** The smaller comes first; among equals names decide. */
const KEYS: Readonly<Record<Sort, (row: BoardRow) => number>> = {
  attention: urgency,
  name: () => 0,
  calls: (row) => -row.callsPerS,
  spend: (row) => -(row.spentNanoUsd ?? 0),
  changed: (row) => -row.changedAtMs,
};

/** Steps, not shades: tiles do not change places with every call that fails. */
function urgency(row: BoardRow): number {
  if (row.isQuarantined) return 0;
  if (row.state === 'open') return 1;
  if (row.state === 'half_open') return 2;
  if (row.state === 'budget_limited') return 3;
  return row.failedPerS > 0 || row.refusedPerS > 0 ? 4 : 5;
}
