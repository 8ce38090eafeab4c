/**
 * A board's money, put together: store, budgets, prices, estimators, rules, ledger. Opened before
 * the board is there, and closed after its last call.
 */
import type { BudgetLevel } from '../../machines/breaker-context.ts';
import type { BudgetLimit } from '../../persistence/budget-definition.ts';
import type {
  AccountState,
  AuditEntry,
  Committed,
  Forfeit,
  HolderIdentity,
  Joined,
  MoneyChanges,
  MoneyStore,
} from '../../persistence/money-store.ts';
import type { Clock } from '../clock.ts';
import type { Deadline, Deadlines } from '../deadlines.ts';
import { errorNameOf, type FactBody } from '../facts.ts';
import { isFuseboardError } from '../errors.ts';
import type { Random } from '../random.ts';
import type { Account } from './budgets/account.ts';
import { AllowanceReturns } from './budgets/allowance-returns.ts';
import { Allowances } from './budgets/allowances.ts';
import { BudgetBook, BudgetLine } from './budgets/budget-book.ts';
import { calendarOf } from './budgets/calendar.ts';
import type { ResolvedCostOptions } from './cost-options.ts';
import { PlanCache } from './cost-plan.ts';
import type { Drift } from './estimates/drift.ts';
import { createEstimatorChain, type EstimatorChain } from './estimates/estimators.ts';
import { LedgerWriter } from './ledger-writer.ts';
import { Levels } from './budgets/levels.ts';
import { OverrideFund } from './budgets/override-fund.ts';
import { Pacing } from './rules/pacing.ts';
import type { Calendar } from './budgets/period.ts';
import { createPriceBook } from './prices/price-book.ts';
import type { PriceBook } from './prices/price.ts';
import { loadPriceTable, type PriceTable } from './prices/price-table.ts';
import { RuleCooldowns } from './rules/rule-cooldown.ts';
import { rulePeriod, type ResolvedRule } from './rules/rule-options.ts';
import { RuleSet, type Gauge } from './rules/rules.ts';
import { SpendRate } from './rules/spend-rate.ts';
import { loadTokenizer, type Tokenizer } from './tokens/tokenizer.ts';
import { Treasury } from './treasury.ts';

/** What a failing store is told of, at the nth failure in a row. */
const FAILURES_TOLD = 3;
/** How often what estimators have learnt is saved. */
const SAVE_MS = 60_000;
/** How often old rows are removed. */
const COMPACT_MS = 3_600_000;

export interface MoneyDeskOptions {
  readonly config: ResolvedCostOptions;
  readonly store: MoneyStore;
  readonly identity: HolderIdentity;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly random: Random;
  readonly pollMs: number;
  readonly publish: (fact: FactBody) => void;
  readonly isObserved: () => boolean;
  /** A budget that covers whole breakers changed its level. */
  readonly onMoved: () => void;
}

/** Loads what must be loaded, and joins the store. */
export async function openMoneyDesk(options: MoneyDeskOptions): Promise<MoneyDesk> {
  const { config, store, identity } = options;
  const models: string[] = [];
  const [table, tokenizer, joined] = await Promise.all([
    loadPriceTable(),
    config.tokenizer ? loadTokenizer(models) : null,
    store.join(identity, definitionsOf(config)),
  ]);
  const desk = new MoneyDesk(options, table, tokenizer, joined);
  await desk.begin();
  return desk;
}

const definitionsOf = ({ budgets, override }: ResolvedCostOptions) =>
  [...budgets, ...(override === null ? [] : [override])].map(
    ({ id, limitNanoUsd, warnAt, exhaustedBelow }) => ({
      id,
      limitNanoUsd,
      warnAt,
      exhaustedBelow,
    }),
  );

export class MoneyDesk {
  readonly treasury: Treasury;
  readonly book: BudgetBook;
  readonly prices: PriceBook;
  readonly estimators: EstimatorChain;
  readonly ledger: LedgerWriter;
  readonly levels: Levels;
  readonly plans: PlanCache;
  readonly store: MoneyStore;
  readonly #options: MoneyDeskOptions;
  readonly #allowances: Allowances;
  readonly #returns: AllowanceReturns;
  readonly #pacing: Pacing;
  readonly #joined: Joined;
  readonly #fund: BudgetLine | null;
  #poll: Deadline | null = null;
  #saving: Deadline | null = null;
  #compacting: Deadline | null = null;
  /** By budget: what is in force here, and what the store last said. */
  readonly #limits: Map<string, number>;
  readonly #storedLimits: Map<string, number>;
  /** Limits that are on their way to the store, by budget. */
  readonly #limitsBeingSet = new Map<string, number>();
  #isTold = false;
  #pollFailures = 0;

