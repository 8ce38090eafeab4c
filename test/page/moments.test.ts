/** A breaker as it was after one event of its tape, and what the page keeps of the feed. */
import { expect, test } from 'vitest';

import {
  TAPE_MAX,
  type BoardUpdate,
  type BreakerRow,
  type BreakerUpdate,
  type TapeEntry,
} from '../../visualizations/inspector/protocol.ts';
import { choose, contextBefore, momentOf } from '../../visualizations/page/breaker/moment.ts';
import { feed, tell, type WatchedBreaker } from '../../visualizations/page/feed.ts';

const entry = (seq: number, taken: readonly string[]): TapeEntry => ({
  seq,
  atMs: seq,
  event: { type: 'trip' },
  from: 'closed',
  to: 'closed',
  taken,
  isIgnored: taken.length === 0,
  activeIds: [`after ${seq}`],
  context: { seq },
  changed: [],
});

const update = (more: Partial<BreakerUpdate>): BreakerUpdate => ({
  name: 'a',
  isThere: true,
  snapshot: null,
  activeIds: ['now'],
  context: { seq: 'now' },
  explanation: '',
  options: [],
  enabled: [],
  reservedNanoUsd: null,
  row: null,
  isWhole: false,
  tape: [],
  hits: {},
  ...more,
});

const TAPE = [entry(3, ['x']), entry(4, ['x', 'y']), entry(5, []), entry(7, ['y'])];
const BREAKER: WatchedBreaker = { ...update({}), tape: TAPE, hits: { x: 5, y: 2 } };

test('now shows the last event that took a transition, and all hits', () => {
  const moment = momentOf({ ...BREAKER, tape: TAPE.slice(0, 3) }, null);
  expect(moment).toMatchObject({ activeIds: ['now'], taken: ['x', 'y'], takenSeq: 4 });
  expect(Object.fromEntries(moment.hits)).toEqual({ x: 5, y: 2 });
});

test('a moment of the past takes back the hits of what came after it, its own not', () => {
  const at = (seq: number) => momentOf(BREAKER, choose(TAPE, seq));
  expect(Object.fromEntries(at(4).hits)).toEqual({ x: 5, y: 1 });
  expect(Object.fromEntries(at(3).hits)).toEqual({ x: 4 });
  expect(at(5)).toMatchObject({ activeIds: ['after 5'], context: { seq: 5 }, taken: [] });
});

test('what was before an event is known only where the tape has the one before it', () => {
  expect(TAPE.map((_, index) => contextBefore(TAPE, index))).toEqual([
    null,
    { seq: 3 },
    { seq: 4 },
    null,
  ]);
  expect(choose(TAPE, 6)).toBe(null);
});

test('a tape goes on, begins anew when it is whole, and keeps its bound', () => {
  const seqs = () => feed.breaker.value?.tape.map(({ seq }) => seq) ?? [];
  tell.breaker(update({ isWhole: true, tape: [entry(0, []), entry(1, [])] }));
  tell.breaker(update({ tape: [entry(2, [])] }));
  expect(seqs()).toEqual([0, 1, 2]);
  tell.breaker(update({ isWhole: true, tape: [entry(9, [])] }));
  expect(seqs()).toEqual([9]);
  tell.breaker(update({ name: 'b', tape: [entry(1, [])] }));
  expect(seqs()).toEqual([1]);
  tell.breaker(
    update({ name: 'b', tape: Array.from({ length: TAPE_MAX }, (_, at) => entry(2 + at, [])) }),
  );
  expect([seqs().length, seqs()[0]]).toEqual([TAPE_MAX, 2]);
  tell.forgetBreaker('b');
  expect(seqs()).toHaveLength(TAPE_MAX);
  tell.forgetBreaker('a');
  expect(feed.breaker.value).toBe(null);
});

test('rows come and go; only then are there other members', () => {
  const board = (names: string[] | null, gone: string[] = [], isWhole = false): number => {
    const rows = names?.map((name) => ({ name, number: name.charCodeAt(0) }) as BreakerRow) ?? null;
    const rest = { passed: [], traffic: [], nowMs: 0, sinceMs: 0, summary: { atMs: 0 } as never };
    tell.board({ isWhole, rows, gone, ...rest } satisfies BoardUpdate);
    return feed.rows.value.membersVersion;
  };
  const known = () => [...feed.rows.value.byName.keys()];
  board(null);
  expect(feed.rows.value.isKnown).toBe(false);
  const first = board(['a', 'b'], [], true);
  expect(board(['a'])).toBe(first);
  expect(board([], ['nobody'])).toBe(first);
  expect(board(['c'], ['a'])).toBe(first + 1);
  expect(known()).toEqual(['b', 'c']);
  // One that went and came back meanwhile is there.
  board(['b'], ['b']);
  expect(known().toSorted()).toEqual(['b', 'c']);
  board(['d'], [], true);
  expect(known()).toEqual(['d']);
});
