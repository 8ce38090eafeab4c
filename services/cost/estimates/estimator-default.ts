/** The estimate where nothing is known: an amount for the kind of operation, and little trust. */
import { invalidOption, knownKeys } from '../../check.ts';
import { DecayedShare } from './decayed-ratio.ts';
import type { Estimate, EstimateRequest, Estimator, SettledCall } from './estimate.ts';
import { EstimatorEntries, savedNumbers } from './estimator-entries.ts';
import { freeEstimate } from './estimator-tokens.ts';
import { isNanoUsd, NANO_USD_MAX, usd, type NanoUsd } from '../money.ts';

export interface DefaultCosts {
  /**
   * What a call of an operation is taken to cost.
   * @default llm_call $0.02, embedding_call $0.001, batch_operation $0.05,
   * document_processing $0.01
   */
  readonly operations?: Readonly<Record<string, NanoUsd>>;
  /** What a call of any other operation is taken to cost. @default $0.005 */
  readonly fallback?: NanoUsd;
}

const OPERATIONS: Readonly<Record<string, NanoUsd>> = {
  llm_call: usd('0.02'),
  embedding_call: usd('0.001'),
  batch_operation: usd('0.05'),
  document_processing: usd('0.01'),
};
const FALLBACK = usd('0.005');

/** The range is half to twice the amount, and the worst case ten times it. */
const RANGE_FACTOR = 2;
const WORST_FACTOR = 10;
/** Confidence before anything was settled, and for how many calls that counts afterwards. */
const CONFIDENCE = 0.3;
const PRIOR_CALLS = 4;
const CALLS_REMEMBERED = 128;

export class DefaultEstimator implements Estimator {
  readonly name = 'default';
  /** How often the range was right, for each operation and model. */
  readonly entries: EstimatorEntries<DecayedShare>;
  readonly #amounts: ReadonlyMap<string, NanoUsd>;
  readonly #fallback: NanoUsd;
  readonly #free = freeEstimate('default');

  /** @throws FuseboardError invalid_option for what is no amount. */
  constructor(entriesMax: number, costs: DefaultCosts = {}, path = 'board.defaultCosts') {
    knownKeys(path, costs, ['operations', 'fallback']);
    const amounts = Object.entries({ ...OPERATIONS, ...costs.operations });
    for (const [operation, amount] of amounts) {
      checkAmount(`${path}.operations.${operation}`, amount);
    }
    this.#amounts = new Map(amounts);
    this.#fallback = costs.fallback ?? FALLBACK;
    checkAmount(`${path}.fallback`, this.#fallback);
    this.entries = new EstimatorEntries('default', entriesMax, {
      make: () => new DecayedShare(CALLS_REMEMBERED),
      encode: (share) => share.saved(),
      decode: (share, saved) => share.restore(savedNumbers(saved)),
    });
  }

  estimate(request: EstimateRequest): Estimate {
    const { price, operation } = request;
    if (price.isFree) return this.#free;
    const expected = this.#amount(operation);
    const known = price.chargeTokens(request.inputTokens ?? 0, request.maxOutputTokens ?? 0);
    const worst = Math.max(expected * WORST_FACTOR, known);
    const share = this.entries.find(operation, request.model);
    return {
      expectedNanoUsd: expected,
      worstNanoUsd: Math.min(worst, NANO_USD_MAX) as NanoUsd,
      lowNanoUsd: lowOf(expected),
      highNanoUsd: highOf(expected),
      confidence: share === null ? CONFIDENCE : share.share(CONFIDENCE, PRIOR_CALLS),
      method: 'default',
    };
  }

  learn(request: EstimateRequest, settled: SettledCall): void {
    if (request.price.isFree) return;
    const expected = this.#amount(request.operation);
    const cost = settled.costNanoUsd;
    const isRight = cost >= lowOf(expected) && cost <= highOf(expected);
    this.entries.obtain(request.operation, request.model).add(isRight);
  }

  #amount(operation: string): NanoUsd {
    return this.#amounts.get(operation) ?? this.#fallback;
  }
}

const lowOf = (expected: NanoUsd): NanoUsd => Math.ceil(expected / RANGE_FACTOR) as NanoUsd;
const highOf = (expected: NanoUsd): NanoUsd =>
  Math.min(expected * RANGE_FACTOR, NANO_USD_MAX) as NanoUsd;

function checkAmount(path: string, value: unknown): void {
  if (!isNanoUsd(value)) throw invalidOption(path, 'an amount of money, as usd() makes it', value);
}
