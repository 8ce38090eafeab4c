/**
 * The inward end of the bus: an Observer for outcomes of calls that the board did not make
 * itself. Whatever comes in, the Observer survives: a bad event is refused with a fact.
 */
import type { Observer } from 'rxjs';

import type { CostEvent } from './cost/cost-events.ts';
import { isFuseboardError } from './errors.ts';
import { errorNameOf, type FactBody } from './facts.ts';
import { OUTCOMES, type Outcome, type Verdict } from './outcome.ts';

/** What another service, a health check or a queue knows about a call. */
export interface OutcomeEvent {
  readonly kind: 'outcome';
  /** Identifies the event: one that was seen before changes nothing. 1 to 256 characters. */
  readonly id: string;
  /** Name of the breaker it concerns. */
  readonly breaker: string;
  readonly outcome: Outcome;
  /** Wall-clock milliseconds of the call's end. @default now */
  readonly atMs?: number;
  /** Milliseconds. @default 0 */
  readonly durationMs?: number;
  /** Wall-clock milliseconds before which the provider wants no call. */
  readonly retryAtMs?: number;
}

export type IngestEvent = OutcomeEvent | CostEvent;

export interface IngestOptions {
  readonly publish: (fact: FactBody) => void;
  /** Counts an outcome that is valid and new. */
  readonly count: (event: OutcomeEvent, verdict: Verdict) => void;
  /** Books a cost, once for each id. Throws for a bad one. */
  readonly book: (event: CostEvent) => void;
}

/** Event ids remembered against repetition; beyond them the oldest are forgotten. */
const IDS_MAX = 100_000;
const TEXT_MAX = 256;
/** The last instant that a Date can be. */
const MS_MAX = 8.64e15;

export function createIngest(options: IngestOptions): Observer<IngestEvent> {
  const { publish } = options;
  const seen = new Set<string>();
  const refuse = (problem: string): void => publish({ type: 'ingest.refused', problem });

  const take = (event: OutcomeEvent): void => {
    if (seen.has(event.id)) return;
    const { outcome, retryAtMs } = event;
    options.count(event, retryAtMs === undefined ? { outcome } : { outcome, retryAtMs });
    seen.add(event.id);
    if (seen.size > IDS_MAX) seen.delete(seen.values().next().value as string);
  };

  return {
    next(event) {
      const read = copyOf(event);
      if (typeof read === 'string') return refuse(read);
      try {
        if (read.kind === 'cost') options.book(read);
        else take(read);
      } catch (error) {
        // Such as a breaker that a full registry cannot take.
        refuse(isFuseboardError(error) ? error.message : `failed: ${errorNameOf(error)}`);
      }
    },
    error(error) {
      publish({ type: 'ingest.source_failed', errorName: errorNameOf(error) });
    },
    complete() {},
  };
}

/** The event with each of its fields read once, or what is wrong with it. */
function copyOf(event: unknown): IngestEvent | string {
  if (typeof event !== 'object' || event === null) return 'an event must be an object';
  try {
    if ((event as IngestEvent).kind === 'cost') return { ...(event as CostEvent), kind: 'cost' };
    const { kind, id, breaker, outcome, atMs, durationMs, retryAtMs } = event as Fields;
    const fields = { kind, id, breaker, outcome, atMs, durationMs, retryAtMs };
    return problemOf(fields) ?? (fields as OutcomeEvent);
  } catch (error) {
    return `unreadable: ${errorNameOf(error)}`;
  }
}

type Fields = { readonly [K in keyof OutcomeEvent]?: unknown };

/** What is wrong with an event; null when nothing is. */
function problemOf({ kind, id, breaker, outcome, ...instants }: Fields): string | null {
  if (kind !== 'outcome') return `kind must be 'outcome' or 'cost', got ${kindOf(kind)}`;
  if (!isText(id)) return `id must be a string of 1 to ${TEXT_MAX} characters, got ${kindOf(id)}`;
  if (!isText(breaker)) {
    return `breaker must be a string of 1 to ${TEXT_MAX} characters, got ${kindOf(breaker)}`;
  }
  if (!(OUTCOMES as readonly unknown[]).includes(outcome)) {
    return `outcome must be one of ${OUTCOMES.join(', ')}, got ${kindOf(outcome)}`;
  }
  for (const [field, value] of Object.entries(instants)) {
    if (value !== undefined && !(typeof value === 'number' && value >= 0 && value <= MS_MAX)) {
      return `${field} must be milliseconds from 0 to ${MS_MAX}, got ${kindOf(value)}`;
    }
  }
  return null;
}

const isText = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= TEXT_MAX;

/** Says what came without repeating it: an event's content may be anybody's. */
const kindOf = (value: unknown): string => {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  return value === null ? 'null' : typeof value;
};
