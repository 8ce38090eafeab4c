/** How the simulated providers behave in each part of the story, as plans of the published kit. */
import type { Behaviour } from '../../test/kit/providers/behaviours.ts';
import type { Latency } from '../../test/kit/providers/latency.ts';
import type { Phase as PlanPhase, Plan, Ramp } from '../../test/kit/providers/plan.ts';
import type { ProviderName } from './endpoints.ts';
import type { Scenario, Stretch } from './scenario.ts';

/** Requests of one kind: how fast they are answered, and how much slower when all is not well. */
interface Kind {
  /** How their paths end; empty for all that are left. */
  readonly path: string;
  readonly quickestMs: number;
  readonly slowestMs: number;
  readonly slowFactor: number;
  readonly reasoningTokens?: number;
  /** See {@link OUTAGE_TURNS}. @default these */
  readonly outage?: string;
  /** Rate limits are of a model: this one has room. */
  readonly isUnlimited?: boolean;
}

/** Of requests in the outage, those that hang, those that are cut off, and the overloaded rest. */
const OUTAGE_TURNS = 'oooosooorooo';
/** What hangs or is cut may have cost a lot where searches are made: here it is refused at once. */
const OVERLOADED_TURNS = 'o';

/** The last one of each has the rest. */
const KINDS: Readonly<Record<ProviderName, readonly Kind[]>> = {
  openai: [
    {
      path: '/responses',
      quickestMs: 180,
      slowestMs: 380,
      slowFactor: 6,
      reasoningTokens: 120,
    },
    { path: '/embeddings', quickestMs: 15, slowestMs: 45, slowFactor: 5, isUnlimited: true },
    { path: '', quickestMs: 60, slowestMs: 140, slowFactor: 5 },
  ],
  perplexity: [
    { path: '', quickestMs: 150, slowestMs: 320, slowFactor: 4, outage: OVERLOADED_TURNS },
  ],
  lightrag: [{ path: '', quickestMs: 120, slowestMs: 260, slowFactor: 6 }],
};

/** Of all requests in it; the others are answered. */
const OUTAGE_SHARE = 0.96;
/** As it recovers it is still a bit slow, and now and then overloaded. */
const RECOVERING: Ramp = { from: 1.6, to: 1 };
const RELAPSES: Ramp = { from: 0.04, to: 0 };

/** Rate limits end with their part of the story; what they name is kept between these. */
const RETRY_MIN_MS = 1_200;
const RETRY_MAX_MS = 2_500;
const RETRY_STEP_MS = 250;

/** For so long an account is out of credit, at most this part of the stretch. Milliseconds. */
const QUOTA_MS = 1_800;
const QUOTA_SHARE = 0.7;

/** How fast a provider answers when no plan says otherwise. */
export function usualLatency(provider: ProviderName, pace: number): Latency {
  return latencyOf(KINDS[provider].at(-1) as Kind, pace);
}

/** The story from one of its instants on: the plan's time begins there. */
export function planOf(provider: ProviderName, scenario: Scenario, fromMs: number): Plan {
  const phases = scenario.stretches.flatMap((stretch) =>
    KINDS[provider].flatMap((kind) => phasesOf(provider, kind, stretch, scenario.pace)),
  );
  return { phases: phases.flatMap((phase) => shifted(phase, fromMs)) };
}

interface Timed extends PlanPhase {
  readonly fromMs: number;
  readonly untilMs: number;
}

