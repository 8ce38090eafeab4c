/** Actor logic that a user's own machine can invoke or spawn, protected by a breaker. */
import { fromPromise, type PromiseActorLogic } from 'xstate';

import type { Breaker } from './breaker.ts';
import type { CallContext } from './call.ts';

type CreatorInput = Parameters<Parameters<typeof fromPromise>[0]>[0];

/** What the promise creator gets: XState's own arguments, and the breaker's view of the call. */
export interface GuardedInput<Input> {
  readonly input: Input;
  readonly system: CreatorInput['system'];
  readonly self: CreatorInput['self'];
  /** Aborted when the actor is stopped or the call times out. */
  readonly signal: AbortSignal;
  readonly call: CallContext;
}

/**
 * Promise logic under a breaker: a refusal is the actor's error, as a `FuseboardError`; stopping
 * the actor cancels the call, and a cancelled call says nothing about the dependency.
 */
export function guardLogic<Output, Input>(
  breaker: () => Breaker,
  create: (input: GuardedInput<Input>) => PromiseLike<Output>,
): PromiseActorLogic<Output, Input> {
  return fromPromise<Output, Input>(async ({ input, system, self, signal }) =>
    breaker().call<Output>(
      (call) => create({ input, system, self, signal: call.signal ?? signal, call }),
      { signal },
    ),
  );
}
