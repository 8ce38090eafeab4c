/**
 * An auditor of its own: it sees every request that an engine carries out, and every call that
 * reaches the upstream, and works out from these alone what the books must say.
 */
import { LEDGER_COLUMNS, LEDGER_WIDTH, type LedgerBatch } from '../../persistence/ledger-batch.ts';
import type { MoneyEngine } from '../../persistence/money-engine.ts';
import type { AccountKey, AccountState, Committed } from '../../persistence/money-store.ts';

type Stored = AccountState & { readonly key: AccountKey };

/** A call as the upstream sees it. */
export interface UpstreamCall {
  /** What its holder said it may cost at most: no other call's is the same. */
  readonly worstNanoUsd: number;
  /** What may be charged for it by now; empty while it runs. */
  readonly bills: Set<number>;
}

export interface Row {
  readonly worstNanoUsd: number;
  readonly costNanoUsd: number;
  readonly reservedAtMs: number;
  readonly accounts: readonly Stored[];
}

const column = (name: (typeof LEDGER_COLUMNS)[number]): number => LEDGER_COLUMNS.indexOf(name);
const [RESERVED_AT, CHARGES, WORST, COST] = [
  column('reservedAtMs'),
  column('charges'),
  column('worstNanoUsd'),
  column('costNanoUsd'),
];

const committedOf = (state: AccountState): number =>
  state.settledNanoUsd + state.forfeitedNanoUsd + state.heldNanoUsd;

export class Auditor {
  readonly problems: string[] = [];
  /** Of every holder, in order of being booked. */
  readonly rows: Row[] = [];
  readonly calls: UpstreamCall[] = [];
  /** Money that holders lost so far. */
  forfeitCount = 0;
  readonly #books: MoneyEngine;
  readonly #charges = new Map<string, readonly number[]>();
  readonly #seqs = new Map<number, number>();

  constructor(books: MoneyEngine) {
    this.#books = books;
  }

  get accounts(): readonly Stored[] {
    return this.#books.accounts(null);
  }

  /** A call reaches the upstream: what its board drew must cover it, whatever became of others. */
  reached(call: UpstreamCall): void {
    this.calls.push(call);
    const booked = new Set(this.rows.map(({ worstNanoUsd }) => worstNanoUsd));
    const claims = this.calls
      .filter(({ worstNanoUsd }) => !booked.has(worstNanoUsd))
      .reduce((sum, { worstNanoUsd, bills }) => sum + Math.min(worstNanoUsd, ...bills), 0);
    const total = this.accounts.find(({ key }) => key.budget === 'total');
    const drawn = (total?.heldNanoUsd ?? 0) + (total?.forfeitedNanoUsd ?? 0);
    if (claims > drawn) this.problems.push(`calls may cost ${claims}, and ${drawn} was drawn`);
  }

  /** Runs what an engine is asked, and judges what that did to the books. */
  watch<T>(verb: string, args: readonly unknown[], run: () => T): T {
    const before = new Map(this.accounts.map((state) => [state.account, state]));
    const answer = run();
    const isNew = verb === 'commit' && this.#takeBatch(args[0] as LedgerBatch);
    const uncovered = new Map(
      isNew
        ? (answer as Committed).overspent.map(({ account, amountNanoUsd }) => [
            account,
            amountNanoUsd,
          ])
        : [],
    );
    for (const state of this.accounts)
      this.#judge(verb, state, before.get(state.account), uncovered);
    return answer;
  }

  #judge(
    verb: string,
    state: Stored,
    before: Stored | undefined,
    uncovered: ReadonlyMap<number, number>,
  ): void {
    if (state.limitNanoUsd === null) return;
    const was = before === undefined ? 0 : committedOf(before);
    const ceiling = Math.max(state.limitNanoUsd, was) + (uncovered.get(state.account) ?? 0);
    if (committedOf(state) > ceiling) {
      this.problems.push(`${verb} overspends ${nameOf(state)}: ${committedOf(state)} > ${ceiling}`);
    }
    if (state.heldNanoUsd < 0) this.problems.push(`${verb}: ${nameOf(state)} holds less than none`);
    if (state.forfeitedNanoUsd > (before?.forfeitedNanoUsd ?? 0)) this.forfeitCount += 1;
  }

  /** Whether it is booked for the first time. */
  #takeBatch({ holder, seq, charges, rows, rowCount }: LedgerBatch): boolean {
    if (seq <= (this.#seqs.get(holder) ?? 0)) return false;
    this.#seqs.set(holder, seq);
    for (const { place, accounts } of charges) this.#charges.set(`${holder}:${place}`, accounts);
    const states = new Map(this.accounts.map((state) => [state.account, state]));
    for (let at = 0; at < rowCount * LEDGER_WIDTH; at += LEDGER_WIDTH) {
      const numbers = this.#charges.get(`${holder}:${rows[at + CHARGES]}`) ?? [];
      this.rows.push({
        worstNanoUsd: rows[at + WORST] as number,
        costNanoUsd: rows[at + COST] as number,
        reservedAtMs: rows[at + RESERVED_AT] as number,
        accounts: numbers.map((number) => states.get(number) as Stored),
      });
    }
    return true;
  }

  /** What is wrong once everything has ended and everybody has left. */
  verdict(): readonly string[] {
    return [
      ...this.problems,
      ...this.#wrongCalls(),
      ...this.#wrongRows(),
      ...this.#wrongTotals(),
      ...this.#books.verify().mismatches.map(({ what }) => `verify: ${what}`),
    ];
  }

  /** Each call that reached the upstream is in the ledger once, at a cost that it may have. */
  #wrongCalls(): string[] {
    return this.calls.flatMap(({ worstNanoUsd: worst, bills }) => {
      const costs = this.rows
        .filter(({ worstNanoUsd }) => worstNanoUsd === worst)
        .map(({ costNanoUsd }) => costNanoUsd);
      if (costs.length === 1 && bills.has(costs[0] as number)) return [];
      const [booked, cost] = [costs.join(), [...bills].join(' or ')];
      return [`the call of at most ${worst} is booked as [${booked}], and cost ${cost}`];
    });
  }

  /** No row is about a call that never was, or about a period that its call was not made in. */
  #wrongRows(): string[] {
    const known = new Set(this.calls.map(({ worstNanoUsd }) => worstNanoUsd));
    return this.rows.flatMap(({ worstNanoUsd, reservedAtMs, accounts }) => {
      const wrong = known.has(worstNanoUsd) ? [] : [`a row of ${worstNanoUsd} is about no call`];
      for (const { key } of accounts) {
        if ((key.startMs ?? 0) <= reservedAtMs && reservedAtMs < (key.endMs ?? Infinity)) continue;
        wrong.push(`a call of ${reservedAtMs} is charged to ${key.budget} of ${key.period}`);
      }
      return wrong;
    });
  }

  /** What is settled is the sum of the rows, and nothing is held by anybody. */
  #wrongTotals(): string[] {
    return this.accounts.flatMap((state) => {
      const sum = this.rows
        .filter(({ accounts }) => accounts.some(({ account }) => account === state.account))
        .reduce((total, { costNanoUsd }) => total + costNanoUsd, 0);
      const wrong: string[] = [];
      if (state.settledNanoUsd !== sum) {
        wrong.push(`${nameOf(state)} settled ${state.settledNanoUsd}, its rows say ${sum}`);
      }
      if (state.heldNanoUsd !== 0) {
        wrong.push(`${nameOf(state)} still holds ${state.heldNanoUsd}`);
      }
      return wrong;
    });
  }
}

export const nameOf = ({ key }: Stored): string => `${key.budget}/${key.value}/${key.period}`;
