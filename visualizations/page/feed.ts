/**
 * What the page knows of the board, as signals. One stream of server-sent events feeds them; the
 * view in the address decides which of them are fed.
 */
import { signal, type ReadonlySignal } from '@preact/signals';

import type {
  BoardSummary,
  BreakerRow,
  BreakerUpdate,
  CoverageUpdate,
  MoneyUpdate,
  TapeEntry,
} from '../inspector/protocol.ts';

/** `lost`: the server does not answer; the browser keeps trying. */
export type Link = 'connecting' | 'live' | 'lost';

/** The breaker in view, with its whole tape (at most TAPE_MAX, oldest first). */
export interface WatchedBreaker extends Omit<BreakerUpdate, 'isWhole' | 'tape'> {
  readonly tape: readonly TapeEntry[];
}

export interface Feed {
  readonly link: ReadonlySignal<Link>;
  readonly summary: ReadonlySignal<BoardSummary | null>;
  /** By name. A new map whenever one of them changed. */
  readonly rows: ReadonlySignal<ReadonlyMap<string, BreakerRow>>;
  readonly breaker: ReadonlySignal<WatchedBreaker | null>;
  readonly money: ReadonlySignal<MoneyUpdate | null>;
  readonly coverage: ReadonlySignal<CoverageUpdate | null>;
  /** Wall-clock milliseconds of the server, moving on between updates: for countdowns. */
  readonly nowMs: ReadonlySignal<number>;
}

export const feed: Feed = {
  link: signal('connecting'),
  summary: signal(null),
  rows: signal(new Map()),
  breaker: signal(null),
  money: signal(null),
  coverage: signal(null),
  nowMs: signal(0),
};
