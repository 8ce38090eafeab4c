/**
 * One call and its money, from the estimate to the books. It holds the reservation: the worst case,
 * held in every account at once, which ends exactly once, settled or released.
 */
import { COST_BASES, LEDGER_WIDTH, type CostBasis } from '../../persistence/ledger-batch.ts';
import { invalidArgument } from '../check.ts';
import { OUTCOMES, type Outcome } from '../outcome.ts';
import type { Account } from './budgets/account.ts';
import type { CallCost, CallOverride } from './call-cost.ts';
import { addUsage, basisOf } from './charge.ts';
import type { CostPlan } from './cost-plan.ts';
import type { Estimate, EstimateRequest } from './estimates/estimate.ts';
import type { Told } from './ledger-writer.ts';
import { isNanoUsd, sumNanoUsd, ZERO, type NanoUsd } from './money.ts';
import type { Price } from './prices/price.ts';
import type { TokenCount } from './tokens/token-count.ts';
import { checkedUsage, totalInputTokens, totalOutputTokens, type Usage } from './usage.ts';

/** What a call that ends needs of the treasury. */
export interface CallEnder {
  ended(call: CostedCall, ending: Ending): void;
  released(call: CostedCall): void;
}

/** How a call's money ended. */
export interface Ending {
  readonly basis: CostBasis;
  readonly costNanoUsd: NanoUsd;
  /** What the price table says, where the provider said itself. */
  readonly tableNanoUsd: number;
  readonly usage: Usage | null;
  readonly outcome: Outcome;
}

/** Before it was weighed, nothing is known. */
const UNWEIGHED: Estimate = Object.freeze({
  expectedNanoUsd: ZERO,
  worstNanoUsd: ZERO,
  lowNanoUsd: ZERO,
  highNanoUsd: ZERO,
  confidence: 0,
  method: 'none',
});

export type ReservationStatus = 'none' | 'held' | 'ended';

export class CostedCall implements EstimateRequest {
  readonly breaker: string;
  readonly provider: string | undefined;
  readonly operation: string;
  readonly model: string | undefined;
  readonly inputTokens: number | null;
  /** Null where they were given, and are exact. */
  readonly inputTokensMax: number | null;
  readonly outputTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly answers: number;
  readonly price: Price;
  /** Wall-clock milliseconds of its reservation. */
  atMs: number;
  /** Monotonic milliseconds of its reservation. */
  heldAtMs = 0;
  readonly plan: CostPlan;
  readonly cost: CallCost;
  readonly #ender: CallEnder;
  estimate: Estimate = UNWEIGHED;
  expectedNanoUsd = 0;
  worstNanoUsd = 0;
  /** A rule or a strained budget asks for a cheaper way. */
  isDegraded = false;
  /** Rules have been asked. */
  isRuled = false;
  /** Its turn among throttled calls; null when it need not wait for one. */
  turn: Promise<void> | null = null;
  /** It passes what would stop it, and is paid for by the emergency override alone. */
  needsFund = false;
  /** Runs on the emergency override. */
  override: CallOverride | null = null;
  /** Where rules see it coming; null where it does not wait for money. */
  expectedIn: readonly Account[] | null = null;
  /** Monotonic milliseconds since when they do. */
  expectedAtMs = 0;
  status: ReservationStatus = 'none';
  /** It goes on without its money, because its breaker only watches. */
  isUnpaid = false;
  /** Where it is reserved. */
  accounts: readonly Account[] = [];
  /** How rows name them; null while nothing is held. */
  charges: Told<readonly number[]> | null = null;
  /** What its worst case holds in each of these accounts. */
  reservedNanoUsd = 0;
  /** Its neighbours among the calls whose money is held. */
  nextHeld: CostedCall | null = null;
  previousHeld: CostedCall | null = null;
  /** Called when it ends; null where nobody waits for that. */
  whenEnded: (() => void) | null = null;
  #usage: Usage | null = null;
  #costNanoUsd: number | null = null;
  /** Part of its usage was counted by us. */
  #isEstimated = false;

  constructor(
    ender: CallEnder,
    plan: CostPlan,
    cost: CallCost,
    count: TokenCount | null,
    maxOutputTokens: number | null,
    atMs: number,
  ) {
    const { shape } = plan;
    this.#ender = ender;
    this.plan = plan;
    this.cost = cost;
    this.breaker = shape.breaker;
    this.provider = shape.provider;
    this.operation = shape.operation;
    this.model = shape.model;
    this.inputTokens = count?.tokens ?? cost.inputTokens;
    this.inputTokensMax = count?.tokensMax ?? null;
    this.outputTokens = cost.outputTokens;
    this.maxOutputTokens = maxOutputTokens;
    this.answers = cost.answers;
    this.price = plan.price;
    this.atMs = atMs;
  }

  /** What facts about it carry. */
  get factLabels(): { breaker: string; operation: string; model?: string } {
    const { breaker, operation, model } = this;
    return model === undefined ? { breaker, operation } : { breaker, operation, model };
  }

  weigh(estimate: Estimate): void {
    this.estimate = estimate;
    this.expectedNanoUsd = estimate.expectedNanoUsd;
    this.worstNanoUsd = estimate.worstNanoUsd;
    const { searchesMax } = this.cost;
    if (searchesMax > 0)
      this.worstNanoUsd += this.price.charge({ requests: 0, searches: searchesMax });
  }

