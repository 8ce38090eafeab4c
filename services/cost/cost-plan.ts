/**
 * What all calls of one shape have in common: which accounts they are charged to, which rules may
 * concern them, what their model costs, and what their rows are labelled with. Worked out once and
 * kept while its periods and its price last, so that a call only looks it up.
 */
import type { Account } from './budgets/account.ts';
import { meterId, type BudgetBook, type CallShape } from './budgets/budget-book.ts';
import type { Told } from './ledger-writer.ts';
import type { Price, PriceBook } from './prices/price.ts';
import { rulePeriod, type ResolvedRule } from './rules/rule-options.ts';
import type { Gauge, RulePlan, RuleSet } from './rules/rules.ts';
import { ToldLabels } from './told-labels.ts';

/** Shapes of calls that are kept; beyond them the oldest are worked out again. */
const PLANS_MAX = 20_000;

export interface PlanSources {
  readonly book: BudgetBook;
  readonly prices: PriceBook;
  readonly rules: RuleSet;
  /** What a rule looks at where it is not the period of an account: a rate of spending. */
  readonly rateGauge: (rule: ResolvedRule) => Gauge;
}

export class CostPlan {
  readonly shape: CallShape;
  readonly labels: ToldLabels;
  readonly rules: RulePlan;
  accounts: readonly Account[] = [];
  /** The same accounts as rows name them; known once the store has numbered them. */
  #charges: Told<readonly number[]> | null = null;
  price: Price;
  readonly #sources: PlanSources;
  readonly #tagCount: number;
  readonly #gauges: PeriodGauge[] = [];
  #validFromMs = -Infinity;
  #validUntilMs = -Infinity;

  constructor(shape: CallShape, sources: PlanSources, nowMs: number) {
    this.shape = shape;
    this.#sources = sources;
    this.#tagCount = Object.keys(shape.tags).length;
    this.labels = new ToldLabels(shape);
    this.rules = sources.rules.planFor(shape, (rule) => this.#gaugeOf(rule));
    this.price = sources.prices.find({ ...shape, atMs: nowMs });
    this.refresh(nowMs);
  }

  /** Whether a call has this shape; false is no proof that it has not. */
  isOf(
    breaker: string,
    provider: string | undefined,
    operation: string,
    model: string | undefined,
    tags: Readonly<Record<string, string>>,
    serviceTier?: string,
  ): boolean {
    const { shape } = this;
    if (shape.breaker !== breaker || shape.provider !== provider) return false;
    if (shape.operation !== operation || shape.model !== model) return false;
    if (shape.serviceTier !== serviceTier) return false;
    if (tags === shape.tags) return true;
    let count = 0;
    for (const name in tags) {
      if (shape.tags[name] !== tags[name]) return false;
      count++;
    }
    return count === this.#tagCount;
  }

  /**
   * Brings accounts and price to an instant, where they are not good for it. An account that was
   * forgotten meanwhile hears of no limit any more, and is asked for again.
   */
  renew(nowMs: number): void {
    let isGood = nowMs >= this.#validFromMs && nowMs < this.#validUntilMs;
    for (const account of this.accounts) if (account.isRetired) isGood = false;
    if (!isGood) this.refresh(nowMs);
  }

  refresh(nowMs: number): void {
    const { book, prices } = this.#sources;
    this.accounts = book.accountsOf(this.shape, nowMs);
    this.#charges = null;
    this.price = prices.find({ ...this.shape, atMs: nowMs });
    this.#validFromMs = -Infinity;
    this.#validUntilMs = this.price.validUntilMs;
    for (const { startMs, endMs } of this.accounts) {
      if (startMs > this.#validFromMs) this.#validFromMs = startMs;
      if (endMs < this.#validUntilMs) this.#validUntilMs = endMs;
    }
    for (const gauge of this.#gauges) gauge.turnTo(this.accounts);
  }

  /** Call it once money was reserved: every account has its number then. */
  get charges(): Told<readonly number[]> {
    return (this.#charges ??= { what: this.accounts.map(({ number }) => number), place: -1 });
  }

  #gaugeOf(rule: ResolvedRule): Gauge {
    const line = lineOf(rule);
    if (line === null) return this.#sources.rateGauge(rule);
    const gauge = new PeriodGauge(line);
    this.#gauges.push(gauge);
    return gauge;
  }
}

/** The budget or the meter that a rule watches; null where it watches a rate. */
function lineOf({ budget, type, timeZone }: ResolvedRule): string | null {
  if (budget !== null) return budget;
  const period = rulePeriod(type);
  return period === null ? null : meterId(period, timeZone ?? 'UTC');
}

/** What has been spent and reserved in the current period of one budget or meter. */
class PeriodGauge implements Gauge {
  readonly #line: string;
  #account: Account | null = null;

  constructor(line: string) {
    this.#line = line;
  }

  turnTo(accounts: readonly Account[]): void {
    this.#account = accounts.find(({ key }) => key.budget === this.#line) ?? null;
  }

  valueNanoUsd(): number {
    const account = this.#account;
    // Calls that begin in one turn and wait for the same draw are not blind to each other.
    return account === null ? 0 : account.committedNanoUsd + account.comingNanoUsd;
  }

  limitNanoUsd(): number | null {
    const limit = this.#account?.limitNanoUsd ?? Infinity;
    return limit === Infinity ? null : limit;
  }
}

/** The plans of the shapes seen lately. */
export class PlanCache {
  readonly #sources: PlanSources;
  readonly #plans = new Map<string, CostPlan>();
  /** Calls of one shape come in a row. */
  #last: CostPlan | null = null;

  constructor(sources: PlanSources) {
    this.#sources = sources;
  }

  get size(): number {
    return this.#plans.size;
  }

  of(
    breaker: string,
    provider: string | undefined,
    operation: string,
    model: string | undefined,
    tags: Readonly<Record<string, string>>,
    nowMs: number,
    serviceTier?: string,
  ): CostPlan {
    const last = this.#last;
    if (last?.isOf(breaker, provider, operation, model, tags, serviceTier)) {
      last.renew(nowMs);
      return last;
    }
    let key = `${breaker}\0${provider}\0${operation}\0${model}\0${serviceTier}`;
    for (const name in tags) key += `\0${name}\0${tags[name]}`;
    const known = this.#plans.get(key);
    // Texts may hold what separates them, and a model may be called `undefined`.
    if (known?.isOf(breaker, provider, operation, model, tags, serviceTier)) {
      known.renew(nowMs);
      return (this.#last = known);
    }
    const shape = { breaker, provider, operation, model, tags, serviceTier };
    const plan = new CostPlan(shape, this.#sources, nowMs);
    if (this.#plans.size >= PLANS_MAX)
      this.#plans.delete(this.#plans.keys().next().value as string);
    this.#plans.set(key, plan);
    return (this.#last = plan);
  }
}