  constructor(
    options: MoneyDeskOptions,
    table: PriceTable,
    tokenizer: Tokenizer | null,
    joined: Joined,
  ) {
    const { config, store, clock, deadlines, random, publish, isObserved, onMoved } = options;
    const { override } = config;
    this.#options = options;
    this.#joined = joined;
    this.#limits = new Map(joined.limits.map((limit) => [limit.budget, limit.limitNanoUsd]));
    this.#storedLimits = new Map(this.#limits);
    this.store = store;
    this.book = new BudgetBook(config.budgets, metersOf(config.rules), (account) =>
      this.levels.forget(account),
    );
    this.prices = createPriceBook(config.prices, table);
    this.estimators = createEstimatorChain({
      extra: config.estimators,
      ...(config.defaultCosts === undefined ? {} : { defaultCosts: config.defaultCosts }),
      report: (name, error) => {
        const callback = `estimator ${name}`;
        const errorName = errorNameOf(error);
        publish({ type: 'callback.failed', breaker: null, callback, errorName });
      },
      onDrift: (drift) => publish(driftFact(drift)),
    });
    this.estimators.restore(joined.learnt);
    this.levels = new Levels({ clock, deadlines, publish, onMoved });
    this.ledger = new LedgerWriter({
      store,
      holder: joined.holder,
      clock,
      deadlines,
      onCommitted: (committed) => this.#committed(committed),
      onFailed: (error, failures, pendingCount) => this.#failed(error, failures, pendingCount),
      onRecovered: () => this.#recovered(),
    });
    this.#returns = new AllowanceReturns({
      clock,
      deadlines,
      giveBack: (account, amountNanoUsd) => this.ledger.giveBack(account, amountNanoUsd),
    });
    const watch = (account: Account): void => this.#returns.watch(account);
    this.#allowances = new Allowances({
      store,
      clock,
      onHeard: (account) => this.#heard(account),
      onDrawn: watch,
      onFailed: (error) => this.#failed(error, FAILURES_TOLD, this.ledger.pendingCount),
      reclaim: (account) => this.ledger.takeBack(account, account.reclaimableNanoUsd),
    });
    const { delayMaxMs, queueMax } = config;
    this.#pacing = new Pacing({ clock, deadlines, random, delayMaxMs, queueMax });
    const rate = new SpendRate();
    const rules = new RuleSet(config.rules);
    const rateGauge = (rule: ResolvedRule): Gauge => rateGaugeOf(rule, rate);
    this.plans = new PlanCache({ book: this.book, prices: this.prices, rules, rateGauge });
    this.#fund =
      override === null
        ? null
        : new BudgetLine(override.id, override.calendar, override, (account) =>
            this.book.forget(account),
          );
    this.treasury = new Treasury({
      clock,
      publish,
      isObserved,
      plans: this.plans,
      cooldowns: new RuleCooldowns(config.rules.length),
      estimators: this.estimators,
      tokenizer,
      allowances: this.#allowances,
      watch,
      ledger: this.ledger,
      pacing: this.#pacing,
      rate,
      levels: this.levels,
      overrides:
        this.#fund === null
          ? null
          : new OverrideFund({
              line: this.#fund,
              allowances: this.#allowances,
              store,
              clock,
              publish,
            }),
      defaultMaxOutputTokens: config.defaultMaxOutputTokens,
    });
  }

  /** Looks at what budgets that are not divided have spent, so that breakers start as they must. */
  async begin(): Promise<void> {
    const { clock, deadlines, pollMs } = this.#options;
    const nowMs = clock.nowMs();
    const accounts = this.book.lines
      .filter(({ budget }) => budget?.per === null)
      .map((line) => line.account('', nowMs));
    await this.ask([...accounts, ...(await this.#partsInUse(nowMs))]);
    // Nobody can listen before the board is there: said as soon as the first one may.
    clock.defer(() => this.#tellForfeits(this.#joined.forfeits));
    if (this.store.shared) this.#pollLater(pollMs);
    this.#saving = deadlines.at(clock.monotonicMs() + SAVE_MS, () => this.#save());
    this.#compact();
  }

  /** The parts in use of budgets that are divided and move breakers: a restart forgets none. */
  async #partsInUse(nowMs: number): Promise<readonly Account[]> {
    const divided = this.book.lines.filter(
      ({ budget }) => budget !== null && budget.per !== null && budget.movesBreakers,
    );
    if (divided.length === 0) return [];
    const parts: Account[] = [];
    for (const { key } of await this.store.accounts(nowMs)) {
      const line = divided.find(({ id }) => id === key.budget);
      if (line !== undefined) parts.push(line.account(key.value, nowMs));
    }
    return parts;
  }

  /** Has the store tell about some accounts. */
  async ask(accounts: readonly Account[]): Promise<void> {
    if (accounts.length > 0) await this.#allowances.ask(accounts);
  }

  levelOf(breaker: string, provider: string | undefined): BudgetLevel {
    return this.book.levelOf(breaker, provider, this.#options.clock.nowMs());
  }

  /** Everything settled so far is in the store, or the store has failed. */
  async flush(): Promise<void> {
    await this.ledger.settled();
  }

  async close(makeReason: () => unknown): Promise<void> {
    this.#stop();
    const batches = this.treasury.end(makeReason);
    await this.#saveAll().catch(() => {});
    await this.store.close(batches);
  }

  /** The process ends: nobody can be waited for. */
  leaveNow(): void {
    this.#stop();
    const batches = this.treasury.end(() => undefined);
    try {
      this.store.leaveNow(batches);
    } catch (error) {
      // What is not booked now is forfeited later: no throw in a process's last moment mends that.
      this.#failed(error, FAILURES_TOLD, batches.length);
    }
  }

  #stop(): void {
    const { deadlines } = this.#options;
    deadlines.cancel(this.#poll);
    deadlines.cancel(this.#saving);
    deadlines.cancel(this.#compacting);
    this.#poll = null;
    this.#returns.end();
  }

  /** An account of ours is as the store says. */
  hear(state: AccountState, isOurs: boolean): void {
    const account = this.book.numbered(state.account);
    if (account === undefined) return;
    const before = account.limitNanoUsd;
    account.hear(state, isOurs);
    this.#limited(account, before);
    this.levels.check(account);
  }

  /** Sets a limit: here at once, whatever the store is busy with, and then for everybody. */
  async setLimit(budget: string, limitNanoUsd: number, entry: AuditEntry): Promise<void> {
    this.#limitsBeingSet.set(budget, (this.#limitsBeingSet.get(budget) ?? 0) + 1);
    for (const account of this.#accountsOf(budget)) account.ownLimitNanoUsd = limitNanoUsd;
    this.#limitTo(budget, limitNanoUsd);
    try {
      const changes = await this.store.setLimit(budget, limitNanoUsd, entry);
      this.#limitIsSet(budget);
      this.hearChanges(changes);
    } catch (error) {
      this.#limitIsSet(budget);
      const stored = this.#storedLimits.get(budget);
      if (stored !== undefined) this.hearLimit({ budget, limitNanoUsd: stored });
      throw error;
    }
  }

  /** The store has answered about a limit set here. */
  #limitIsSet(budget: string): void {
    const count = (this.#limitsBeingSet.get(budget) ?? 0) - 1;
    if (count > 0) return void this.#limitsBeingSet.set(budget, count);
    this.#limitsBeingSet.delete(budget);
    for (const account of this.#accountsOf(budget)) account.ownLimitNanoUsd = null;
  }

  #accountsOf(budget: string): Account[] {
    const line = this.book.line(budget) ?? this.#fund;
    return line?.id === budget ? [...line.accounts] : [];
  }

  /** The store says which limit is in force. While one is set from here, that is an older one. */
  hearLimit({ budget, limitNanoUsd }: BudgetLimit): void {
    this.#storedLimits.set(budget, limitNanoUsd);
    if (!this.#limitsBeingSet.has(budget)) this.#limitTo(budget, limitNanoUsd);
  }

  #limitTo(budget: string, limitNanoUsd: number): void {
    for (const account of this.#accountsOf(budget)) {
      const before = account.limitNanoUsd;
      account.setLimit(limitNanoUsd);
      this.#limited(account, before);
      this.levels.check(account);
    }
    if (this.#limits.get(budget) === limitNanoUsd) return;
    this.#limits.set(budget, limitNanoUsd);
    this.#options.publish({ type: 'budget.limit_changed', budget, limitNanoUsd });
  }

  hearChanges({ accounts, limits, forfeits }: MoneyChanges): void {
    for (const limit of limits) this.hearLimit(limit);
    for (const state of accounts) this.hear(state, false);
    this.#tellForfeits(forfeits);
  }

  /** Money drawn under a higher limit goes back at once: only what calls hold stays out. */
  #limited(account: Account, beforeNanoUsd: number): void {
    if (account.limitNanoUsd >= beforeNanoUsd || beforeNanoUsd === Infinity) return;
    this.#returns.returnAll(account);
    this.ledger.flush();
  }

  #heard(account: Account): void {
    this.book.heard(account);
    this.levels.check(account);
    this.#recovered();
  }

  #committed({ accounts, overspent }: Committed): void {
    this.#recovered();
    for (const { account, amountNanoUsd } of overspent) {
      this.book.numbered(account)?.overspent(amountNanoUsd);
    }
    for (const state of accounts) this.hear(state, true);
    for (const { account, amountNanoUsd } of overspent) {
      const key = this.book.numbered(account)?.key;
      if (key === undefined) continue;
      const { budget, value, period } = key;
      this.#options.publish({ type: 'budget.overspent', budget, value, period, amountNanoUsd });
    }
  }

  #tellForfeits(forfeits: readonly Forfeit[]): void {
    for (const { account, holder, budget, amountNanoUsd } of forfeits) {
      // Ours, while this process slept: what is left of it is not ours to reserve any more.
      const lost = holder === this.#joined.holder ? this.book.numbered(account) : undefined;
      if (lost !== undefined) {
        this.#returns.returnAll(lost);
        lost.lose(amountNanoUsd);
      }
      this.#options.publish({ type: 'budget.forfeited', budget, amountNanoUsd });
    }
  }

  #failed(error: unknown, failures: number, pendingCount: number): void {
    if (this.#isTold || failures < FAILURES_TOLD) return;
    this.#isTold = true;
    const problem = isFuseboardError(error) ? error.message : errorNameOf(error);
    this.#options.publish({ type: 'books.failed', problem, pendingCount });
  }

  /** The store has written something, or been read again where that is what had failed. */
  #recovered(): void {
    if (!this.#isTold || this.ledger.isFailing) return;
    this.#isTold = false;
    this.#options.publish({ type: 'books.recovered' });
  }

  #pollLater(pollMs: number): void {
    const { clock, deadlines } = this.#options;
    this.#poll = deadlines.at(clock.monotonicMs() + pollMs, () => {
      this.store
        .changes()
        .then(
          (changes) => {
            if (this.#pollFailures >= FAILURES_TOLD) this.#recovered();
            this.#pollFailures = 0;
            this.hearChanges(changes);
          },
          (error: unknown) => {
            this.#failed(error, ++this.#pollFailures, this.ledger.pendingCount);
          },
        )
        .finally(() => {
          if (this.#poll !== null) this.#pollLater(pollMs);
        });
    });
  }

  #compact(): void {
    const { clock, deadlines, config } = this.#options;
    void this.store.compact(clock.nowMs() - config.retentionMs).catch(() => {});
    this.#compacting = deadlines.at(clock.monotonicMs() + COMPACT_MS, () => this.#compact());
  }

  async #saveAll(): Promise<void> {
    for (let rows = this.estimators.save(); rows.length > 0; rows = this.estimators.save()) {
      await this.store.saveLearnt(rows);
    }
  }

  #save(): void {
    const { clock, deadlines } = this.#options;
    void this.#saveAll().catch(() => {});
    this.#saving = deadlines.at(clock.monotonicMs() + SAVE_MS, () => this.#save());
  }
}

/** One meter for each calendar that a rule looks at without a budget. */
function metersOf(rules: readonly ResolvedRule[]): readonly Calendar[] {
  const meters = new Map<string, Calendar>();
  for (const { budget, timeZone, type } of rules) {
    const period = rulePeriod(type);
    if (budget !== null || period === null) continue;
    const zone = timeZone ?? 'UTC';
    meters.set(`${period}:${zone}`, calendarOf(period, zone));
  }
  return [...meters.values()];
}

function rateGaugeOf({ type }: ResolvedRule, rate: SpendRate): Gauge {
  const isMinute = type === 'cost_rate_per_minute';
  return {
    valueNanoUsd: (nowMs) =>
      isMinute ? rate.lastMinuteNanoUsd(nowMs) : rate.lastHourNanoUsd(nowMs),
    limitNanoUsd: () => null,
  };
}

function driftFact({ model, ...drift }: Drift): FactBody {
  return { type: 'cost.drifted', ...(model === undefined ? {} : { model }), ...drift };
}