  /** The money is there. */
  hold(accounts: readonly Account[], amountNanoUsd: number): void {
    const { plan } = this;
    this.status = 'held';
    this.accounts = accounts;
    this.reservedNanoUsd = amountNanoUsd;
    // Kept from now on: when it ends, its plan may be about another period.
    if (!this.isUnpaid)
      this.charges ??= plan.accounts === accounts ? plan.charges : numbersOf(accounts);
  }

  /** @throws FuseboardError invalid_argument */
  reportUsage(usage: Usage, isEstimated: boolean): void {
    const checked = checkedUsage('usage', usage);
    if (isEstimated) this.#isEstimated = true;
    this.#usage = this.#usage === null ? checked : addUsage(this.#usage, checked);
  }

  /** @throws FuseboardError invalid_argument */
  priceOf(usage: Usage): NanoUsd {
    return this.price.charge(checkedUsage('usage', usage));
  }

  /** More is held for it, in the same accounts. */
  extend(extraNanoUsd: number): void {
    this.reservedNanoUsd += extraNanoUsd;
    this.worstNanoUsd = Math.max(this.worstNanoUsd, this.reservedNanoUsd);
  }

  /** @throws FuseboardError invalid_argument */
  reportCost(costNanoUsd: NanoUsd): void {
    if (!isNanoUsd(costNanoUsd)) {
      throw invalidArgument('cost(costNanoUsd)', 'an amount such as usd(0.01)', costNanoUsd);
    }
    this.#costNanoUsd = sumNanoUsd(this.#costNanoUsd ?? 0, costNanoUsd);
  }

  /** Nothing was sent: as if it had never been reserved. It may be reserved again. */
  release(): void {
    if (this.status !== 'held') return;
    this.status = 'none';
    for (const account of this.accounts) account.release(this.reservedNanoUsd);
    this.charges = null;
    this.override = null;
    this.isUnpaid = false;
    this.#ender.released(this);
  }

  /** The function has ended, or nobody waits for it any more. Only the first word counts. */
  end(outcome: Outcome, isCut: boolean): void {
    if (this.status !== 'held') return;
    this.status = 'ended';
    this.whenEnded?.();
    const ending = this.#endingOf(outcome, isCut);
    if (this.isUnpaid) this.#chargeWhereKnown();
    for (const account of this.accounts) account.settle(this.reservedNanoUsd, ending.costNanoUsd);
    this.#ender.ended(this, ending);
  }

  /** What was not reserved is charged to the accounts that the store knows of by now. */
  #chargeWhereKnown(): void {
    this.accounts = this.accounts.filter(({ number }) => number >= 0);
    this.charges = numbersOf(this.accounts);
  }

  #endingOf(outcome: Outcome, isCut: boolean): Ending {
    const usage = this.#usage;
    const reported = { usage, costNanoUsd: this.#costNanoUsd, isEstimated: this.#isEstimated };
    const basis = basisOf(reported, outcome, isCut);
    const tableNanoUsd = usage === null ? NaN : this.price.charge(usage);
    const costNanoUsd = this.#chargeOf(basis, tableNanoUsd) as NanoUsd;
    return { basis, costNanoUsd, tableNanoUsd, usage, outcome };
  }

  #chargeOf(basis: CostBasis, tableNanoUsd: number): number {
    switch (basis) {
      case 'reported':
        return this.#costNanoUsd ?? this.#usage?.costNanoUsd ?? 0;
      case 'assumed':
        return this.worstNanoUsd;
      case 'none':
        return 0;
      default:
        return tableNanoUsd;
    }
  }
}

/** Accounts as rows name them. */
export const numbersOf = (accounts: readonly Account[]): Told<readonly number[]> => ({
  what: accounts.map(({ number }) => number),
  place: -1,
});

const OUTCOME_PLACES = new Map<Outcome, number>(OUTCOMES.map((outcome, place) => [outcome, place]));
const BASIS_PLACES = new Map<CostBasis, number>(COST_BASES.map((basis, place) => [basis, place]));

/** Writes a call's row: the columns of the ledger, in their order. */
export function writeRow(
  rows: Float64Array,
  offset: number,
  call: CostedCall,
  ending: Ending,
  number: number,
  labels: number,
  charges: number,
  settledAtMs: number,
): void {
  const { usage, basis } = ending;
  rows[offset] = number;
  rows[offset + 1] = call.atMs;
  rows[offset + 2] = settledAtMs;
  rows[offset + 3] = labels;
  rows[offset + 4] = charges;
  rows[offset + 5] = call.expectedNanoUsd;
  rows[offset + 6] = call.worstNanoUsd;
  rows[offset + 7] = ending.costNanoUsd;
  rows[offset + 8] = basis === 'reported' ? ending.tableNanoUsd : NaN;
  rows[offset + 9] = BASIS_PLACES.get(basis) as number;
  rows[offset + 10] = OUTCOME_PLACES.get(ending.outcome) as number;
  const cachedTokens = usage?.cachedInputTokens ?? 0;
  rows[offset + 11] = usage === null ? NaN : totalInputTokens(usage) - cachedTokens;
  rows[offset + 12] = usage === null ? NaN : cachedTokens;
  rows[offset + 13] = usage === null ? NaN : totalOutputTokens(usage);
  rows[offset + LEDGER_WIDTH - 1] = Math.max(0, settledAtMs - call.atMs);
}
