/**
 * What the page knows of the board, as signals. One stream of server-sent events feeds them
 * (stream.ts); the view in the address decides which of them are fed.
 */
import { batch, signal, type ReadonlySignal } from '@preact/signals';

import { BoardRows, type BoardRow } from '../inspector/board-rows.ts';
import {
  TAPE_MAX,
  type BoardSummary,
  type BoardUpdate,
  type BreakerUpdate,
  type CoverageUpdate,
  type MoneyUpdate,
  type TapeEntry,
} from '../inspector/protocol.ts';

/** `lost`: the server does not answer; the page keeps trying. */
export type Link = 'connecting' | 'live' | 'lost';

/** The breaker in view, with its whole tape (at most TAPE_MAX, oldest first). */
export interface WatchedBreaker extends Omit<BreakerUpdate, 'isWhole' | 'tape'> {
  readonly tape: readonly TapeEntry[];
}

/** Every breaker's row. The map is one and the same all along; what wraps it is new each time. */
export interface Rows {
  readonly byName: ReadonlyMap<string, BoardRow>;
  /** Grows whenever a breaker came or went. */
  readonly membersVersion: number;
  /** Whether the server has told of them yet. */
  readonly isKnown: boolean;
}

export interface Feed {
  readonly link: ReadonlySignal<Link>;
  readonly summary: ReadonlySignal<BoardSummary | null>;
  /** Told of in the view `board` only; what was told stays when another view is opened. */
  readonly rows: ReadonlySignal<Rows>;
  readonly breaker: ReadonlySignal<WatchedBreaker | null>;
  readonly money: ReadonlySignal<MoneyUpdate | null>;
  readonly coverage: ReadonlySignal<CoverageUpdate | null>;
  /** Wall-clock milliseconds of the server, moving on each second: for countdowns. */
  readonly nowMs: ReadonlySignal<number>;
}

const link = signal<Link>('connecting');
const summary = signal<BoardSummary | null>(null);
const known = new BoardRows();
const rows = signal<Rows>({ byName: known.byName, membersVersion: 0, isKnown: false });
const breaker = signal<WatchedBreaker | null>(null);
const money = signal<MoneyUpdate | null>(null);
const coverage = signal<CoverageUpdate | null>(null);
const nowMs = signal(Date.now());

export const feed: Feed = { link, summary, rows, breaker, money, coverage, nowMs };

/** How far the server's clock is ahead of this one. */
let aheadMs = 0;

/** For stream.ts and ticks.ts: what arrives, told to the signals. */
export const tell = {
  link(state: Link): void {
    link.value = state;
  },

  board(update: BoardUpdate): void {
    batch(() => {
      aheadMs = update.summary.atMs - Date.now();
      summary.value = update.summary;
      if (update.rows !== null) putRows(update);
    });
  },

  breaker(update: BreakerUpdate): void {
    const { isWhole, tape, ...rest } = update;
    const before = breaker.peek();
    const isNew = isWhole || before === null || before.name !== update.name;
    const whole = isNew ? tape : [...before.tape, ...tape];
    breaker.value = { ...rest, tape: whole.slice(-TAPE_MAX) };
  },

  money(update: MoneyUpdate): void {
    money.value = update;
  },

  coverage(update: CoverageUpdate): void {
    coverage.value = update;
  },

  /** Another breaker is looked at: what is known of the last one is none of its business. */
  forgetBreaker(name: string): void {
    if (breaker.peek()?.name !== name) breaker.value = null;
  },

  now(): void {
    nowMs.value = Date.now() + aheadMs;
  },
};

function putRows(update: BoardUpdate): void {
  const { membersVersion, isKnown } = rows.peek();
  const { hasNewMembers, hasChanged } = known.take(update);
  const isNew = hasNewMembers || !isKnown;
  if (!isNew && !hasChanged) return;
  const { byName } = known;
  rows.value = { byName, membersVersion: membersVersion + (isNew ? 1 : 0), isKnown: true };
}
