/** What the test of many threads and its threads say to each other. */
import type { BreakerContext } from '../../index.ts';

export interface ThreadData {
  /** The board's store. */
  readonly store: string;
  /** From 0. */
  readonly number: number;
}

/** Names of the breakers that all threads share. */
export const SHARED = {
  /** Trips, latches and operators: the last operator decides. */
  operated: ['operated-1', 'operated-2'],
  /** Told to wait, each time and in each thread for another number of hours: the longest holds. */
  waiting: ['waiting-1', 'waiting-2'],
  /** The same, but one thread's key is rejected, which holds longer than any wait. */
  rejected: ['rejected'],
  /** Open for moments, probed and closed: every thread has its own probes. */
  brief: ['brief-1', 'brief-2'],
} as const;

/** Those that stay where they are for hours: where that is, is for the merge rule to say. */
export const LASTING: readonly string[] = [
  ...SHARED.operated,
  ...SHARED.waiting,
  ...SHARED.rejected,
];

/** A thread's own breaker, which never trips. */
export const ownName = (number: number): string => `own-${number}`;

export const CALLERS_EACH = 10;
export const CALLS_EACH = 50;

/** What decides between two rows of one breaker: the operator's epoch, then the later end. */
export interface Standing {
  readonly epoch: number;
  /** Wall-clock milliseconds; Infinity when latched, 0 when nothing holds it. */
  readonly endAtMs: number;
}

export const standingOf = ({
  operatorEpoch,
  latches,
  probeAtMs,
}: Pick<BreakerContext, 'operatorEpoch' | 'latches' | 'probeAtMs'>): Standing => ({
  epoch: operatorEpoch,
  endAtMs: latches.length > 0 ? Infinity : (probeAtMs ?? 0),
});

export const isAbove = (one: Standing, other: Standing): boolean =>
  one.epoch > other.epoch || (one.epoch === other.epoch && one.endAtMs > other.endAtMs);

export type Standings = Readonly<Record<string, Standing>>;

/** How many calls ended how, by breaker and ending. */
export type CallCounts = Readonly<Record<string, number>>;

export type ToThread =
  /** Do everything at once, and report. */
  | { readonly say: 'act' }
  /** Say so when every breaker named has come to where it is named. */
  | { readonly say: 'settle'; readonly at: Standings; readonly epochsOnly: boolean }
  /** Hold every breaker of brief trips open by hand. */
  | { readonly say: 'hold' }
  /** Latch your own breaker, close the board, end. */
  | { readonly say: 'end' };

export type FromThread =
  | { readonly said: 'ready' }
  | {
      readonly said: 'acted';
      /** As its callers counted. */
      readonly counted: CallCounts;
      /** As its board's facts say. */
      readonly told: CallCounts;
      /** What the window of its own breaker holds. */
      readonly window: { readonly calls: number; readonly failures: number } | null;
      /** The highest that each shared breaker ever had in this thread. */
      readonly highest: Standings;
    }
  | { readonly said: 'settled'; readonly states: Readonly<Record<string, string>> }
  | { readonly said: 'held'; readonly highest: Standings };
