/**
 * What a simulated provider does when: one behaviour a request, or phases that begin and end by
 * the clock or by the number of the request. Nothing in it is random but by the seed.
 */
import { invalidOption, isObject, knownKeys, numberOption } from '../../../services/check.ts';
import { BEHAVIOUR_TYPES, type Behaviour } from './behaviours.ts';

/** A number, or one that changes evenly from the beginning of the phase to its end. */
export type Ramp = number | { readonly from: number; readonly to: number };

/** A span of time or of requests, in which something happens to some or all of them. */
export interface Phase {
  /** Milliseconds since the plan was given. @default 0 */
  readonly fromMs?: number;
  /** The first instant that is not part of it. @default without end */
  readonly untilMs?: number;
  /** Requests are numbered from 1 since the plan was given. @default 1 */
  readonly fromRequest?: number;
  /** The last request that is part of it. @default without end */
  readonly toRequest?: number;
  /** Only requests whose path ends so, for example `/embeddings`. @default all */
  readonly path?: string;
  /** What happens; of several, each has its turn. @default the API answers */
  readonly behaviour?: Behaviour | readonly Behaviour[];
  /** Share in [0, 1] of the requests to which it happens. Others are answered. @default 1 */
  readonly share?: Ramp;
  /** Multiplies latency, of answered requests too. @default 1 */
  readonly latencyFactor?: Ramp;
}

/**
 * One behaviour for each request, in order, and answers after the last; or phases, of which the
 * first that a request falls into decides.
 */
export type Plan = readonly Behaviour[] | { readonly phases: readonly Phase[] };

/** A request, as far as plans care. */
export interface PlannedRequest {
  /** From 1. */
  readonly number: number;
  readonly sinceMs: number;
  readonly path: string;
  /** In [0, 1): decides whether it is among the share of a phase. */
  readonly chance: number;
}

export interface Decision {
  readonly behaviour: Behaviour;
  readonly latencyFactor: number;
}

const ANSWER: Behaviour = Object.freeze({ type: 'answer' });
const PHASE_KEYS = [
  'fromMs',
  'untilMs',
  'fromRequest',
  'toRequest',
  'path',
  'behaviour',
  'share',
  'latencyFactor',
];

/** @throws FuseboardError invalid_option */
export function compilePlan(plan: Plan): (request: PlannedRequest) => Decision {
  if (Array.isArray(plan)) {
    const behaviours = plan as readonly Behaviour[];
    behaviours.forEach((behaviour, index) => checkBehaviour(`plan[${index}]`, behaviour));
    return ({ number }) => ({ behaviour: behaviours[number - 1] ?? ANSWER, latencyFactor: 1 });
  }
  knownKeys('plan', plan, ['phases']);
  const { phases } = plan as { readonly phases: readonly Phase[] };
  if (!Array.isArray(phases)) throw invalidOption('plan.phases', 'a list', phases);
  const deciders = phases.map((phase: Phase, index) => compilePhase(`phases[${index}]`, phase));
  return (request) => {
    for (const decide of deciders) {
      const decision = decide(request);
      if (decision !== null) return decision;
    }
    return { behaviour: ANSWER, latencyFactor: 1 };
  };
}

function compilePhase(path: string, phase: Phase): (request: PlannedRequest) => Decision | null {
  knownKeys(path, phase, PHASE_KEYS);
  const fromMs = numberOption(`${path}.fromMs`, phase.fromMs, { min: 0 }, 0);
  const untilMs = numberOption(`${path}.untilMs`, phase.untilMs, { min: fromMs }, Infinity);
  const range = { min: 1, integer: true };
  const first = numberOption(`${path}.fromRequest`, phase.fromRequest, range, 1);
  const last = numberOption(
    `${path}.toRequest`,
    phase.toRequest,
    { ...range, min: first },
    Infinity,
  );
  const { behaviour = ANSWER, path: ending = '' } = phase;
  const behaviours = (Array.isArray(behaviour) ? behaviour : [behaviour]) as readonly Behaviour[];
  behaviours.forEach((one) => checkBehaviour(`${path}.behaviour`, one));

  const isRamp = untilMs < Infinity || last < Infinity;
  const share = ramp(`${path}.share`, phase.share, 1, isRamp);
  const latencyFactor = ramp(`${path}.latencyFactor`, phase.latencyFactor, 1e6, isRamp);
  let turns = 0;
  return ({ number, sinceMs, path: requested, chance }) => {
    if (sinceMs < fromMs || sinceMs >= untilMs || number < first || number > last) return null;
    if (!requested.endsWith(ending)) return null;
    const progress =
      untilMs < Infinity
        ? (sinceMs - fromMs) / (untilMs - fromMs)
        : (number - first) / Math.max(1, last - first);
    const isHit = chance < share(progress);
    const hit = isHit ? (behaviours[turns++ % behaviours.length] ?? ANSWER) : ANSWER;
    return { behaviour: hit, latencyFactor: latencyFactor(progress) };
  };
}

function ramp(
  path: string,
  value: Ramp | undefined,
  max: number,
  hasEnd: boolean,
): (progress: number) => number {
  if (!isObject(value)) {
    const fixed = numberOption(path, value, { min: 0, max }, 1);
    return () => fixed;
  }
  knownKeys(path, value, ['from', 'to']);
  if (!hasEnd) throw invalidOption(path, 'a number in a phase without end', value);
  const from = numberOption(`${path}.from`, value.from, { min: 0, max }, 1);
  const to = numberOption(`${path}.to`, value.to, { min: 0, max }, 1);
  return (progress) => from + (to - from) * progress;
}

function checkBehaviour(path: string, behaviour: unknown): void {
  const type = isObject(behaviour) ? (behaviour as { readonly type?: unknown }).type : behaviour;
  if (BEHAVIOUR_TYPES.includes(type as string)) return;
  throw invalidOption(`${path}.type`, `one of ${BEHAVIOUR_TYPES.join(', ')}`, type);
}
