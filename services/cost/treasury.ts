/**
 * The money of one board: a call is weighed, held against the rules, paced, paid for out of an
 * allowance, and booked when it has ended. This file walks a call through; what each step means
 * lies beside it.
 */
import type { LedgerBatch } from '../../persistence/ledger-batch.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Account } from './budgets/account.ts';
import type { Allowances, Taken } from './budgets/allowances.ts';
import type { CallCost } from './call-cost.ts';
import type { PlanCache } from './cost-plan.ts';
import * as refusals from './cost-refusal.ts';
import type { CostRefusal } from './cost-refusal.ts';
import { CostedCall, numbersOf } from './costed-call.ts';
import type { OverrideFund } from './budgets/override-fund.ts';
import type { NanoUsd } from './money.ts';
import type { RuleCooldowns } from './rules/rule-cooldown.ts';
import { decide, RuleDecision } from './rules/rule-decision.ts';
import { ruleMatches } from './rules/rule-explanation.ts';
import { shedBecause } from './rules/rule-shedding.ts';
import type { Pacing } from './rules/pacing.ts';
import { Settlements, type SettlementsParts } from './settlements.ts';
import { boundTokens, type TokenCount } from './tokens/token-count.ts';
import type { Tokenizer } from './tokens/tokenizer.ts';

/** Whose call it is. */
export interface CostHost {
  readonly name: string;
  readonly options: ResolvedOptions;
  /** A budget that covers the breaker is strained. */
  readonly isDegraded: boolean;
}

/** How a call's way to its money goes on: there, wait for it, or not at all. */
export type Way = 'go' | 'wait' | CostRefusal;

export interface TreasuryParts extends SettlementsParts {
  readonly plans: PlanCache;
  readonly cooldowns: RuleCooldowns;
  /** Null where nobody loaded one: what is sent is bounded by its bytes. */
  readonly tokenizer: Tokenizer | null;
  readonly allowances: Allowances;
  readonly pacing: Pacing;
  readonly overrides: OverrideFund | null;
  readonly defaultMaxOutputTokens: number | null;
}

export class Treasury {
  readonly #parts: TreasuryParts;
  readonly #settlements: Settlements;
  readonly #decision = new RuleDecision();

  constructor(parts: TreasuryParts) {
    this.#parts = parts;
    this.#settlements = new Settlements(parts);
  }

