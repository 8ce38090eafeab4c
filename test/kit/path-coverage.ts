/** What paths cover of a machine's configured transitions, and why they miss what they miss. */
import type { AnyStateMachine } from 'xstate';

import { isMatch } from './event-cases.ts';
import type { PathCoverage, UncoveredReason, UncoveredTransition } from './generated-paths.ts';
import type { ModelState } from './machine-model.ts';
import {
  configuredTransitions,
  eventName,
  nameOf,
  type ConfiguredTransition,
} from '../../machines/transitions.ts';

/** A state and one that follows it. */
export interface Move {
  readonly from: ModelState;
  readonly to: ModelState;
}

const inStateOf = ({ from, to }: Move): readonly string[] =>
  to.transitions.map((id) => `${nameOf(from.snapshot)} | ${id}`);

/** Compares the moves that paths make with all that were tried while exploring. */
export function coverageOf(
  machine: AnyStateMachine,
  start: ModelState,
  walked: readonly Move[],
  tried: readonly Move[],
): PathCoverage {
  const taken = new Set([start, ...walked.map(({ to }) => to)].flatMap((at) => at.transitions));
  const possible = new Set(tried.flatMap(({ to }) => to.transitions));
  const all = configuredTransitions(machine);
  const coveredInStates = new Set(walked.flatMap(inStateOf));
  const inStates = new Set([...tried.flatMap(inStateOf), ...coveredInStates]);
  const reasonOf = reasons(start, tried);
  return {
    covered: all.filter(({ id }) => taken.has(id)).length,
    total: all.length,
    uncovered: all
      .filter(({ id }) => !taken.has(id))
      .map((transition) => {
        const reason = possible.has(transition.id) ? 'not_on_these_paths' : reasonOf(transition);
        return explain(transition, reason);
      }),
    inEachState: { covered: coveredInStates.size, total: inStates.size },
  };
}

/** Finds out how far towards a transition that was never taken the exploration came. */
function reasons(
  start: ModelState,
  tried: readonly Move[],
): (transition: ConfiguredTransition) => UncoveredReason {
  const reached = new Set<string>();
  const given = new Map<string, Set<string>>();
  for (const { from, to } of [{ from: start, to: start }, ...tried]) {
    for (const { id } of [...from.snapshot._nodes, ...to.snapshot._nodes]) {
      reached.add(id);
      const types = given.get(id) ?? new Set();
      given.set(id, types);
      for (const { type } of to.events) types.add(type);
    }
  }
  return ({ sourceId, eventType, isGuarded }) => {
    if (!reached.has(sourceId)) return 'state_never_reached';
    const types = [...(given.get(sourceId) ?? [])];
    const isGiven = eventType === '' || types.some((type) => isMatch(eventType, type));
    if (!isGiven) return 'event_never_given';
    return isGuarded ? 'guard_never_true' : 'always_overruled';
  };
}

function explain(
  { id, source, eventType }: ConfiguredTransition,
  reason: UncoveredReason,
): UncoveredTransition {
  const event = eventName(eventType);
  const because = {
    state_never_reached: `no sequence of the given events reaches '${source}'`,
    event_never_given: eventType.startsWith('xstate.after.')
      ? `'${source}' is always left before '${event}'`
      : `'${event}' is never given in '${source}'`,
    guard_never_true:
      eventType === ''
        ? 'its guard is never true in the states that were found'
        : `its guard is never true for the given events; give cases of '${event}' for which it is`,
    always_overruled: 'an earlier branch or a state further inside answers each time',
    not_on_these_paths: `the strategy has no path through it; 'transitions' has`,
  }[reason];
  return { transition: id, reason, because };
}
