/** What the run's money did, counted from the board's facts. All amounts in nano-dollars. */
import type { BudgetSummary, Fact, FactOf } from '../../index.ts';
import { formatUsd, sumNanoUsd } from '../../services/cost/money.ts';
import { PROVIDERS, type ProviderName } from './endpoints.ts';
import { LANES } from './lanes.ts';
import type { RunMoney } from './run-money.ts';

/** Something about money that happened in the story. */
export interface MoneyMoment {
  /** Milliseconds from the story's beginning. */
  readonly elapsedMs: number;
  readonly about: 'budget' | 'rule' | 'operator';
  /** What, in a few words. */
  readonly what: string;
}

export interface BudgetView {
  readonly id: string;
  readonly spentNanoUsd: number;
  readonly limitNanoUsd: number;
  readonly level: BudgetSummary['level'];
}

export interface MoneyView {
  /** The run's budget, then the scarce one, then that of real providers if there are any. */
  readonly budgets: readonly BudgetView[];
  /** Of calls that succeeded: what each was expected to cost before it was made, and did cost. */
  readonly expectedNanoUsd: number;
  readonly actualNanoUsd: number;
  /** Since this start: what was booked for each provider. */
  readonly providers: readonly { readonly provider: ProviderName; readonly costNanoUsd: number }[];
  /** Booked at the worst case, because nobody could say what they cost. */
  readonly assumedCount: number;
  readonly rule: string;
  /** Calls that the rule slowed down or refused. */
  readonly throttledCount: number;
  /** Of these the refused ones: too many waited already. */
  readonly throttledRefusedCount: number;
  /** Calls refused because a budget was spent. */
  readonly spentRefusedCount: number;
  /** Oldest first. */
  readonly moments: readonly MoneyMoment[];
}

/** Amounts as a person reads them: to a hundredth of a cent. */
export const shortUsd = (nanoUsd: number): string =>
  formatUsd(Math.round(nanoUsd / 100_000) * 100_000);

/** A rule that acted less than this long ago is still acting. Milliseconds. */
const RULE_GAP_MS = 2_000;
const MOMENTS_MAX = 500;

interface Line {
  spentNanoUsd: number;
  limitNanoUsd: number;
  level: BudgetSummary['level'];
}

export class MoneyTally {
  readonly #money: RunMoney;
  readonly #lines: ReadonlyMap<string, Line>;
  readonly #moments: MoneyMoment[] = [];
  /** By breaker. */
  readonly #costs = new Map<string, number>();
  #expectedNanoUsd = 0;
  #actualNanoUsd = 0;
  #assumedCount = 0;
  #throttledCount = 0;
  #throttledRefusedCount = 0;
  #spentRefusedCount = 0;
  #ruleActedAtMs = -Infinity;

