/**
 * The calls whose money is held, in a list that they carry themselves: joining allocates nothing.
 */
import type { CostedCall } from './costed-call.ts';

export class HeldCalls {
  first: CostedCall | null = null;

  add(call: CostedCall): void {
    const { first } = this;
    call.nextHeld = first;
    if (first !== null) first.previousHeld = call;
    this.first = call;
  }

  /** A call that is in the list. */
  remove(call: CostedCall): void {
    const { nextHeld, previousHeld } = call;
    if (previousHeld === null) this.first = nextHeld;
    else previousHeld.nextHeld = nextHeld;
    if (nextHeld !== null) nextHeld.previousHeld = previousHeld;
    call.nextHeld = null;
    call.previousHeld = null;
  }
}
