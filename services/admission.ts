/** Who may call: the gate read, a permit given, and taken back exactly once. */
import { LANE_GENERAL, type BreakerState } from './breaker-state.ts';
import type { CallSpec } from './call-spec.ts';
import type { CostRefusal } from './cost/cost-refusal.ts';
import type { RefusalCode } from './errors.ts';
import { errorCodeOf, errorNameOf, type FactDraft } from './facts.ts';
import { ADMIT, LIMITED, PROBE, REFUSE } from './gate.ts';
import type { Verdict } from './outcome.ts';
import { OpenPermit, type PermitOwner, type Recorded } from './permit.ts';
import { failProbe, record, UNCOUNTED } from './recording.ts';
import { Refusal } from './refusal.ts';
import { watchSlow } from './slow-calls.ts';

/** Why a call would be refused now; null when it would not. Brings a due probe forward. */
export function peek(breaker: BreakerState): RefusalCode | null {
  const { options, runtime } = breaker;
  if (runtime.isClosed) return 'board_closed';
  if (runtime.boardGate.emergency !== null) return 'circuit_latched';
  if (options.mode === 'off') return null;
  if (breaker.isBehind) breaker.catchUp();
  if (breaker.gate === REFUSE) probeIfDue(breaker);
  switch (breaker.gate) {
    case ADMIT:
    case LIMITED:
      return null;
    case PROBE:
      return breaker.restNow.probesOutCount < options.probesMax ? null : 'probes_busy';
    case REFUSE:
      return refusalCode(breaker);
  }
}

/** The quick look of a call that has not waited for anything: true when it is plainly refused. */
export function refusesNow(breaker: BreakerState, isCosted: boolean): boolean {
  // The other lanes admit; whatever could refuse leads out of them.
  if (breaker.lane !== LANE_GENERAL) return false;
  if (breaker.runtime.boardGate.emergency !== null) return true;
  if (breaker.isBehind) breaker.catchUp();
  if (breaker.gate !== REFUSE || breaker.options.mode !== 'enforce') return false;
  probeIfDue(breaker);
  // What is free, or paid for otherwise, may pass a budget that is spent.
  return breaker.gate === REFUSE && (!isCosted || !isExhausted(breaker));
}

/** What the gate is told of a call's money. */
export interface GateMoney {
  /** It does not come from the budget that keeps the breaker open. */
  readonly isPaidApart: boolean;
  /** In a mode that only watches: it was said already that a budget has not enough. */
  readonly isObserved: boolean;
}

/** A permit, or the refusal. Nobody waits here. */
export function admit(
  breaker: BreakerState & PermitOwner,
  spec: CallSpec,
  money: GateMoney | null = null,
): OpenPermit | Refusal {
  const { options } = breaker;
  const code = peek(breaker);
  const isSpent = code === 'budget_exceeded';
  if (code === null || (isSpent && money?.isPaidApart)) {
    return give(breaker, options.mode === 'off' ? UNCOUNTED : breaker.generation, spec);
  }
  const isEnforced = options.mode === 'enforce' || concernsAll(breaker, code);
  if (isSpent && !isEnforced && money?.isObserved) return give(breaker, UNCOUNTED, spec);
  const refusal = refuse(breaker, code, spec, isEnforced);
  return isEnforced ? refusal : give(breaker, UNCOUNTED, spec);
}

const isExhausted = ({ circuit, runtime }: BreakerState): boolean =>
  runtime.treasury !== null && circuit?.state === 'open.exhausted';

/** Whether the refusal is of the whole board, which no mode of a breaker gets around. */
const concernsAll = ({ runtime }: BreakerState, code: RefusalCode): boolean =>
  code === 'board_closed' || runtime.boardGate.emergency !== null;

function give(breaker: BreakerState & PermitOwner, generation: number, spec: CallSpec): OpenPermit {
  const { clock, deadlines } = breaker.runtime;
  const startedMs = clock.monotonicMs();
  const isProbe = generation !== UNCOUNTED && breaker.gate === PROBE;
  const running = isProbe || generation === UNCOUNTED ? null : breaker.running;
  const slot = running === null ? -1 : watchSlow(breaker, running, startedMs);
  const permit = new OpenPermit(breaker, generation, isProbe, startedMs, running, slot, spec);
  breaker.inFlightCount++;
  breaker.use();
  if (isProbe) {
    breaker.restNow.probesOutCount++;
    const dueMs = startedMs + breaker.options.probeTimeoutMs;
    permit.deadline = deadlines.at(dueMs, () => expire(breaker, permit));
  }
  return permit;
}

/** A permit in the hands of a user may get lost; a probe's has its deadline already. */
export function lease(breaker: BreakerState, permit: OpenPermit): void {
  if (permit.deadline !== null) return;
  const dueMs = permit.startedMs + breaker.options.permitTimeoutMs;
  permit.deadline = breaker.runtime.deadlines.at(dueMs, () => expire(breaker, permit));
}

