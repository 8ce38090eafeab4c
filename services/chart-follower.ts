/**
 * Keeps a breaker in step with its statechart: gate, generation and deadline are set here and
 * nowhere else, by the one listener that hears of every change first.
 */
import type { BreakerEvent } from '../machines/breaker-context.ts';
import type { BreakerRow } from '../persistence/store.ts';
import { probe } from './admission.ts';
import type { BreakerState } from './breaker-state.ts';
import type { Circuit, CircuitState } from './circuit.ts';
import { ADMIT, LIMITED, PROBE, REFUSE } from './gate.ts';
import { RunningCalls } from './running-calls.ts';

/** The chart moved. */
export function follow(
  breaker: BreakerState,
  before: CircuitState,
  event: BreakerEvent['type'] | 'external',
): void {
  const circuit = breaker.circuitNow;
  const { context, state } = circuit;
  const isNewGeneration = before.context.generation !== context.generation;
  if (isNewGeneration) breaker.forgetCounts();
  adopt(breaker, circuit);
  breaker.runtime.keep(breaker.name);
  if (!breaker.runtime.isObserved || (before.state === state && !isNewGeneration)) return;
  breaker.runtime.publish({
    type: 'state.changed',
    breaker: breaker.name,
    from: before.state,
    to: state,
    generation: context.generation,
    event,
    cause: context.cause,
    latches: context.latches.map((latch) => latch.name),
    probeAtMs: context.probeAtMs,
  });
}

/** Takes gate, generation and deadline from the circuit. */
export function adopt(breaker: BreakerState, circuit: Circuit): void {
  const { context } = circuit;
  const { deadlines } = breaker.runtime;
  const rest = breaker.restNow;
  if (breaker.generation !== context.generation) {
    rest.probesOutCount = 0;
    if (breaker.running !== null) breaker.running = new RunningCalls();
    deadlines.cancel(rest.slowDeadline);
    rest.slowDeadline = null;
  }
  breaker.generation = context.generation;
  breaker.gate = circuit.gate;
  breaker.chooseLane();
  setProbeDeadline(breaker, circuit);
  if (breaker.gate === ADMIT || breaker.gate === LIMITED) rest.lastError = undefined;
  if (breaker.gate !== PROBE) rest.probeWaiters?.admitAll();
}

function setProbeDeadline(breaker: BreakerState, { context, state }: Circuit): void {
  const { clock, deadlines } = breaker.runtime;
  const rest = breaker.restNow;
  deadlines.cancel(rest.probeDeadline);
  rest.probeDeadline = null;
  const { probeAtMs, trippedAtMs } = context;
  if (state !== 'open.cooling' || probeAtMs === null) return;
  // After a backward jump of the wall clock: at most the interval that was meant.
  const meantMs = probeAtMs - (trippedAtMs ?? -Infinity);
  const aheadMs = Math.max(0, Math.min(probeAtMs - clock.nowMs(), meantMs));
  rest.probeDeadline = deadlines.at(clock.monotonicMs() + aheadMs, () => probe(breaker));
}

/** The actor crashes whatever is done: the gate stands as the options say, until `reset`. */
export function quarantine(breaker: BreakerState): void {
  const { name, options, runtime } = breaker;
  const gate = options.onQuarantine;
  breaker.gate = gate === 'admit' ? ADMIT : REFUSE;
  breaker.chooseLane();
  breaker.rest?.probeWaiters?.admitAll();
  runtime.publish({ type: 'breaker.quarantined', breaker: name, gate });
}

/** Another process changed this breaker's row: the chart decides what that means here. */
export function hearPeer(breaker: BreakerState, row: BreakerRow): void {
  const { name: _, state: __, ...peer } = row;
  // A row that says nothing must not wake a breaker that is asleep.
  const saysNothing = row.latches.length === 0 && row.probeAtMs === null;
  const ownEpoch = breaker.circuit?.context.operatorEpoch ?? 0;
  if (saysNothing && row.operatorEpoch <= ownEpoch) return;
  breaker.send({ ...peer, type: 'peer.changed', atMs: breaker.runtime.clock.nowMs() });
  // Whether there is an emergency, the board says, not a breaker's row.
  breaker.unsee();
  breaker.catchUp();
}
