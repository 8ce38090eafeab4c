/**
 * The last events of every breaker that got one while somebody watched, so that opening a breaker
 * shows what just happened. Bounded in all: the tape that was written longest ago goes first.
 */
import { isDeepStrictEqual } from 'node:util';

import type {
  AnyActorRef,
  AnyMachineSnapshot,
  AnyTransitionDefinition,
  InspectionEvent,
} from 'xstate';

import type { Clock } from '../../services/clock.ts';
import { stateNameOf } from '../../services/gate.ts';
import { plainObject } from './plain-json.ts';
import { TAPE_MAX, type JsonObject, type TapeEntry } from './protocol.ts';
import { idOf } from './transition-hits.ts';

const TAPES_MAX = 1_000;
const ENTRIES_MAX = 20_000;

interface Recorded {
  /** The tick that tells it. */
  readonly tick: number;
  readonly entry: TapeEntry;
}

interface Tape {
  /** The tick in which it began. */
  readonly bornTick: number;
  readonly recorded: Recorded[];
  seq: number;
  before: AnyMachineSnapshot;
  /** Transitions of the event that is at work. */
  taken: AnyTransitionDefinition[];
}

export interface TapesParts {
  readonly clock: Clock;
  /** The tick that will tell what happens now. */
  readonly nextTick: () => number;
  readonly onTaken: (name: string, id: string) => void;
  readonly onEvent: (name: string) => void;
}

export class Tapes {
  readonly #parts: TapesParts;
  readonly #tapes = new Map<string, Tape>();
  #entryCount = 0;

  constructor(parts: TapesParts) {
    this.#parts = parts;
  }

  /** Hears what happens in the actors of all breakers. */
  hear(event: InspectionEvent): void {
    // An actor's id is its breaker's name.
    const { id: name } = event.actorRef as AnyActorRef;
    switch (event.type) {
      case '@xstate.event':
        if (!isOwn(event.event.type)) this.#begin(name, event.actorRef);
        break;
      case '@xstate.microstep':
        this.#tapes.get(name)?.taken.push(...event._transitions);
        break;
      case '@xstate.snapshot':
        this.#record(name, event.event, event.snapshot as AnyMachineSnapshot);
        break;
      default:
    }
  }

  forget(name: string): void {
    const tape = this.#tapes.get(name);
    if (tape === undefined) return;
    this.#entryCount -= tape.recorded.length;
    this.#tapes.delete(name);
  }

  /** What the tape got after that tick; everything for who knows nothing, or of an older tape. */
  since(name: string, tick: number | null): { isWhole: boolean; tape: readonly TapeEntry[] } {
    const tape = this.#tapes.get(name);
    if (tape === undefined) return { isWhole: tick === null, tape: [] };
    const isWhole = tick === null || tape.bornTick > tick;
    const recorded = isWhole ? tape.recorded : tape.recorded.filter((one) => one.tick > tick);
    return { isWhole, tape: recorded.map(({ entry }) => entry) };
  }

  #begin(name: string, actor: unknown): void {
    let tape = this.#tapes.get(name);
    if (tape === undefined) {
      const before = (actor as AnyActorRef).getSnapshot() as AnyMachineSnapshot;
      tape = { bornTick: this.#parts.nextTick(), recorded: [], seq: 0, before, taken: [] };
    } else this.#tapes.delete(name);
    this.#tapes.set(name, tape);
    this.#makeRoom();
  }

  #record(name: string, event: { readonly type: string }, after: AnyMachineSnapshot): void {
    const tape = this.#tapes.get(name);
    if (tape === undefined) return;
    const { before } = tape;
    const taken = tape.taken.map(idOf);
    tape.before = after;
    tape.taken = [];
    if (isOwn(event.type) || after.status !== 'active') return;
    const { clock, nextTick, onTaken, onEvent } = this.#parts;
    const context = plainObject(after.context);
    const entry: TapeEntry = {
      seq: tape.seq++,
      atMs: clock.nowMs(),
      event: { ...plainObject(event), type: event.type },
      from: stateNameOf(before.value),
      to: stateNameOf(after.value),
      taken,
      isIgnored: taken.length === 0,
      activeIds: activeIdsOf(after),
      context,
      changed: changedKeys(before.context as JsonObject, after.context as JsonObject),
    };
    tape.recorded.push({ tick: nextTick(), entry });
    this.#entryCount++;
    if (tape.recorded.length > TAPE_MAX) {
      tape.recorded.shift();
      this.#entryCount--;
    }
    for (const id of taken) onTaken(name, id);
    onEvent(name);
  }

  #makeRoom(): void {
    for (const name of this.#tapes.keys()) {
      if (this.#tapes.size <= TAPES_MAX && this.#entryCount <= ENTRIES_MAX) return;
      if (this.#tapes.size > 1) this.forget(name);
    }
  }
}

/** XState's own: an actor starts, or is stopped. */
const isOwn = (type: string): boolean => type.startsWith('xstate.');

/** Ids of the state nodes that are active. */
export const activeIdsOf = (snapshot: AnyMachineSnapshot): readonly string[] =>
  snapshot._nodes.map(({ id }) => id);

const changedKeys = (before: JsonObject, after: JsonObject): string[] =>
  Object.keys(after).filter(
    (key) => before[key] !== after[key] && !isDeepStrictEqual(before[key], after[key]),
  );
