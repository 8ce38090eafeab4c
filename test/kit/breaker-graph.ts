/**
 * What generating paths needs to know of the built-in breaker: its events with payloads that fit
 * the state they are sent in, and which of its states are the same. Generations and instants grow
 * for ever, so no two states would ever be equal without it.
 *
 *   generatePaths(breakerMachine, breakerGraph)
 *
 * Fits `@xstate/graph`'s own functions too.
 */
import type { AnyMachineSnapshot, EventObject, SnapshotFrom } from 'xstate';

import type { BreakerContext, BreakerEvent } from '../../machines/breaker-context.ts';
import type { BreakerMachine } from '../../machines/breaker.ts';
import { numberOption } from '../../services/check.ts';
import { breakerCases } from './breaker-cases.ts';
import { eventLabel } from './event-cases.ts';
import { nameOf, stateName } from '../../machines/transitions.ts';
import type { StepToTell } from './path-strategies.ts';

export interface BreakerGraph {
  /** Every event in every variant that makes a difference, for a given state. */
  readonly events: (snapshot: SnapshotFrom<BreakerMachine>) => readonly BreakerEvent[];
  /** The state and what guards look at; no generation, no instants, no epochs. */
  readonly serializeState: (snapshot: SnapshotFrom<BreakerMachine>) => string;
  /** The event and its variant: `trip`, `trip (stale)`, `probe.due (early)`. */
  readonly serializeEvent: (event: EventObject) => string;
  /**
   * Each transition once from every state and for every effect on a trip and its probes; each
   * event that does nothing once in every state.
   */
  readonly sameStep: (step: StepToTell) => string;
  readonly limit: number;
}

export interface BreakerGraphOptions {
  /**
   * As the breaker's option. With 1 there is no probe after which another one is needed. @default 2
   */
  readonly probesNeeded?: number;
  /** Wall-clock milliseconds of what happens. @default some instant in 2023, for ever */
  readonly nowMs?: () => number;
}

/** Where a virtual clock starts, too. */
const BASE_MS = 1_700_000_000_000;

/** How far the breaker has come in finding out whether its dependency is back. */
function trial({ context }: AnyMachineSnapshot): string {
  const { probeAtMs, probesSucceeded } = context as BreakerContext;
  return `${probeAtMs === null ? 'no trip' : 'tripped'}, ${probesSucceeded > 0 ? 'probed' : 'not probed'}`;
}

/** The built-in breaker's graph for its options. @throws FuseboardError invalid_option */
export function createBreakerGraph(options: BreakerGraphOptions = {}): BreakerGraph {
  const range = { min: 1, max: 100, integer: true };
  const needed = numberOption('breakerGraph.probesNeeded', options.probesNeeded, range, 2);
  const { nowMs = () => BASE_MS } = options;
  const labels = new WeakMap<EventObject, string>();
  return {
    events: (snapshot) =>
      breakerCases(snapshot, needed, nowMs()).map(([event, variant]) => {
        labels.set(event, variant === undefined ? event.type : `${event.type} (${variant})`);
        return event;
      }),
    serializeState: ({ value, context }) =>
      [
        stateName(value),
        `budget ${context.budget}`,
        `latches ${context.latches.map(({ name }) => name).join('+') || 'none'}`,
        `probes ${Math.min(context.probesSucceeded, needed - 1)}`,
        context.probeAtMs === null ? 'no trip' : 'tripped',
      ].join(', '),
    serializeEvent: (event) => labels.get(event) ?? eventLabel(event),
    sameStep: ({ from, to, label, transitions }) => {
      const words = transitions.length > 0 ? [...transitions, trial(from), trial(to)] : [label];
      return [nameOf(from), ...words].join(' | ');
    },
    limit: 50_000,
  };
}

/** The built-in breaker's graph when two probes must succeed. */
export const breakerGraph: BreakerGraph = createBreakerGraph();
