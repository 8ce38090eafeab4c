/** The counts of a breaker in words, and the latches in its context. */
import type { Json, JsonObject } from '../../inspector/protocol.ts';
import type { WatchedBreaker } from '../feed.ts';
import { count, instant, money, words } from '../parts/format.ts';
import { clockText } from './time-words.ts';

/** Its name and its value. */
export type FactWords = readonly [name: string, value: string];

const MODES: Readonly<Record<string, string>> = {
  enforce: 'enforce',
  observe: 'observe: refuses nothing',
  off: 'off: counts and refuses nothing',
};

/** Every count, in the order in which a call meets them. */
export function factsOf({ snapshot, reservedNanoUsd }: WatchedBreaker): readonly FactWords[] {
  if (snapshot === null) return [];
  const { window, cause, changedAtMs } = snapshot;
  return [
    ['Failures in a row', count(snapshot.consecutiveFailures)],
    ...(window === null ? [] : [['Window', windowText(window)] as const]),
    ['In flight', count(snapshot.inFlightCount)],
    ['Waiting callers', count(snapshot.waitingCount)],
    ['Probes out', count(snapshot.probesOutCount)],
    ['Probes succeeded', count(snapshot.probesSucceededCount)],
    ...(reservedNanoUsd === null ? [] : [['Reserved', money(reservedNanoUsd)] as const]),
    ['Trips since closed', count(snapshot.tripCount)],
    ['Cause', cause === null ? 'none' : words(cause)],
    ['Generation', count(snapshot.generation)],
    ['Mode', MODES[snapshot.mode] ?? snapshot.mode],
    ['Changed', changedAtMs === 0 ? 'never' : instant(changedAtMs)],
  ];
}

interface Counts {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

const windowText = ({ calls, failures, slow }: Counts): string =>
  `${calls} ${calls === 1 ? 'call' : 'calls'}, ${failures} failed, ${slow} slow`;

export interface LatchWords {
  readonly name: string;
  readonly reason: string;
  readonly by: string;
  readonly since: string;
}

/** The latches, strongest first. Whatever is not of its kind is left out. */
export function latchesOf(context: JsonObject | null): readonly LatchWords[] {
  const latches = context?.['latches'];
  if (!Array.isArray(latches)) return [];
  return (latches as readonly Json[]).flatMap((latch) => {
    if (typeof latch !== 'object' || latch === null || Array.isArray(latch)) return [];
    const { name, reason, by, atMs } = latch as JsonObject;
    return [
      {
        name: textOf(name),
        reason: textOf(reason),
        by: textOf(by),
        since: typeof atMs === 'number' ? clockText(atMs) : '–',
      },
    ];
  });
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '–');
