/** Tells what is wrong with something that was meant to be a machine, before anything is done. */
import type { AnyStateMachine } from 'xstate';

import { FuseboardError } from '../../services/errors.ts';
import { stateNodes } from '../../machines/transitions.ts';

/**
 * Returns the machine it is given.
 * @throws FuseboardError invalid_machine, saying what came instead and what to do.
 */
export function checkMachine(value: unknown, name = 'the machine'): AnyStateMachine {
  if (isMachine(value)) {
    checkDelays(value);
    return value;
  }
  const [what, hint] = otherThing(value);
  throw new FuseboardError('invalid_machine', `${name} must be an XState 5 machine, got ${what}.`, {
    hint,
  });
}

/** True for a machine of XState 5, made by any copy of it. */
export function isMachine(value: unknown): value is AnyStateMachine {
  return has(value, '__xstatenode', 'root', 'getInitialSnapshot', 'transition', 'provide');
}

const has = (value: unknown, ...keys: string[]): boolean =>
  typeof value === 'object' && value !== null && keys.every((key) => key in value);

function otherThing(value: unknown): readonly [what: string, hint: string] {
  if (has(value, '__xstatenode')) {
    return ['a machine of another XState version', 'Use a machine made by XState 5.'];
  }
  if (has(value, 'logic', 'send', 'getSnapshot')) {
    return ['an actor', 'Export the machine that it was created from.'];
  }
  if (has(value, 'createMachine')) {
    return ['what setup() returns', 'Export setup(…).createMachine(…).'];
  }
  if (has(value, 'transition', 'getInitialSnapshot')) {
    return ['actor logic without states', 'Paths are made of states: use a machine.'];
  }
  if (has(value, 'states')) return ['a plain config', 'Export createMachine(config).'];
  if (typeof value === 'function') return ['a function', 'Export the machine that it makes.'];
  return [value === null ? 'null' : typeof value, 'Make one with setup(…).createMachine(…).'];
}

/** Microsteps after which a loop of `always` or `raise` counts as endless. */
const MICROSTEPS_MAX = 1_000;

/** A copy of the machine in which an endless loop is an error; XState alone would never return. */
export function bounded(machine: AnyStateMachine): AnyStateMachine {
  const copy: AnyStateMachine = machine.provide({});
  const { maxIterations = Infinity } = copy.options;
  copy.options = { ...copy.options, maxIterations: Math.min(maxIterations, MICROSTEPS_MAX) };
  return copy;
}

/** XState fires a delay at once whose name it does not know; here that is an error. */
function checkDelays(machine: AnyStateMachine): void {
  for (const node of stateNodes(machine.root)) {
    for (const { delay } of node.after) {
      const isNamed = typeof delay === 'string' && Number.isNaN(Number(delay));
      if (!isNamed || delay in machine.implementations.delays) continue;
      throw new FuseboardError(
        'invalid_machine',
        `The machine '${machine.id}' names a delay '${delay}' in state '${node.id}' that it does not define.`,
        { hint: `Define it: setup({ delays: { ${delay}: 1_000 } }).` },
      );
    }
  }
}
