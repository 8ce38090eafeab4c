/**
 * Calls whose money is held, from the reservation to the books: released, or ended, which writes a
 * row, corrects the rate of spending, moves levels, teaches the estimators and says a fact.
 */
import type { Clock } from '../clock.ts';
import type { FactBody, FactDraft } from '../facts.ts';
import type { Account } from './budgets/account.ts';
import type { Levels } from './budgets/levels.ts';
import {
  numbersOf,
  writeRow,
  type CallEnder,
  type CostedCall,
  type Ending,
} from './costed-call.ts';
import type { EstimatorChain } from './estimates/estimators.ts';
import { HeldCalls } from './held-calls.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { sumNanoUsd, ZERO, type NanoUsd } from './money.ts';
import type { SpendRate } from './rules/spend-rate.ts';
import { totalInputTokens, totalOutputTokens } from './usage.ts';

export interface SettlementsParts {
  readonly clock: Clock;
  readonly publish: (fact: FactBody) => void;
  readonly isObserved: () => boolean;
  readonly estimators: EstimatorChain;
  /** An account holds money that no call has reserved. */
  readonly watch: (account: Account) => void;
  readonly ledger: LedgerWriter;
  readonly rate: SpendRate;
  readonly levels: Levels;
}

export class Settlements implements CallEnder {
  readonly #parts: SettlementsParts;
  readonly #held = new HeldCalls();
  /** Of the next row. */
  #number = 1;

  constructor(parts: SettlementsParts) {
    this.#parts = parts;
  }

  /** The money of a call is held from now on. */
  held(call: CostedCall): void {
    this.#held.add(call);
  }

  released(call: CostedCall): void {
    const { clock, rate } = this.#parts;
    this.#held.remove(call);
    rate.correct(-call.expectedNanoUsd, call.heldAtMs, clock.monotonicMs());
  }

  ended(call: CostedCall, ending: Ending): void {
    const { clock, ledger, levels, rate, watch } = this.#parts;
    this.#held.remove(call);
    const nowMs = clock.monotonicMs();
    const settledAtMs = call.atMs + nowMs - call.heldAtMs;
    rate.correct(ending.costNanoUsd - call.expectedNanoUsd, call.heldAtMs, nowMs);
    const labels = ledger.labelsPlace(call.plan.labels.of(call.estimate.method, call.price));
    const charges = ledger.chargesPlace(call.charges ?? numbersOf(call.accounts));
    const offset = ledger.row(call.accounts);
    writeRow(ledger.rows, offset, call, ending, this.#number++, labels, charges, settledAtMs);
    for (const account of call.accounts) {
      if (account.isMeter) continue;
      levels.check(account);
      if (account.availableNanoUsd > 0) {
        if (!account.isWatched) watch(account);
      }
      // A bill above its reservation takes what was about to go back, as the store will.
      else if (account.availableNanoUsd < 0) ledger.takeBack(account, -account.availableNanoUsd);
    }
    this.#learn(call, ending, settledAtMs);
    if (this.#parts.isObserved()) this.#say(call, ending);
  }

  #learn(call: CostedCall, { basis, costNanoUsd, usage }: Ending, atMs: number): void {
    if (basis === 'assumed' || basis === 'none') return;
    const inputTokens = usage === null ? null : totalInputTokens(usage);
    const outputTokens = usage === null ? null : totalOutputTokens(usage);
    const searches = usage === null || call.cost.searchesMax === 0 ? 0 : (usage.searches ?? 0);
    const searchFeesNanoUsd = searches === 0 ? 0 : call.price.charge({ requests: 0, searches });
    const settled = { costNanoUsd, inputTokens, outputTokens, atMs, searchFeesNanoUsd };
    this.#parts.estimators.learn(call, settled, call.expectedNanoUsd);
  }

  #say(call: CostedCall, { basis, costNanoUsd, outcome }: Ending): void {
    const { breaker, operation, model, expectedNanoUsd, worstNanoUsd, estimate } = call;
    const fact: FactDraft<'cost.settled'> = {
      type: 'cost.settled',
      breaker,
      operation,
      costNanoUsd,
      expectedNanoUsd,
      worstNanoUsd,
      method: estimate.method,
      basis,
      outcome,
    };
    if (model !== undefined) fact.model = model;
    this.#parts.publish(fact);
  }

  /** What is held for a breaker's calls. Walks over all calls whose money is held. */
  heldFor(breaker: string): NanoUsd {
    let sum = ZERO;
    for (let call = this.#held.first; call !== null; call = call.nextHeld) {
      if (call.breaker === breaker) sum = sumNanoUsd(sum, call.reservedNanoUsd);
    }
    return sum;
  }

  /** Nobody waits for running calls any more: each is booked at its worst case. */
  endAll(): void {
    for (let call = this.#held.first; call !== null; call = this.#held.first) {
      call.end('cancelled', true);
    }
  }
}
