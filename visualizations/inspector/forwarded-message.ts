/**
 * What Stately's inspector says over a WebSocket, as of version 0.7.2 of `@statelyai/inspect`: one
 * JSON text for each actor, event and snapshot. Steps between them it does not know.
 */
import type { AnyActorRef, InspectionEvent } from 'xstate';

import { stableJson } from './stable-json.ts';

/** The version of the messages. */
const VERSION = '0.7.2';

/** Definitions are the same object for every breaker, and long. */
const DEFINITIONS = new WeakMap<object, string>();

/** Null for an event that is not told. */
export function forwardedMessage(event: InspectionEvent, nowMs: number): string | null {
  const actor = event.actorRef as AnyActorRef;
  const told = {
    type: event.type,
    sessionId: actor.sessionId,
    rootId: event.rootId,
    createdAt: String(nowMs),
    id: null,
    _version: VERSION,
  };
  switch (event.type) {
    case '@xstate.actor':
      return stableJson({
        ...told,
        ...describedActor(actor),
        parentId: actor._parent?.sessionId,
        snapshot: actor.getSnapshot() as unknown,
      });
    case '@xstate.event':
      return stableJson({ ...told, event: event.event, sourceId: event.sourceRef?.sessionId });
    case '@xstate.snapshot':
      return stableJson({ ...told, event: event.event, snapshot: event.snapshot });
    default:
      return null;
  }
}

function describedActor(actor: AnyActorRef): {
  readonly name: string;
  readonly definition: string;
} {
  const { config } = (actor as { readonly logic?: { readonly config?: unknown } }).logic ?? {};
  if (typeof config !== 'object' || config === null) {
    return { name: actor.id, definition: stableJson({ id: actor.id }) };
  }
  let definition = DEFINITIONS.get(config);
  if (definition === undefined) DEFINITIONS.set(config, (definition = stableJson(config)));
  const { id } = config as { readonly id?: string };
  return { name: actor.id === actor.sessionId ? (id ?? actor.id) : actor.id, definition };
}
