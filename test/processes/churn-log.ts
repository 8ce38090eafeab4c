/** What a churning program says of itself in its log, and what of it must be in the store. */
import type { BreakerRow } from '../../persistence/store.ts';

/** A turn of the event loop begins. */
export interface TurnLine {
  readonly turn: number;
  /** Monotonic milliseconds. */
  readonly atMs: number;
}

/** A breaker came to a state. */
export interface StateLine {
  /** The turn that began last. */
  readonly turn: number;
  /** Whether the turn did that; if not, a timer did after it. */
  readonly isTurn: boolean;
  readonly row: BreakerRow;
}

export type LogLine = TurnLine | StateLine;

const isState = (line: LogLine): line is StateLine => 'row' in line;

/** A log's lines; the last one is left out when the process died while writing it. */
export const parseLog = (text: string): LogLine[] =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);

/** Rows by breaker, as texts that are equal when every field is. */
export type Rows = ReadonlyMap<string, string>;

export const rowsByName = (rows: readonly BreakerRow[]): Rows =>
  new Map(rows.map((row) => [row.name, textOf(row)]));

const textOf = (row: BreakerRow): string =>
  JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Where in a log its program and the store agree; positions are numbers of lines. */
export interface Agreement {
  /** The store may not be older than this. */
  readonly atLeast: number;
  /** The last position after which every breaker was in the state that is stored; null if none. */
  readonly found: number | null;
  /** The position of the last state. */
  readonly last: number;
}

/**
 * Compares what is stored with a program's log. Whatever a board owes is written in one
 * transaction between two turns, so all rows together must be the states of one such moment, and
 * not only each row one that was.
 */
export function agreementOf(before: Rows, log: readonly LogLine[], stored: Rows): Agreement {
  const current = new Map(before);
  const names = new Set([...before.keys(), ...stored.keys()]);
  for (const line of log) if (isState(line)) names.add(line.row.name);
  const differing = new Set([...names].filter((name) => before.get(name) !== stored.get(name)));
  let found = differing.size === 0 ? 0 : null;
  let last = 0;
  log.forEach((line, index) => {
    if (isState(line)) {
      const { row } = line;
      last = index + 1;
      current.set(row.name, textOf(row));
      if (current.get(row.name) === stored.get(row.name)) differing.delete(row.name);
      else differing.add(row.name);
    }
    if (differing.size === 0 && !goesOn(line, log[index + 1])) found = index + 1;
  });
  return { atLeast: Math.max(urgentlyKept(log), keptBehind(log)), found, last };
}

/** Whether the same turn did both, so that nothing can have been written in between. */
const goesOn = (line: LogLine, next: LogLine | undefined): boolean =>
  isState(line) && line.isTurn && next !== undefined && isState(next) && next.isTurn;

/** An open breaker is written at the end of its turn, together with all that is owed. */
function urgentlyKept(log: readonly LogLine[]): number {
  let kept = 0;
  let isUrgent = false;
  log.forEach((line, index) => {
    if (isState(line)) isUrgent ||= line.row.state.startsWith('open');
    else {
      if (isUrgent) kept = index;
      isUrgent = false;
    }
  });
  return kept;
}

/** Milliseconds after which even a timer that came late, and in slices, has written. */
const WRITTEN_AFTER_MS = 60;
/** Turns of the event loop in which timers had their chance meanwhile. */
const WRITTEN_AFTER_TURNS = 20;

/** Everything else is written within 10 ms. */
function keptBehind(log: readonly LogLine[]): number {
  const turns = log.flatMap((line, index) => (isState(line) ? [] : [{ index, atMs: line.atMs }]));
  const end = turns.at(-1);
  if (end === undefined) return 0;
  const kept = turns
    .slice(0, -WRITTEN_AFTER_TURNS)
    .findLast(({ atMs }) => atMs < end.atMs - WRITTEN_AFTER_MS);
  return kept?.index ?? 0;
}