function phasesOf(
  provider: ProviderName,
  kind: Kind,
  { phase, startMs, endMs }: Stretch,
  pace: number,
): Timed[] {
  const { path, slowFactor, reasoningTokens = 0 } = kind;
  const span = { fromMs: startMs, untilMs: endMs, path };
  const answer: Behaviour = { type: 'answer', latencyMs: latencyOf(kind, pace), reasoningTokens };
  switch (phase) {
    case 'healthy':
      return [{ ...span, behaviour: answer }];
    case 'slow':
      return [{ ...span, behaviour: answer, latencyFactor: slowFactor }];
    case 'outage':
      return [
        { ...span, behaviour: outage(kind.outage ?? OUTAGE_TURNS, pace), share: OUTAGE_SHARE },
      ];
    case 'rate_limit':
      if (kind.isUnlimited === true) return [{ ...span, behaviour: answer }];
      return provider === 'perplexity' ? outOfCredit(span, pace) : limited(span, pace);
    case 'recovery': {
      const isLast = path === '';
      return isLast
        ? [{ ...span, behaviour: OVERLOADED, share: RELAPSES, latencyFactor: RECOVERING }]
        : [{ ...span, behaviour: answer, latencyFactor: RECOVERING }];
    }
  }
}

const latencyOf = ({ quickestMs, slowestMs }: Kind, pace: number): Latency => ({
  type: 'uniform',
  minMs: quickestMs * pace,
  maxMs: slowestMs * pace,
});

const OVERLOADED: Behaviour = { type: 'overloaded' };

function outage(turns: string, pace: number): Behaviour[] {
  const latencyMs: Latency = { type: 'uniform', minMs: 5 * pace, maxMs: 40 * pace };
  return [...turns].map((turn): Behaviour => {
    if (turn === 's') return { type: 'stall' };
    return { type: turn === 'r' ? 'reset' : 'overloaded', latencyMs };
  });
}

type Span = Pick<Timed, 'fromMs' | 'untilMs' | 'path'>;

/** 429s that name the time to the end of the span, step by step. */
function limited(span: Span, pace: number): Timed[] {
  const phases: Timed[] = [];
  let { fromMs } = span;
  while (fromMs < span.untilMs) {
    const leftMs = span.untilMs - fromMs;
    const stepMs = leftMs > RETRY_MAX_MS ? leftMs - RETRY_MAX_MS : Math.min(leftMs, RETRY_STEP_MS);
    const untilMs = fromMs + stepMs;
    const retryAfterMs = Math.ceil(Math.min(RETRY_MAX_MS, Math.max(RETRY_MIN_MS, leftMs)));
    const behaviour: Behaviour = {
      type: 'rate_limited',
      retryAfterMs,
      retryAfterSeconds: Math.ceil(retryAfterMs / 1_000),
      latencyMs: 10 * pace,
    };
    phases.push({ ...span, fromMs, untilMs, behaviour });
    fromMs = untilMs;
  }
  return phases;
}

/** First the account is out of credit, then 429s without a time, as Perplexity sends them. */
function outOfCredit(span: Span, pace: number): Timed[] {
  const quotaMs = Math.min(QUOTA_MS, QUOTA_SHARE * (span.untilMs - span.fromMs));
  const untilMs = span.fromMs + quotaMs;
  const latencyMs = 10 * pace;
  return [
    { ...span, untilMs, behaviour: { type: 'quota', latencyMs } },
    { ...span, fromMs: untilMs, behaviour: { type: 'rate_limited', latencyMs } },
  ];
}

/** None where the phase is over by then. */
function shifted(phase: Timed, byMs: number): PlanPhase[] {
  const { fromMs, untilMs } = phase;
  if (untilMs <= byMs) return [];
  const progress = Math.max(0, byMs - fromMs) / (untilMs - fromMs);
  const { share, latencyFactor } = phase;
  return [
    {
      ...phase,
      fromMs: Math.max(0, fromMs - byMs),
      untilMs: untilMs - byMs,
      ...(share === undefined ? {} : { share: rest(share, progress) }),
      ...(latencyFactor === undefined ? {} : { latencyFactor: rest(latencyFactor, progress) }),
    },
  ];
}

/** What is left of a ramp. */
function rest(ramp: Ramp, progress: number): Ramp {
  if (typeof ramp === 'number') return ramp;
  return { from: ramp.from + (ramp.to - ramp.from) * progress, to: ramp.to };
}