  /** `found`: the run's budgets as the story begins with them. */
  constructor(money: RunMoney, found: readonly BudgetSummary[]) {
    this.#money = money;
    this.#lines = new Map(
      found.map(({ budget, spentNanoUsd, limitNanoUsd, level }) => [
        budget,
        { spentNanoUsd, limitNanoUsd, level },
      ]),
    );
  }

  /** The books, as they are now: budgets that begin anew are back at nothing. */
  find(found: readonly BudgetSummary[]): void {
    for (const { budget, spentNanoUsd, limitNanoUsd } of found) {
      const line = this.#lines.get(budget);
      if (line !== undefined) Object.assign(line, { spentNanoUsd, limitNanoUsd });
    }
  }

  isSpent(budget: string): boolean {
    return this.#lines.get(budget)?.level === 'exceeded';
  }

  /** What was booked for a breaker since this start. */
  costOf(breaker: string): number {
    return this.#costs.get(breaker) ?? 0;
  }

  /** Counts a fact; answers what there is to tell about it. Null: nothing. */
  add(fact: Fact, elapsedMs: number): MoneyMoment | null {
    switch (fact.type) {
      case 'cost.settled':
        this.#addSettled(fact);
        return null;
      case 'call.refused':
        if (fact.code === 'throttled') this.#throttledRefusedCount++;
        else if (fact.code === 'budget_exceeded') this.#spentRefusedCount++;
        return null;
      case 'rule.fired':
        return this.#addFired(fact, elapsedMs);
      case 'budget.warned':
      case 'budget.exceeded':
      case 'budget.recovered':
        return this.#addLevel(fact, elapsedMs);
      case 'budget.limit_changed': {
        const line = this.#lines.get(fact.budget);
        if (line !== undefined) line.limitNanoUsd = fact.limitNanoUsd;
        return null;
      }
      case 'budget.forfeited': {
        const amount = shortUsd(fact.amountNanoUsd);
        return this.tell(elapsedMs, 'budget', `${fact.budget}: ${amount} died with a process`);
      }
      default:
        return null;
    }
  }

  tell(elapsedMs: number, about: MoneyMoment['about'], what: string): MoneyMoment {
    const moment = { elapsedMs, about, what };
    this.#moments.push(moment);
    if (this.#moments.length > MOMENTS_MAX) this.#moments.shift();
    return moment;
  }

  get view(): MoneyView {
    return {
      budgets: [...this.#lines].map(([id, line]) => ({ id, ...line })),
      expectedNanoUsd: this.#expectedNanoUsd,
      actualNanoUsd: this.#actualNanoUsd,
      providers: PROVIDERS.map((provider) => ({
        provider,
        costNanoUsd: LANES.filter((lane) => lane.provider === provider)
          .map(({ name }) => this.costOf(name))
          .reduce(sumNanoUsd, 0),
      })),
      assumedCount: this.#assumedCount,
      rule: this.#money.rule,
      throttledCount: this.#throttledCount,
      throttledRefusedCount: this.#throttledRefusedCount,
      spentRefusedCount: this.#spentRefusedCount,
      moments: [...this.#moments],
    };
  }

  #addSettled(fact: FactOf<'cost.settled'>): void {
    const { breaker, costNanoUsd, expectedNanoUsd, basis, outcome } = fact;
    for (const [id, line] of this.#lines) {
      if (!this.#money.covers(id, breaker)) continue;
      line.spentNanoUsd = sumNanoUsd(line.spentNanoUsd, costNanoUsd);
    }
    this.#costs.set(breaker, sumNanoUsd(this.costOf(breaker), costNanoUsd));
    if (basis === 'assumed') this.#assumedCount++;
    if (outcome !== 'succeeded') return;
    this.#expectedNanoUsd = sumNanoUsd(this.#expectedNanoUsd, expectedNanoUsd);
    this.#actualNanoUsd = sumNanoUsd(this.#actualNanoUsd, costNanoUsd);
  }

  #addFired(fact: FactOf<'rule.fired'>, elapsedMs: number): MoneyMoment | null {
    this.#throttledCount++;
    const isNew = elapsedMs - this.#ruleActedAtMs > RULE_GAP_MS;
    this.#ruleActedAtMs = elapsedMs;
    if (!isNew) return null;
    const figure = `${shortUsd(fact.figureNanoUsd)} in a minute`;
    const share = `${(fact.factor ?? 1) * 100} %`;
    const what = `${fact.rule} slows ${fact.breaker} to ${share}: ${figure}`;
    return this.tell(elapsedMs, 'rule', what);
  }

  #addLevel(
    fact: FactOf<'budget.warned' | 'budget.exceeded' | 'budget.recovered'>,
    elapsedMs: number,
  ): MoneyMoment | null {
    const line = this.#lines.get(fact.budget);
    if (line === undefined) return null;
    const figures = `${shortUsd(fact.spentNanoUsd)} of ${shortUsd(fact.limitNanoUsd)}`;
    switch (fact.type) {
      case 'budget.warned':
        line.level = 'warned';
        return this.tell(elapsedMs, 'budget', `${fact.budget} is strained: ${figures} spent`);
      case 'budget.exceeded':
        line.level = 'exceeded';
        return this.tell(elapsedMs, 'budget', `${fact.budget} is spent: ${figures}`);
      case 'budget.recovered':
        line.level = 'ok';
        return this.tell(elapsedMs, 'budget', `${fact.budget} has room again: ${figures} spent`);
    }
  }
}