  /** A call before anything is decided about it: its tokens counted, its cost estimated. */
  open(host: CostHost, cost: CallCost): CostedCall {
    const { clock, plans, estimators } = this.#parts;
    const nowMs = clock.nowMs();
    const { provider, defaultMaxOutputTokens } = host.options;
    const plan = plans.of(
      host.name,
      provider,
      cost.operation,
      cost.model,
      cost.tags,
      nowMs,
      cost.serviceTier,
    );
    const count = cost.inputTokens === null ? this.#count(cost) : null;
    const byDefault = defaultMaxOutputTokens ?? this.#parts.defaultMaxOutputTokens;
    const maxOutputTokens =
      cost.maxOutputTokens ?? (byDefault === null ? null : byDefault * cost.answers);
    const call = new CostedCall(this.#settlements, plan, cost, count, maxOutputTokens, nowMs);
    call.weigh(estimators.estimate(call));
    return call;
  }

  /** Where neither a call nor its breaker says. Tokens. */
  get defaultMaxOutputTokens(): number | null {
    return this.#parts.defaultMaxOutputTokens;
  }

  /** Tokens of a text, as expected. */
  countText(text: string, model: string | undefined): number {
    return (this.#parts.tokenizer?.countText(text, model) ?? boundTokens(text)).tokens;
  }

  /** Tokens of what is sent; null where it is not shown. */
  #count({ messages, input, model }: CallCost): TokenCount | null {
    const { tokenizer } = this.#parts;
    if (messages !== undefined) {
      return tokenizer?.countMessages(messages, model) ?? boundTokens(JSON.stringify(messages));
    }
    if (input === undefined) return null;
    return tokenizer?.countText(input, model) ?? boundTokens(input);
  }

  /** Whether a call may run on the emergency override. */
  mayOverride({ override }: CallCost): boolean {
    return override !== null && this.#parts.overrides !== null;
  }

  /** Rules, pacing and reservation, as far as they go without waiting. */
  enterNow(
    call: CostedCall,
    host: CostHost,
    priority: number,
    signal: AbortSignal | undefined,
  ): Way {
    if (call.isRuled) {
      if (call.turn !== null || call.needsFund) return 'wait';
      return this.#takeLater(call) ? 'go' : this.#expect(call);
    }
    const refusal = this.#look(call, host, priority, signal);
    if (refusal !== null) return refusal;
    if (call.turn !== null || call.needsFund) return 'wait';
    if (!this.#take(call)) return this.#expect(call);
    this.#hold(call, call.plan.accounts, call.worstNanoUsd);
    return 'go';
  }

  /** The rest of the way, for a call that must wait. Rejects when its caller gives up. */
  async enter(call: CostedCall, signal: AbortSignal | undefined): Promise<CostRefusal | null> {
    const { turn } = call;
    call.turn = null;
    await turn;
    const { allowances, clock, ledger } = this.#parts;
    while (ledger.isFull && !ledger.isFailing) await ledger.caughtUp();
    if (ledger.isFull) return refusals.booksBehind(ledger.pendingCount);
    if (call.needsFund) return this.#override(call, signal);
    for (;;) {
      if (this.#takeLater(call)) return null;
      this.#expect(call);
      const { accounts } = call.plan;
      const taken = await allowances.take(accounts, call.worstNanoUsd, signal);
      call.plan.renew(clock.nowMs());
      // A period ended meanwhile: its money is none of this call's, nor is the lack of it.
      if (call.plan.accounts !== accounts && taken !== 'unavailable') {
        if (taken === 'reserved') release(accounts, call.worstNanoUsd);
        continue;
      }
      if (taken === 'reserved') return this.#holdLater(call, accounts, call.worstNanoUsd);
      if (this.mayOverride(call.cost)) return this.#override(call, signal);
      return this.#short(call, taken);
    }
  }

  /** A call that is only watched goes on without the money, and its cost is booked all the same. */
  enterUnpaid(call: CostedCall): void {
    const { accounts } = call.plan;
    const unknown = accounts.filter(({ number }) => number < 0);
    // Asked about while it runs: nobody waits for that.
    if (unknown.length > 0) this.#parts.allowances.ask(unknown).catch(() => {});
    call.isUnpaid = true;
    this.#hold(call, accounts, 0);
  }

  /** The rules, and what a strained budget still lets through. Null: go on. */
  #look(
    call: CostedCall,
    host: CostHost,
    priority: number,
    signal: AbortSignal | undefined,
  ): CostRefusal | null {
    call.isRuled = true;
    const { clock, cooldowns, isObserved, pacing, publish } = this.#parts;
    const decision = this.#decision;
    const nowMs = clock.monotonicMs();
    call.heldAtMs = nowMs;
    const { expectedNanoUsd, worstNanoUsd, plan } = call;
    decide(plan.rules, expectedNanoUsd, worstNanoUsd, priority, nowMs, decision);
    if (decision.matchedCount > 0 && isObserved()) {
      const announced = cooldowns.announce(decision, nowMs);
      for (const { type: ruleType, ...match } of ruleMatches(decision)) {
        if (!announced.some(({ id }) => id === match.rule)) continue;
        publish({ type: 'rule.fired', ...call.factLabels, ruleType, ...match });
      }
    }
    call.isDegraded = decision.action === 'degrade';
    const { limited, mode } = host.options;
    const isLimited = host.isDegraded && limited !== null && worstNanoUsd > 0;
    const shed = isLimited ? shedBecause(limited, expectedNanoUsd, priority) : null;
    if (mode === 'enforce' && this.mayOverride(call.cost)) {
      // Whatever would stop it or hold it up, it passes at the fund's expense and in the audit.
      call.needsFund ||=
        decision.action === 'block' ||
        shed !== null ||
        spentFor(call) !== null ||
        pacing.holdsUp(call, decision, host.isDegraded);
      if (call.needsFund) return null;
    }
    if (decision.action === 'block') return refusals.ruleBlocks(decision);
    if (shed !== null && limited !== null) {
      return refusals.shed(shed, limited, expectedNanoUsd, priority);
    }
    if (mode !== 'enforce') return null;
    // What is spent does not come back: waiting for it would be in vain.
    const spent = spentFor(call);
    if (spent !== null) return refusals.budgetShort(spent, worstNanoUsd);
    const turn = pacing.pass(call, decision, host.isDegraded, priority, signal);
    if (turn === 'full') return refusals.throttleFull();
    // Its caller may give up before anybody waits for the turn.
    turn?.catch(() => {});
    call.turn = turn;
    return null;
  }

  /** From now on rules see the call coming: no other that begins meanwhile is blind to it. */
  #expect(call: CostedCall): 'wait' {
    if (call.expectedIn !== null) return 'wait';
    const { clock, rate } = this.#parts;
    call.expectedIn = call.plan.accounts;
    call.expectedAtMs = clock.monotonicMs();
    for (const account of call.expectedIn) account.expect(call.worstNanoUsd);
    rate.add(call.expectedNanoUsd, call.expectedAtMs);
    return 'wait';
  }

  /** The call has its money, or goes without. */
  expectNot(call: CostedCall): void {
    if (call.expectedIn === null) return;
    const { clock, rate } = this.#parts;
    for (const account of call.expectedIn) account.expectNot(call.worstNanoUsd);
    call.expectedIn = null;
    rate.correct(-call.expectedNanoUsd, call.expectedAtMs, clock.monotonicMs());
  }

  #take(call: CostedCall): boolean {
    const { allowances, ledger } = this.#parts;
    return !ledger.isFull && allowances.takeNow(call.plan.accounts, call.worstNanoUsd);
  }

