/**
 * The gate: one small integer that a call reads instead of asking the statechart. It is derived
 * from the tags of the active state and from nothing else, so the chart shows what it admits.
 */
import { breakerMachine } from '../machines/breaker.ts';
import {
  BREAKER_STATES,
  pristineContext,
  type BreakerContext,
  type BreakerStateName,
} from '../machines/breaker-context.ts';

export const REFUSE = 0;
export const PROBE = 1;
export const LIMITED = 2;
export const ADMIT = 3;
export type Gate = typeof REFUSE | typeof PROBE | typeof LIMITED | typeof ADMIT;

interface Tagged {
  readonly status: string;
  hasTag(tag: 'admit' | 'limited' | 'probe' | 'refuse'): boolean;
}

/** The gate of a snapshot. An actor that is not active admits nothing. */
export function gateOf(snapshot: Tagged): Gate {
  if (snapshot.status !== 'active') return REFUSE;
  if (snapshot.hasTag('admit')) return ADMIT;
  if (snapshot.hasTag('limited')) return LIMITED;
  return snapshot.hasTag('probe') ? PROBE : REFUSE;
}

/** XState's value of a stored state's name. */
export function valueOf(state: BreakerStateName): string | Record<string, string> {
  const [parent, child] = state.split('.') as [string, string?];
  return child === undefined ? parent : { [parent]: child };
}

/** The stored name of an XState value. */
export function stateNameOf(value: unknown): BreakerStateName {
  if (typeof value === 'string') return value as BreakerStateName;
  const [parent, child] = Object.entries(value as Record<string, string>)[0] as [string, string];
  return `${parent}.${child}` as BreakerStateName;
}

/** A snapshot of the built-in machine in any state, without an actor. */
export function snapshotAt(state: BreakerStateName, context: Readonly<BreakerContext>) {
  return breakerMachine.resolveState({ value: valueOf(state), context: { ...context } });
}

let gates: ReadonlyMap<BreakerStateName, Gate> | undefined;

/** The gate of a stored state, without an actor. */
export function gateOfState(state: BreakerStateName): Gate {
  gates ??= new Map(
    BREAKER_STATES.map((name) => [name, gateOf(snapshotAt(name, pristineContext))]),
  );
  return gates.get(state) as Gate;
}
