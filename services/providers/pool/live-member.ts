/** A member at work: its counters, its latency, and what its breakers say of it. */
import type { BreakerStatus } from '../../breaker.ts';
import { LatencyEstimate } from './latency-estimate.ts';
import type { ChosenMember, MemberView } from './pool.ts';
import type { ResolvedMember } from './pool-options.ts';

/** How usable a state is: the best of a member's breakers counts. */
const STATES: readonly BreakerStatus[] = ['closed', 'budget_limited', 'half_open', 'open'];

export class LiveMember {
  readonly options: ResolvedMember;
  /** As functions of the user's see it. */
  readonly chosen: ChosenMember;
  readonly latency = new LatencyEstimate();
  requestCount = 0;
  failureCount = 0;
  refusalCount = 0;
  failoverCount = 0;

  constructor(options: ResolvedMember) {
    const { id, fetch, baseUrl } = options;
    this.options = options;
    this.chosen = Object.freeze({ id, fetch, baseUrl: baseUrl?.href ?? null });
  }

  /** The best of its breakers' states; `closed` before it has any. */
  get state(): BreakerStatus {
    const states = new Set(this.options.fetch.breakers().map(({ state }) => state));
    return STATES.find((state) => states.has(state)) ?? 'closed';
  }

  view(): MemberView {
    const { options, latency } = this;
    const breakers = options.fetch.breakers().map(({ name, state }) => ({ name, state }));
    return {
      id: options.id,
      state: this.state,
      breakers,
      isEmergency: options.isEmergency,
      latencyMs: latency.ms,
      failureRatio: latency.failureRatio,
      inFlightCount: latency.inFlightCount,
      requestCount: this.requestCount,
      failureCount: this.failureCount,
      refusalCount: this.refusalCount,
      failoverCount: this.failoverCount,
    };
  }
}
