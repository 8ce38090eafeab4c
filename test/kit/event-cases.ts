/** What can happen next to a machine in a given state: its events with their payloads, and time. */
import { isDeepStrictEqual } from 'node:util';

import type { AnyMachineSnapshot, EventObject } from 'xstate';

import { FuseboardError } from '../../services/errors.ts';
import type { MachineModel, ModelState } from './machine-model.ts';
import { nextTimer } from './machine-model.ts';
import { eventName, nameOf } from '../../machines/transitions.ts';
import { asText } from './state-key.ts';

/** One thing that can happen. */
export interface Choice {
  /** Names it among the choices of a state, and finds it again when a path is replayed. */
  readonly label: string;
  /** What is sent; null lets time pass until the next timer. */
  readonly event: EventObject | null;
  /** True for an event that nobody gave cases for. */
  readonly isBare: boolean;
}

export interface EventOptions {
  readonly events?:
    readonly EventObject[] | ((snapshot: AnyMachineSnapshot) => readonly EventObject[]);
  readonly filterEvents?: (snapshot: AnyMachineSnapshot, event: EventObject) => boolean;
  readonly serializeEvent?: ((event: EventObject) => string) | undefined;
}

/** The label of a choice that lets time pass. */
export const WAIT = '(time passes)';

/**
 * The choices of a state. Events given as a list are its cases for the types in it; every other
 * event that the state handles is tried without data. A function is taken at its word. XState's
 * own events are left to the model: delays are time, and `onDone` of a state raises itself.
 */
export function createChoices(options: EventOptions): (state: ModelState) => readonly Choice[] {
  const { events, filterEvents, serializeEvent = eventLabel } = options;
  return (state) => {
    const { snapshot } = state;
    if (snapshot.status !== 'active') return [];
    const choices = new Map<string, Choice>();
    const offer = (event: EventObject, isBare: boolean): void => {
      if (isOwnTime(event.type) || filterEvents?.(snapshot, event) === false) return;
      const name = serializeEvent(event);
      let label = name;
      for (let number = 2; choices.has(label); number += 1) {
        if (isDeepStrictEqual(choices.get(label)?.event, event)) return;
        // Cases that differ only in what text does not show, such as functions.
        label = `${name}, case ${number}`;
      }
      choices.set(label, { label, event, isBare });
    };
    if (typeof events === 'function') {
      for (const event of checkEvents(events(snapshot))) offer(event, false);
    } else {
      const given = events ?? [];
      for (const descriptor of new Set(
        snapshot._nodes.flatMap((node) => node.ownEvents as string[]),
      )) {
        const cases = given.filter((event) => isMatch(descriptor, event.type));
        for (const event of cases) offer(event, false);
        if (cases.length === 0) offer({ type: exampleType(descriptor) }, true);
      }
    }
    if (nextTimer(state) !== undefined) {
      choices.set(WAIT, { label: WAIT, event: null, isBare: false });
    }
    return [...choices.values()];
  };
}

/** Takes a choice. @throws FuseboardError invalid_machine when the machine throws. */
export function take(model: MachineModel, state: ModelState, choice: Choice): ModelState {
  try {
    return choice.event === null
      ? model.elapse(state, nextTimer(state)?.inMs ?? 0)
      : model.send(state, choice.event);
  } catch (error) {
    if (error instanceof FuseboardError) throw error;
    const { snapshot } = state;
    const what = choice.event === null ? 'a delayed event' : `'${choice.event.type}'`;
    throw new FuseboardError(
      'invalid_machine',
      `The machine '${snapshot.machine.id}' threw while it handled ${what} in state ` +
        `'${nameOf(snapshot)}': ${messageOf(error)}`,
      {
        cause: error,
        ...(isMissingCases(choice, error) ? { hint: missingCases(choice.event) } : {}),
      },
    );
  }
}

/** The message on one line. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');

const isMissingCases = (
  choice: Choice,
  error: unknown,
): choice is Choice & { readonly event: EventObject } =>
  choice.isBare && choice.event !== null && !/not implemented/.test(String(error));

const missingCases = ({ type }: EventObject): string =>
  `No cases were given for '${type}', so it was sent without data. ` +
  `List what it can carry: events: [{ type: '${type}', … }].`;

/** An event as text: its type, and its data where it has any. */
export function eventLabel(event: EventObject): string {
  const { type, ...data } = event;
  return Object.keys(data).length === 0 ? eventName(type) : `${eventName(type)} ${asText(data)}`;
}

const isOwnTime = (type: string): boolean => /^xstate\.(after|done\.state)\./.test(type);

/** Whether a descriptor (`a.b`, `a.*` or `*`) takes events of a type. */
export function isMatch(descriptor: string, type: string): boolean {
  if (descriptor === '*' || descriptor === type) return true;
  return descriptor.endsWith('.*') && `${type}.`.startsWith(descriptor.slice(0, -1));
}

const exampleType = (descriptor: string): string =>
  descriptor === '*' ? 'any.other.event' : descriptor.replace(/\*$/, 'any');

function checkEvents(events: unknown): readonly EventObject[] {
  const isEvent = (event: unknown): boolean =>
    typeof event === 'object' &&
    event !== null &&
    'type' in event &&
    typeof event.type === 'string';
  if (Array.isArray(events) && events.every(isEvent)) return events as EventObject[];
  throw new FuseboardError(
    'invalid_machine',
    'The function given as events must return an array of objects with a type.',
  );
}