  /** The same after a wait, out of what the period has that is now. */
  #takeLater(call: CostedCall): boolean {
    call.plan.renew(this.#parts.clock.nowMs());
    if (!this.#take(call)) return false;
    this.#holdLater(call, call.plan.accounts, call.worstNanoUsd);
    return true;
  }

  /** After a wait, the call belongs to the period in which its money came. */
  #holdLater(call: CostedCall, accounts: readonly Account[], amountNanoUsd: number): null {
    const { clock } = this.#parts;
    call.atMs = clock.nowMs();
    call.heldAtMs = clock.monotonicMs();
    return this.#hold(call, accounts, amountNanoUsd);
  }

  #hold(call: CostedCall, accounts: readonly Account[], amountNanoUsd: number): null {
    const { rate, watch } = this.#parts;
    if (call.expectedIn !== null) this.expectNot(call);
    call.hold(accounts, amountNanoUsd);
    rate.add(call.expectedNanoUsd, call.heldAtMs);
    this.#settlements.held(call);
    for (const account of accounts) {
      if (account.availableNanoUsd > 0 && !account.isWatched) watch(account);
    }
    return null;
  }

  /** Nothing is left for it but the emergency fund: kept for the audit before it is used. */
  async #override(call: CostedCall, signal: AbortSignal | undefined): Promise<CostRefusal | null> {
    const { overrides } = this.#parts;
    const account = await (overrides as OverrideFund).take(call, signal);
    if (!('key' in account)) return account;
    const meters = call.plan.accounts.filter(({ isMeter, number }) => isMeter && number >= 0);
    for (const meter of meters) meter.reserve(call.worstNanoUsd);
    const accounts = [account, ...meters];
    call.override = call.cost.override;
    call.charges = numbersOf(accounts);
    return this.#holdLater(call, accounts, call.worstNanoUsd);
  }

  /**
   * Holds more for a call that runs, in the accounts where it is held: twice of what it has, so
   * that it seldom asks, or just what it needs where there is no more. False: there is not enough.
   */
  extend(call: CostedCall, toNanoUsd: number): boolean | Promise<boolean> {
    // What goes on without its money, or has ended, needs none.
    if (call.status !== 'held' || call.isUnpaid) return true;
    const { allowances, ledger } = this.#parts;
    const needNanoUsd = toNanoUsd - call.reservedNanoUsd;
    for (const extraNanoUsd of [Math.max(needNanoUsd, call.reservedNanoUsd), needNanoUsd]) {
      if (ledger.isFull || !allowances.takeNow(call.accounts, extraNanoUsd)) continue;
      call.extend(extraNanoUsd);
      return true;
    }
    // The fund of an override has an audited amount for each call, and no more.
    if (ledger.isFull || call.override !== null) return false;
    return this.#extendLater(call, needNanoUsd);
  }

  async #extendLater(call: CostedCall, extraNanoUsd: number): Promise<boolean> {
    const { accounts } = call;
    const taken = await this.#parts.allowances.take(accounts, extraNanoUsd, undefined);
    if (taken !== 'reserved') return false;
    if (call.status === 'held') call.extend(extraNanoUsd);
    else release(accounts, extraNanoUsd);
    return true;
  }

  #short(call: CostedCall, taken: Exclude<Taken, 'reserved'>): CostRefusal {
    return taken === 'unavailable'
      ? refusals.storeUnavailable()
      : refusals.budgetShort(taken.shortOf, call.worstNanoUsd);
  }

  /** Draws for a call that could not wait, so that its next try finds the money. */
  drawAhead({ plan, worstNanoUsd }: CostedCall): void {
    const { allowances } = this.#parts;
    // Whoever waits already has money on its way.
    if (allowances.waitingCount > 0) return;
    const { accounts } = plan;
    void allowances.take(accounts, worstNanoUsd, undefined).then((taken) => {
      if (taken !== 'reserved') return;
      for (const account of accounts) account.release(worstNanoUsd);
    });
  }

  /** Which budget keeps the call's breaker open; null where this process does not know. */
  whatIsSpent({ plan }: CostedCall): CostRefusal | null {
    let spent: Account | null = null;
    for (const account of plan.accounts) {
      if (account.budget?.movesBreakers !== true || account.levelNow() !== 'exceeded') continue;
      if (spent === null || account.endMs > spent.endMs) spent = account;
    }
    return spent === null ? null : refusals.budgetSpent(spent);
  }

  /** A call was refused for money: what it would have cost is counted as saved, once. */
  refused(call: CostedCall): void {
    const { ledger } = this.#parts;
    const { estimate, plan, price } = call;
    ledger.refused(plan.labels.of(estimate.method, price), call.expectedNanoUsd, call.atMs);
  }

  /** What is held for a breaker's calls in flight, at worst. Walks over all that hold money. */
  heldFor(breaker: string): NanoUsd {
    return this.#settlements.heldFor(breaker);
  }

  /** Nobody waits for running calls any more: each is booked at its worst case. */
  endAll(): void {
    this.#settlements.endAll();
  }

  /** What the store has not confirmed; nothing goes to it later. */
  end(makeReason: () => unknown): LedgerBatch[] {
    const { allowances, ledger, levels, pacing } = this.#parts;
    this.endAll();
    allowances.close();
    pacing.close(makeReason);
    levels.end();
    return ledger.end();
  }
}

function release(accounts: readonly Account[], amountNanoUsd: number): void {
  for (const account of accounts) account.release(amountNanoUsd);
}

/** An account that has spent too much to pay for a call, whoever gives back what; null for none. */
function spentFor({ plan, worstNanoUsd }: CostedCall): Account | null {
  for (const account of plan.accounts) {
    if (worstNanoUsd > account.unspentNanoUsd) return account;
  }
  return null;
}
