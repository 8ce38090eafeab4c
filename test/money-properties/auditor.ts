/**
 * An auditor of its own: it sees every request that an engine carries out, and every call that
 * reaches the upstream, and works out from these alone what the books must say.
 */
import type { LedgerBatch } from '../../persistence/ledger-batch.ts';
import type { MoneyEngine } from '../../persistence/money-engine.ts';
import type { AccountState, Committed } from '../../persistence/money-store.ts';
import { BookedRows, sumAbove, type Row, type Stored } from './booked-rows.ts';
import { Purses } from './purses.ts';

/** A call as the upstream sees it. */
export interface UpstreamCall {
  /** Name of the board that made it. */
  readonly board: string;
  /** What its holder said it may cost at most: no other call's is the same. */
  readonly worstNanoUsd: number;
  /** What may be charged for it by now; empty while it runs. */
  readonly bills: Set<number>;
}

/** What is held, and what is forfeited: whoever lost it may still settle calls against it. */
const drawnOf = (state: AccountState | undefined): number =>
  (state?.heldNanoUsd ?? 0) + (state?.forfeitedNanoUsd ?? 0);

const committedOf = (state: AccountState): number =>
  state.settledNanoUsd + state.forfeitedNanoUsd + state.heldNanoUsd;

export class Auditor {
  readonly problems: string[] = [];
  readonly calls: UpstreamCall[] = [];
  /** Money that holders lost so far. */
  forfeitCount = 0;
  readonly #books: MoneyEngine;
  readonly #booked = new BookedRows();
  /** Of the budget that covers every call. */
  readonly #purses = new Purses();

  constructor(books: MoneyEngine) {
    this.#books = books;
  }

  get accounts(): readonly Stored[] {
    return this.#books.accounts(null);
  }

  /** Of every holder, in order of being booked. */
  get rows(): readonly Row[] {
    return this.#booked.rows;
  }

  /** A call reaches the upstream: what its board drew must cover it, whatever became of others. */
  reached(call: UpstreamCall): void {
    this.calls.push(call);
    const booked = new Set(this.rows.map(({ worstNanoUsd }) => worstNanoUsd));
    const claims = new Map<string, number>();
    for (const { board, worstNanoUsd, bills } of this.calls) {
      if (booked.has(worstNanoUsd)) continue;
      claims.set(board, (claims.get(board) ?? 0) + Math.min(worstNanoUsd, ...bills));
    }
    this.problems.push(...this.#purses.wrongAt(call.board, claims));
  }

  /** Runs what a board asks of an engine, and judges what that did to the books. */
  watch<T>(board: string, verb: string, args: readonly unknown[], run: () => T): T {
    const before = new Map(this.accounts.map((state) => [state.account, state]));
    const rowCount = this.rows.length;
    const answer = run();
    const isNew = verb === 'commit' && this.#booked.take(args[0] as LedgerBatch, this.accounts);
    const uncovered = new Map(
      isNew
        ? (answer as Committed).overspent.map(({ account, amountNanoUsd }) => [
            account,
            amountNanoUsd,
          ])
        : [],
    );
    for (const state of this.accounts) {
      this.#judge(verb, state, before.get(state.account), uncovered);
      if (state.key.budget !== 'total') continue;
      this.#purses.move(board, {
        drawnNanoUsd: drawnOf(state) - drawnOf(before.get(state.account)),
        aboveNanoUsd: sumAbove(this.rows.slice(rowCount)),
        overspentNanoUsd: uncovered.get(state.account) ?? 0,
      });
    }
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

  /**
   * What is settled is the sum of the rows, only bills above their reservation overspent, and
   * nothing is held by anybody.
   */
  #wrongTotals(): string[] {
    return this.accounts.flatMap((state) => {
      const rows = this.rows.filter(({ accounts }) =>
        accounts.some(({ account }) => account === state.account),
      );
      const sum = rows.reduce((total, { costNanoUsd }) => total + costNanoUsd, 0);
      const wrong: string[] = [];
      if (state.settledNanoUsd !== sum) {
        wrong.push(`${nameOf(state)} settled ${state.settledNanoUsd}, its rows say ${sum}`);
      }
      if (state.overspentNanoUsd > sumAbove(rows)) {
        const why = `its bills were above by ${sumAbove(rows)}`;
        wrong.push(`${nameOf(state)} overspent ${state.overspentNanoUsd}, and ${why}`);
      }
      if (state.heldNanoUsd !== 0) {
        wrong.push(`${nameOf(state)} still holds ${state.heldNanoUsd}`);
      }
      return wrong;
    });
  }
}

export const nameOf = ({ key }: Stored): string => `${key.budget}/${key.value}/${key.period}`;
