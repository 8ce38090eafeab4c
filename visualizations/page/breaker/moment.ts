/**
 * What the view shows of a breaker: how it is now, or how it was after one event of its tape. A
 * moment that somebody chose stays, also when the tape has moved past it.
 */
import type { JsonObject, TapeEntry } from '../../inspector/protocol.ts';
import type { WatchedBreaker } from '../feed.ts';

/** An event that somebody chose to look at. */
export interface Chosen {
  readonly entry: TapeEntry;
  /** The context before it; null where the tape does not reach back so far. */
  readonly before: JsonObject | null;
}

export interface Moment {
  /** The event after which it was so; null for now. */
  readonly chosen: Chosen | null;
  readonly activeIds: readonly string[];
  readonly context: JsonObject | null;
  /** Ids of the transitions that led here. */
  readonly taken: readonly string[];
  /** Counts the events that led here: another number, another way. */
  readonly takenSeq: number;
  readonly hits: ReadonlyMap<string, number>;
}

/** The entry of that number, with what was before it; null when it is not on the tape. */
export function choose(tape: readonly TapeEntry[], seq: number): Chosen | null {
  const index = tape.findIndex((entry) => entry.seq === seq);
  const entry = tape[index];
  return entry === undefined ? null : { entry, before: contextBefore(tape, index) };
}

/** The context before an entry; null where the tape does not know. */
export function contextBefore(tape: readonly TapeEntry[], index: number): JsonObject | null {
  const [before, entry] = [tape[index - 1], tape[index]];
  return before === undefined || before.seq + 1 !== entry?.seq ? null : before.context;
}

export function momentOf(breaker: WatchedBreaker, chosen: Chosen | null): Moment {
  const { tape } = breaker;
  const last = chosen?.entry ?? tape.findLast(({ isIgnored }) => !isIgnored);
  const hits = new Map(Object.entries(breaker.hits));
  if (chosen !== null) {
    for (const { seq, taken } of tape) {
      if (seq > chosen.entry.seq) for (const id of taken) less(hits, id);
    }
  }
  return {
    chosen,
    activeIds: chosen?.entry.activeIds ?? breaker.activeIds,
    context: chosen?.entry.context ?? breaker.context,
    taken: last?.taken ?? [],
    takenSeq: last?.seq ?? -1,
    hits,
  };
}

function less(hits: Map<string, number>, id: string): void {
  const count = hits.get(id) ?? 0;
  if (count > 1) hits.set(id, count - 1);
  else hits.delete(id);
}
