/** Phases that everybody needs: an outage, a provider that degrades and recovers, and bad luck. */
import type { Behaviour } from './behaviours.ts';
import type { Phase } from './plan.ts';

export interface Span {
  /** Milliseconds since the plan was given. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Every request fails from one instant to another. @default behaviour status 503 */
export function outage(
  span: Span,
  behaviour: Behaviour = { type: 'server_error', status: 503 },
): Phase {
  return { ...span, behaviour };
}

export interface Degradation extends Span {
  /** Times the usual latency at its worst. @default 10 */
  readonly latencyFactor?: number;
  /** Share of requests that fail at its worst. @default 0.5 */
  readonly share?: number;
  /** How they fail. @default the provider is overloaded */
  readonly behaviour?: Behaviour;
  /** Milliseconds at the end over which it gets better evenly. @default half of the span */
  readonly recoveryMs?: number;
}

/** Slow, failing in part, and evenly better until the end: two phases. */
export function degradation(options: Degradation): readonly Phase[] {
  const { fromMs, untilMs, latencyFactor = 10, share = 0.5 } = options;
  const behaviour = options.behaviour ?? { type: 'overloaded' };
  const turnMs = Math.max(fromMs, untilMs - (options.recoveryMs ?? (untilMs - fromMs) / 2));
  return [
    { fromMs, untilMs: turnMs, behaviour, share, latencyFactor },
    {
      fromMs: turnMs,
      untilMs,
      behaviour,
      share: { from: share, to: 0 },
      latencyFactor: { from: latencyFactor, to: 1 },
    },
  ];
}

/** A share of all requests fails, by the seed. @default behaviour status 500 */
export function intermittent(
  share: number,
  behaviour: Behaviour | readonly Behaviour[] = { type: 'server_error' },
): Phase {
  return { share, behaviour };
}
