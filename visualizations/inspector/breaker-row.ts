/** One breaker as the board shows it, read without waking it. */
import type { BreakerStateName, LatchName } from '../../machines/breaker-context.ts';
import type { BreakerCore } from '../../services/breaker-core.ts';
import { statusOf } from '../../services/breaker-view.ts';
import { shortReason } from '../../services/short-reason.ts';
import type { BreakerRow } from './protocol.ts';

/** Reasons are other people's texts: a row shows their beginning. */
const REASON_MAX = 160;

export function breakerRow(breaker: BreakerCore, number: number): BreakerRow {
  const { circuit, name } = breaker;
  const { path, latches, reason } = standingOf(breaker);
  const context = circuit?.context;
  return {
    number,
    name,
    state: statusOf(path),
    path,
    cause: context?.cause ?? null,
    latches,
    reason: shortened(reason),
    probeAtMs: context?.probeAtMs ?? null,
    changedAtMs: circuit?.changedAtMs ?? 0,
    isQuarantined: breaker.isQuarantined,
  };
}

interface Standing {
  readonly path: BreakerStateName;
  readonly latches: readonly LatchName[];
  readonly reason: string;
}

/** The state as a look at the breaker would show it: the board's own causes reach all at once. */
function standingOf(breaker: BreakerCore): Standing {
  const { circuit, runtime } = breaker;
  const { emergency } = runtime.boardGate;
  if (emergency !== null) {
    const { by, reason } = emergency;
    const others = circuit?.context.latches.filter(({ name }) => name !== 'emergency') ?? [];
    const latches: readonly LatchName[] = ['emergency', ...others.map(({ name }) => name)];
    return { path: 'open.latched', latches, reason: `the board was shut down by ${by}: ${reason}` };
  }
  if (circuit !== null) {
    const { latches } = circuit.context;
    return {
      path: circuit.state,
      latches: latches.map(({ name }) => name),
      reason: breaker.isQuarantined
        ? 'its actor keeps crashing'
        : shortReason({ path: circuit.state, cause: circuit.context.cause, latches }),
    };
  }
  const level = breaker.isBehind ? (runtime.boardGate.levelOf(breaker) ?? 'ok') : 'ok';
  const path = level === 'ok' ? 'closed' : level === 'warned' ? 'budget_limited' : 'open.exhausted';
  return { path, latches: [], reason: shortReason({ path, cause: null, latches: [] }) };
}

const shortened = (text: string): string =>
  text.length <= REASON_MAX ? text : `${text.slice(0, REASON_MAX - 1)}…`;
