/**
 * What makes two states of a machine the same for path generation. By default value and whole
 * context; always the timers that run and what history states remember, because the future
 * depends on them too.
 */
import type { AnyMachineSnapshot } from 'xstate';

import { FuseboardError } from '../../services/errors.ts';
import type { ModelState } from './machine-model.ts';

export type SerializeState = (snapshot: AnyMachineSnapshot) => string;

/** The key of a state. */
export function stateKey(state: ModelState, serializeState: SerializeState | undefined): string {
  const { snapshot } = state;
  const own = serializeState === undefined ? wholeState(snapshot) : serializeState(snapshot);
  // As a set: a machine that starts the same timer again and again would never end otherwise.
  const timers = [...new Set(state.timers.map(({ id, inMs }) => `${id}@${inMs}`))].join(' ');
  const history = Object.entries(snapshot.historyValue)
    .map(([id, nodes]) => `${id}:${nodes.map((node) => node.id).join()}`)
    .join(' ');
  return [own, timers, history].filter((part) => part !== '').join(' | ');
}

function wholeState(snapshot: AnyMachineSnapshot): string {
  try {
    return asText([snapshot.value, snapshot.context]);
  } catch (error) {
    throw new FuseboardError(
      'invalid_machine',
      `The context of the machine '${snapshot.machine.id}' cannot be written as text.`,
      { hint: 'Pass serializeState: what of a state counts for the paths, as text.', cause: error },
    );
  }
}

/** JSON that also tells apart what JSON drops: undefined, bigint, Map, Set, NaN, functions. */
export function asText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    switch (typeof inner) {
      case 'bigint':
        return `${inner}n`;
      case 'undefined':
        return '(undefined)';
      case 'function':
        return `(function ${inner.name})`;
      case 'symbol':
        return inner.toString();
      case 'number':
        return Number.isFinite(inner) ? inner : `(${inner})`;
      default:
        return asObjectText(inner);
    }
  });
}

function asObjectText(value: unknown): unknown {
  if (value instanceof Map) return { '(map)': [...(value as Map<unknown, unknown>)] };
  if (value instanceof Set) return { '(set)': [...(value as Set<unknown>)] };
  if (value instanceof Error) return `(${value.name}: ${value.message})`;
  if (typeof value === 'object' && value !== null && 'sessionId' in value && 'send' in value) {
    return `(actor ${String((value as { id?: unknown }).id)})`;
  }
  return value;
}
