/**
 * Load shedding while money is short: in `budget_limited`, a breaker can refuse what is dear or
 * unimportant, so that what is left goes to the rest. Opt-in; by default calls are only paced.
 */
import { invalidOption, knownKeys } from '../../check.ts';
import { isNanoUsd, type NanoUsd } from '../money.ts';

/** Option `limited` of a breaker. At least one of the two. */
export interface LimitedOptions {
  /** Refuses calls that are expected to cost more; 0 lets only free calls through. */
  readonly costMax?: NanoUsd;
  /** Refuses calls of a lower priority. */
  readonly priorityMin?: number;
}

export interface ResolvedLimited {
  readonly costMaxNanoUsd: number;
  readonly priorityMin: number;
}

/** Null where it is undefined. @throws FuseboardError invalid_option. */
export function resolveLimited(path: string, value: unknown): ResolvedLimited | null {
  if (value === undefined) return null;
  knownKeys(path, value, ['costMax', 'priorityMin']);
  const { costMax, priorityMin } = value as Readonly<Record<keyof LimitedOptions, unknown>>;
  if (costMax === undefined && priorityMin === undefined) {
    throw invalidOption(path, 'given costMax, priorityMin, or both', value);
  }
  if (costMax !== undefined && !isNanoUsd(costMax)) {
    throw invalidOption(
      `${path}.costMax`,
      'an amount in whole nano-dollars, such as usd(0.01)',
      costMax,
    );
  }
  if (priorityMin !== undefined && !Number.isFinite(priorityMin)) {
    throw invalidOption(`${path}.priorityMin`, 'a finite number', priorityMin);
  }
  return Object.freeze({
    costMaxNanoUsd: costMax ?? Infinity,
    priorityMin: (priorityMin as number | undefined) ?? -Infinity,
  });
}

/** Why a call is shed; null where it may go on. A call at exactly the bound may. */
export function shedBecause(
  limited: ResolvedLimited,
  expectedNanoUsd: number,
  callPriority: number,
): 'cost' | 'priority' | null {
  if (expectedNanoUsd > limited.costMaxNanoUsd) return 'cost';
  return callPriority < limited.priorityMin ? 'priority' : null;
}
