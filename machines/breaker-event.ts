/**
 * What may be believed of an event. Any actor can send one, and TypeScript is not there when it
 * does: a field that is not of its kind is read as if it had not been there, and an event that
 * needs it is ignored. Nothing in here asks a stranger's value for its text or its number.
 */
import {
  LATCHES,
  TRIP_CAUSES,
  type BreakerEvent,
  type Latch,
  type PeerState,
} from './breaker-context.ts';

type Unchecked<T> = { readonly [K in keyof T]?: unknown };

const isInstant = (value: unknown): value is number => Number.isFinite(value) && Number(value) >= 0;
const isInstantOrNull = (value: unknown): boolean => value === null || isInstant(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isCause = (value: unknown): boolean => (TRIP_CAUSES as readonly unknown[]).includes(value);

/** Wall-clock milliseconds of an event; 0 where it names none. */
export const instantOf = (event: BreakerEvent): number =>
  'atMs' in event && isInstant(event.atMs) ? event.atMs : 0;

/** The text, or what stands in for it. */
export const textOf = (value: unknown, otherwise: string): string =>
  typeof value === 'string' ? value : otherwise;

/** Whether an outcome says what its kind has to say. */
export function isOutcome(event: BreakerEvent): boolean {
  switch (event.type) {
    case 'trip':
    case 'probe.failed':
      return isInstant(event.atMs) && isInstant(event.probeAtMs) && isCause(event.cause);
    case 'rate_limited':
      return isInstant(event.atMs) && isInstant(event.probeAtMs);
    case 'probe.succeeded':
      return isCount(event.needed);
    default:
      return true;
  }
}

/** Whether a peer's state is one that a breaker can be in. */
export function isPeerState(peer: Unchecked<PeerState>): boolean {
  return (
    isCount(peer.operatorEpoch) &&
    isInstantOrNull(peer.probeAtMs) &&
    isInstantOrNull(peer.trippedAtMs) &&
    isCount(peer.tripCount) &&
    (peer.cause === null || isCause(peer.cause)) &&
    Array.isArray(peer.latches) &&
    peer.latches.every(isLatch) &&
    new Set(peer.latches.map(({ name }) => name)).size === peer.latches.length
  );
}

function isLatch(latch: unknown): latch is Latch {
  if (typeof latch !== 'object' || latch === null) return false;
  const { name, reason, by, atMs } = latch as Unchecked<Latch>;
  return (
    (LATCHES as readonly unknown[]).includes(name) &&
    typeof reason === 'string' &&
    typeof by === 'string' &&
    isInstant(atMs)
  );
}
