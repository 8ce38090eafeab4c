/** What a breaker needs of the world that runs it, with a board or without one. */
import type { ActorRefFrom } from 'xstate';

import type { BreakerMachine } from '../machines/breaker.ts';
import type { BoardGate } from './board-gate.ts';
import type { Clock } from './clock.ts';
import type { Treasury } from './cost/treasury.ts';
import type { Deadlines } from './deadlines.ts';
import type { FactBody } from './facts.ts';
import type { Random } from './random.ts';

/** A breaker's actor, as any XState program may talk to it. */
export type BreakerActor = ActorRefFrom<BreakerMachine>;

export interface Runtime {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly random: Random;
  /** What concerns every breaker at once. */
  readonly boardGate: BoardGate;
  /** What calls cost; null where nobody counts it. */
  treasury: Treasury | null;
  /** True while somebody listens: ask before making a fact. */
  isObserved: boolean;
  /** True once no call may start any more. */
  isClosed: boolean;
  /** Called whenever a breaker has no call in flight any more; null unless somebody waits. */
  onIdle: (() => void) | null;
  publish(fact: FactBody): void;
  /** A breaker's state changed: keep it. */
  keep(name: string): void;
  /** A breaker's actor came to life: let inspectors attach. */
  watch(actor: BreakerActor): void;
}
