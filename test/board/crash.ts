/** A real crash of a breaker's actor: an event that throws when the machine reads it. */
import type { BreakerActor } from '../../index.ts';

export function crash(actor: BreakerActor): void {
  const event = { type: 'operator.force_open', reason: '', by: 'ann', atMs: 1 } as const;
  const get = (): never => {
    throw new RangeError('mine');
  };
  actor.send(Object.defineProperty(event, 'reason', { get }));
}
