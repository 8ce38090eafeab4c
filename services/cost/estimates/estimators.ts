/**
 * The estimators of a board, asked in order: the user's own, by tokens, by history, by default.
 * The last one always answers. All of them learn from every settlement, and what they have learnt
 * is saved and restored as rows.
 */
import type { LearntRow } from '../../../persistence/money-store.ts';
import {
  COUNT_RANGE,
  functionOption,
  invalidOption,
  knownKeys,
  numberOption,
} from '../../check.ts';
import { DriftWatch, type Drift } from './drift.ts';
import type { Estimate, EstimateRequest, Estimator, SettledCall } from './estimate.ts';
import { DefaultEstimator, type DefaultCosts } from './estimator-default.ts';
import { ContainedEstimator } from './estimator-contained.ts';
import { HistoryEstimator } from './estimator-history.ts';
import { isNanoUsd } from '../money.ts';
import { TokensEstimator } from './estimator-tokens.ts';

export interface EstimatorOptions {
  /** The user's own, asked first. Each has a name that no other has, nor a built-in one. */
  readonly extra?: readonly Estimator[];
  readonly defaultCosts?: DefaultCosts;
  /**
   * Operations and models that each built-in estimator learns about; beyond them those not asked
   * for longest are forgotten. One takes 25 KB at most, 5 KB as a rule. @default 1000
   */
  readonly entriesMax?: number;
  /** Told what went wrong with an estimator (by name) or a saved row (by key). */
  readonly report?: (name: string, error: unknown) => void;
  /** Told when costs begin to drift from what they were, and when that is over. */
  readonly onDrift?: (drift: Drift) => void;
}

export interface EstimatorChain {
  /** Never null, never throws. */
  estimate(request: EstimateRequest): Estimate;
  /** `expectedNanoUsd` is what was expected of this call, so that drift is noticed. */
  learn(request: EstimateRequest, settled: SettledCall, expectedNanoUsd: number): void;
  /**
   * What has changed since it was saved, to be stored: at most 90 rows, which takes a few
   * milliseconds; the others come the next time.
   */
  save(): LearntRow[];
  /** Takes back what was stored. Rows that are damaged or unknown are reported and left out. */
  restore(rows: readonly LearntRow[]): void;
}

const KEYS = ['extra', 'defaultCosts', 'entriesMax', 'report', 'onDrift'];
const ENTRIES_MAX = 1_000;
/** Rows that each estimator saves at a time. */
const ROWS_MAX = 30;
const BUILT_IN = ['tokens', 'history', 'default'];

/** @throws FuseboardError invalid_option */
export function createEstimatorChain(options: EstimatorOptions = {}): EstimatorChain {
  knownKeys('estimators', options, KEYS);
  functionOption('report', options.report);
  functionOption('onDrift', options.onDrift);
  const { report = () => {}, onDrift = () => {} } = options;
  const entriesMax = numberOption('entriesMax', options.entriesMax, COUNT_RANGE, ENTRIES_MAX);
  const extra = checked(options.extra ?? []).map((own) => new ContainedEstimator(own, report));
  const tokens = new TokensEstimator(entriesMax);
  const history = new HistoryEstimator(entriesMax);
  const fallback = new DefaultEstimator(entriesMax, options.defaultCosts);
  const learners = [tokens, history, fallback];
  const drift = new DriftWatch(entriesMax, onDrift);

  const restoreRow = ({ key, state }: LearntRow): void => {
    const [name, operation, model] = JSON.parse(key) as unknown[];
    const learner = learners.find((candidate) => candidate.name === name);
    if (learner === undefined || typeof operation !== 'string' || typeof model !== 'string') {
      throw new Error('the key names nothing that is known');
    }
    learner.entries.restore(operation, model, state);
  };

  return {
    estimate: (request) => {
      for (let index = 0; index < extra.length; index++) {
        const estimate = extra[index]?.estimate(request) ?? null;
        if (estimate !== null) return estimate;
      }
      return tokens.estimate(request) ?? history.estimate(request) ?? fallback.estimate(request);
    },
    learn: (request, settled, expectedNanoUsd) => {
      // One amount that is none would spoil every estimate after it.
      if (!isNanoUsd(settled.costNanoUsd)) return;
      for (let index = 0; index < extra.length; index++) extra[index]?.learn(request, settled);
      tokens.learn(request, settled);
      history.learn(request, settled);
      fallback.learn(request, settled);
      drift.observe(request, settled, expectedNanoUsd);
    },
    save: () => learners.flatMap(({ entries }) => entries.save(ROWS_MAX)),
    restore: (rows) => {
      for (const row of rows) {
        try {
          restoreRow(row);
        } catch (error) {
          report(String(row.key), error);
        }
      }
    },
  };
}

function checked(extra: readonly Estimator[]): readonly Estimator[] {
  if (!(extra instanceof Array))
    throw invalidOption('board.estimators', 'a list of estimators', extra);
  const names = new Set(BUILT_IN);
  extra.forEach((own: unknown, index) => {
    const path = `board.estimators[${index}]`;
    const { name, estimate, learn } = (own ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof estimate !== 'function') {
      throw invalidOption(path, 'an estimator, with an estimate function', own);
    }
    if (typeof name !== 'string' || name === '' || names.has(name)) {
      throw invalidOption(`${path}.name`, 'a name that no other estimator has', name);
    }
    functionOption(`${path}.learn`, learn);
    names.add(name);
  });
  return extra;
}
