/** Accounts under test, over a real store in memory whose answers come when the test says so. */
import { memoryBooks } from '../../persistence/memory-money.ts';
import type { LedgerBatch } from '../../persistence/ledger-batch.ts';
import type { MoneyEngine } from '../../persistence/money-engine.ts';
import type { Committed, DrawAnswer, DrawItem } from '../../persistence/money-store.ts';
import { Account } from '../../services/cost/budgets/account.ts';
import {
  resolveBudgets,
  type BudgetOptions,
  type ResolvedBudget,
} from '../../services/cost/budgets/budget-options.ts';
import type { NanoUsd } from '../../services/cost/money.ts';
import { Deadlines } from '../../services/deadlines.ts';
import { FuseboardError } from '../../services/errors.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

export const HOUR_MS = 3_600_000;
/** A full hour. */
export const START_MS = 472_222 * HOUR_MS;

export const nano = (amount: number): NanoUsd => amount as NanoUsd;

export const budgetOf = (options: Partial<BudgetOptions> & { id: string }): ResolvedBudget =>
  resolveBudgets([{ limit: nano(1_000), period: 'hour', ...options }], 'UTC')[0] as ResolvedBudget;

/** An account of a budget of so much, without a book around it. */
export function accountOf(id: string, limit = 1_000): Account {
  const budget = id.startsWith('@') ? null : budgetOf({ id, limit: nano(limit) });
  const key = { budget: id, value: '', period: 'p', startMs: null, endMs: null };
  return new Account(key, budget);
}

type Answer = () => void;

/** A store whose requests are carried out at once and answered by hand, in order. */
export class HandStore {
  readonly clock = new VirtualClock({ startMs: START_MS });
  readonly deadlines = new Deadlines(this.clock);
  readonly books = memoryBooks(this.clock);
  readonly engine: MoneyEngine = this.books.engine();
  readonly holder: number;
  readonly draws: (readonly DrawItem[])[] = [];
  readonly batches: LedgerBatch[] = [];
  readonly #answers: { readonly give: Answer; readonly refuse: (error: Error) => void }[] = [];

  /** Budgets by id, with their limits. */
  constructor(limits: Readonly<Record<string, number>>) {
    const definitions = Object.entries(limits).map(([id, limit]) => ({ id, limitNanoUsd: limit }));
    const identity = { pid: 1, processStart: '', bootId: '' };
    this.holder = this.engine.join(identity, definitions).holder;
  }

  get waitingCount(): number {
    return this.#answers.length;
  }

  draw(items: readonly DrawItem[]): Promise<DrawAnswer> {
    this.draws.push(items);
    return this.#ask(() => this.engine.draw(items));
  }

  commit(batch: LedgerBatch): Promise<Committed> {
    this.batches.push(batch);
    return this.#ask(() => this.engine.commit(batch));
  }

  /** Carries out the oldest request, and lets whatever waits for it go on. */
  async answer(count = 1): Promise<void> {
    for (let left = count; left > 0; left--) {
      this.#answers.shift()?.give();
      await this.clock.settle();
    }
  }

  /** Refuses the oldest request: nothing is done. */
  async fail(): Promise<void> {
    const error = new FuseboardError('store_unavailable', 'the disk is gone');
    this.#answers.shift()?.refuse(error);
    await this.clock.settle();
  }

  /** What holders hold of a budget by the store's books. */
  heldOf(budget: string): number {
    return this.engine
      .accounts(null)
      .filter(({ key }) => key.budget === budget)
      .reduce((sum, { heldNanoUsd }) => sum + heldNanoUsd, 0);
  }

  #ask<T>(run: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const give = (): void => {
        try {
          resolve(run());
        } catch (error) {
          reject(error);
        }
      };
      this.#answers.push({ give, refuse: reject });
    });
  }
}