/** Records how the call of a permit ended. */
export function settle(
  breaker: BreakerState,
  permit: OpenPermit,
  verdict: Verdict,
  error: unknown,
): Recorded {
  if (permit.status !== 'open') return permit.status === 'expired' ? 'expired' : 'late';
  permit.status = 'settled';
  permit.money?.end(verdict.outcome, verdict.isCut);
  const nowMs = breaker.runtime.clock.monotonicMs();
  const place = close(breaker, permit);
  const { generation, startedMs } = permit;
  const durationMs = nowMs - startedMs;
  const recorded = record(breaker, { verdict, error, generation, durationMs, nowMs, place });
  if (breaker.runtime.isObserved) {
    const { attempt, spec } = permit;
    reportFinished(breaker, spec, { verdict, error, durationMs, attempt, recorded });
  }
  return recorded;
}

export interface Finished {
  readonly verdict: Verdict;
  /** What was thrown; undefined where nothing was. */
  readonly error: unknown;
  readonly durationMs: number;
  readonly attempt: number;
  readonly recorded: Recorded;
}

/** A call's end, said on the bus. */
export function reportFinished(breaker: BreakerState, spec: CallSpec, finished: Finished): void {
  const { verdict, error, durationMs, attempt, recorded } = finished;
  const { outcome } = verdict;
  const { name, runtime } = breaker;
  const fact: FactDraft<'call.finished'> = {
    type: 'call.finished',
    breaker: name,
    outcome,
    durationMs,
    attempt,
    recorded,
  };
  if (error !== undefined) {
    fact.errorName = errorNameOf(error);
    const errorCode = errorCodeOf(error);
    if (errorCode !== undefined) fact.errorCode = errorCode;
  }
  spec.label(fact);
  runtime.publish(fact);
}

/** Takes a permit back as if it had never been given: nothing was called. */
export function takeBack(breaker: BreakerState, permit: OpenPermit): void {
  permit.status = 'settled';
  permit.money?.release();
  close(breaker, permit);
}

/** Frees what a permit holds. Where its call was counted as slow, or NaN. */
function close(breaker: BreakerState, permit: OpenPermit): number {
  breaker.runtime.deadlines.cancel(permit.deadline);
  breaker.left();
  permit.bulkhead?.leave();
  const isCurrent = permit.generation === breaker.generation;
  if (permit.isProbe && isCurrent) {
    const rest = breaker.restNow;
    rest.probesOutCount--;
    rest.probeWaiters?.admitFirst();
  }
  const { running, slot } = permit;
  if (running === null) return NaN;
  const place = running.end(slot);
  return isCurrent && running === breaker.running ? place : NaN;
}

function expire(breaker: BreakerState, permit: OpenPermit): void {
  if (permit.status !== 'open') return;
  permit.status = 'expired';
  // Nobody said what became of the call: it may have cost all it could.
  permit.money?.end('cancelled', true);
  close(breaker, permit);
  const { name, runtime } = breaker;
  runtime.publish({ type: 'permit.expired', breaker: name, probe: permit.isProbe });
  if (permit.isProbe && permit.generation === breaker.generation) {
    failProbe(breaker, 'probe_expired');
  }
}

/** A late timer never delays recovery: whoever comes first after the instant begins it. */
function probeIfDue(breaker: BreakerState): void {
  const deadline = breaker.rest?.probeDeadline ?? null;
  if (deadline !== null && breaker.runtime.clock.monotonicMs() >= deadline.dueMs) probe(breaker);
}

/** Tells the chart that the instant it waits for has come. */
export function probe(breaker: BreakerState): void {
  const probeAtMs = breaker.circuit?.context.probeAtMs ?? null;
  if (probeAtMs !== null) breaker.send({ type: 'probe.due', atMs: probeAtMs });
}

/** Why an open breaker refuses. */
export function refusalCode(breaker: BreakerState): RefusalCode {
  if (breaker.runtime.isClosed) return 'board_closed';
  if (breaker.runtime.boardGate.emergency !== null) return 'circuit_latched';
  if (breaker.isQuarantined) return 'quarantined';
  switch (breaker.circuit?.state) {
    case 'open.latched':
      return 'circuit_latched';
    case 'open.exhausted':
      return 'budget_exceeded';
    default:
      return 'circuit_open';
  }
}

/** The refusal of one call, said on the bus. */
export function refuse(
  breaker: BreakerState,
  code: RefusalCode,
  spec: CallSpec,
  enforced = true,
  money: CostRefusal | null = null,
): Refusal {
  const { name, runtime } = breaker;
  const context = breaker.circuit?.context;
  const probeAtMs = code === 'circuit_open' ? (context?.probeAtMs ?? null) : null;
  const retryAtMs = money === null ? probeAtMs : money.retryAtMs;
  const isEmergency = code === 'circuit_latched' && isShutDown(breaker);
  const cause = money === null ? breaker.rest?.lastError : undefined;
  const refusal = new Refusal(code, name, retryAtMs, cause, isEmergency, money);
  breaker.use();
  if (runtime.isObserved) {
    const type = 'call.refused';
    const fact: FactDraft<typeof type> = { type, breaker: name, code, retryAtMs, enforced };
    if (refusal.budget !== null) fact.budget = refusal.budget;
    if (refusal.rule !== null) fact.rule = refusal.rule;
    spec.label(fact);
    runtime.publish(fact);
  }
  return refusal;
}

/** Whether an emergency holds it open: the board's, or one that only its chart knows of. */
const isShutDown = ({ circuit, runtime }: BreakerState): boolean =>
  runtime.boardGate.emergency !== null ||
  (circuit?.context.latches.some((latch) => latch.name === 'emergency') ?? false);
