/** The board as its users see it: the runtime that breakers live on. */
import type { Observable, Observer } from 'rxjs';
import type { PromiseActorLogic } from 'xstate';
import type { CloseOptions } from './board-options.ts';
import type { EstimateFrom } from './board-costs.ts';
import type { Emergency } from './board-gate.ts';
import type { Health } from './board-health.ts';
import type { Breaker } from './breaker.ts';
import type { Operation } from './call.ts';
import type { Budget, BudgetSummary } from './cost/budgets/budget.ts';
import type { Costs } from './cost/costs.ts';
import type { Estimate } from './cost/estimates/estimate.ts';
import type { ResumeOptions, ShutdownOptions } from './emergency.ts';
import type { Fact } from './facts.ts';
import type { GuardedInput } from './guard.ts';
import type { IngestEvent } from './ingest.ts';
import type { InspectionObserver } from './inspection.ts';
import type { InspectOptions, Inspector } from './inspector.ts';
import type { BreakerOptions } from './options.ts';
import type { FetchOptions } from './providers/fetch-options.ts';
import type { Pool, PoolMember, PoolOptions } from './providers/pool/pool.ts';
import type { Profile } from './providers/profile.ts';
import type { ProtectedFetch } from './providers/protected-fetch.ts';
import type { KnownProvider } from './providers/providers.ts';

export interface Board extends AsyncDisposable {
  /**
   * The breaker of that name, made if there is none. Options are those of its making: others for
   * an existing name are refused.
   * @throws FuseboardError invalid_option, options_conflict, registry_full, board_closed
   */
  breaker(name: string, options?: BreakerOptions): Breaker;
  /** Every breaker the board holds now. */
  breakers(): Breaker[];
  /** What happens, as it happens: typed, ordered, in batches after the turn that caused it. */
  readonly facts$: Observable<Fact>;
  /** Takes outcomes of calls made elsewhere: `source$.subscribe(board.ingest)`. */
  readonly ingest: Observer<IngestEvent>;
  /**
   * A `fetch` for the client of a provider: each request is a call of a breaker, costed, paced and
   * classified by the provider's profile. See {@link ProtectedFetch} for what comes back.
   * @throws FuseboardError invalid_argument, invalid_option
   */
  fetch(provider: KnownProvider | Profile, options?: FetchOptions): ProtectedFetch;
  /**
   * Several providers behind one `fetch`: one is chosen for each request, and another takes over
   * where it cannot answer, before the first byte and never more often than a retry budget allows.
   * @throws FuseboardError invalid_option
   */
  pool(members: readonly PoolMember[], options: PoolOptions): Pool;
  /** Attaches an XState inspection observer to the actors of all breakers, present and future. */
  inspectActors(observer: InspectionObserver): { unsubscribe(): void };
  /**
   * Serves a page that shows the board live: its breakers, their statecharts, its money. It listens
   * to the board only while somebody watches, and ends with it.
   *
   *   const inspector = await board.inspect({ token: process.env.OPERATOR_TOKEN ?? null });
   *   console.log(inspector.url); // http://127.0.0.1:7787/
   *
   * @throws FuseboardError invalid_option, inspector_unavailable, board_closed
   */
  inspect(options?: InspectOptions): Promise<Inspector>;
  /** Actor logic for `invoke` and `spawn` in a machine of yours, under the breaker of that name. */
  guard<Output, Input = unknown>(
    name: string,
    create: (input: GuardedInput<Input>) => PromiseLike<Output>,
  ): PromiseActorLogic<Output, Input>;
  /**
   * Shuts the whole board down: from this turn on every call is refused, whatever a breaker's mode,
   * and whoever waits is sent away; calls in flight go on. Survives a restart, reaches other
   * processes on the same store within `pollMs`, and ends only by `resume`. While one is in force
   * it stays as it began, and a further act is kept beside it. `reason`: 1 to 1024 characters.
   * @throws FuseboardError invalid_argument, board_closed
   */
  emergencyShutdown(reason: string, options?: ShutdownOptions): void;
  /**
   * Ends the emergency, also one that only breakers know of. One that began elsewhere, and that
   * this process had not heard of, stands: `emergency` tells. `reason`: 1 to 1024 characters.
   * @throws FuseboardError invalid_argument, board_closed
   */
  resume(reason: string, options: ResumeOptions): void;
  /** The emergency in force: why, by whom, since when. Null while there is none. */
  readonly emergency: Emergency | null;
  /** How the board fares, with reasons. Cheap; wakes no breaker. */
  health(): Health;
  /**
   * What a call would cost: expected, at worst, and with which confidence. Nothing is reserved.
   * @throws FuseboardError invalid_argument, also where the board counts no costs; so below.
   */
  estimate(operation: Operation, from?: EstimateFrom): Estimate;
  /** A budget, by its id. */
  budget(id: string): Budget;
  /** Every budget's running period, and every value's that has spent something in it. */
  budgets(): Promise<readonly BudgetSummary[]>;
  /** The books: reports, the audit, verification. */
  readonly costs: Costs;
  /** Delivers every pending fact and writes every state that is owed. */
  flush(): void;
  /** Refuses new calls, waits for those in flight, writes what is owed, stops every actor. */
  close(options?: CloseOptions): Promise<void>;
}
