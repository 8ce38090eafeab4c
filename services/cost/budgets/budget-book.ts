/**
 * Every budget with its accounts: which budgets cover a call, and which account of each the money
 * comes from at this instant. Accounts of values and periods that nobody uses are forgotten beyond
 * a bound; the store remembers them.
 */
import type { BudgetLevel } from '../../../machines/breaker-context.ts';
import { Account } from './account.ts';
import type { ResolvedBudget } from './budget-options.ts';
import type { Calendar, Period } from './period.ts';

/** What a call says of itself, as far as budgets and rules care. */
export interface CallShape {
  readonly breaker: string;
  readonly provider: string | undefined;
  readonly operation: string;
  readonly model: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Undefined: the standard one. */
  readonly serviceTier?: string | undefined;
}

/** Accounts that one search for an idle one looks at. */
const EVICTION_LOOKS = 16;

/** One budget, or one meter, with its accounts. */
export class BudgetLine {
  readonly id: string;
  /** Null for a meter. */
  readonly budget: ResolvedBudget | null;
  readonly #calendar: Calendar;
  readonly #valuesMax: number;
  readonly #onForgotten: (account: Account) => void;
  /** By value and period. */
  readonly #accounts = new Map<string, Account>();

  constructor(
    id: string,
    calendar: Calendar,
    budget: ResolvedBudget | null,
    onForgotten: (account: Account) => void,
  ) {
    this.id = id;
    this.#onForgotten = onForgotten;
    this.budget = budget;
    this.#calendar = calendar;
    this.#valuesMax = budget?.valuesMax ?? 2;
  }

  get accounts(): Iterable<Account> {
    return this.#accounts.values();
  }

  get accountCount(): number {
    return this.#accounts.size;
  }

  covers(shape: CallShape): boolean {
    if (this.budget === null) return true;
    const { scope, scopeTags } = this.budget;
    if (scope.breaker !== undefined && scope.breaker !== shape.breaker) return false;
    if (scope.provider !== undefined && scope.provider !== shape.provider) return false;
    if (scope.model !== undefined && scope.model !== shape.model) return false;
    if (scope.operation !== undefined && scope.operation !== shape.operation) return false;
    for (const [name, value] of scopeTags) if (shape.tags[name] !== value) return false;
    return true;
  }

  /** The value that a call's money is divided by. */
  valueOf(shape: CallShape): string {
    const { per, perTag } = this.budget ?? { per: null, perTag: null };
    if (per === null) return '';
    if (perTag !== null) return shape.tags[perTag] ?? '';
    return shape[per as 'breaker' | 'provider' | 'model' | 'operation'] ?? '';
  }

  /** The account of a value at an instant, made if there is none yet. */
  account(value: string, atMs: number): Account {
    const known = this.find(value, atMs);
    if (known !== undefined) return known;
    const span = this.#calendar.at(atMs);
    this.#makeRoom();
    const account = new Account(
      {
        budget: this.id,
        value,
        period: span.key,
        startMs: Number.isFinite(span.startMs) ? span.startMs : null,
        endMs: Number.isFinite(span.endMs) ? span.endMs : null,
      },
      this.budget,
    );
    this.#accounts.set(`${span.key}\0${value}`, account);
    return account;
  }

  find(value: string, atMs: number): Account | undefined {
    return this.#accounts.get(`${this.#calendar.at(atMs).key}\0${value}`);
  }

  /**
   * Second chance: an account that was used since the last look, or is not idle, stays. Where many
   * had to stay before, several go at once, or their number would grow for ever.
   */
  #makeRoom(): void {
    if (this.#accounts.size < this.#valuesMax) return;
    let looks = 0;
    for (const [key, account] of this.#accounts) {
      if (++looks > EVICTION_LOOKS) return;
      this.#accounts.delete(key);
      if (account.isIdle) {
        this.#onForgotten(account);
        account.retire();
        if (this.#accounts.size < this.#valuesMax) return;
        continue;
      }
      account.isRecent = false;
      this.#accounts.set(key, account);
    }
  }
}

export class BudgetBook {
  readonly lines: readonly BudgetLine[];
  /** Every account that the store has numbered. */
  readonly #byNumber = new Map<number, Account>();
  /** Those that cover every call of the breakers they cover, and so move their state. */
  readonly #movers: readonly BudgetLine[];

  constructor(
    budgets: readonly ResolvedBudget[],
    meters: readonly Calendar[],
    onForgotten: (account: Account) => void = () => {},
  ) {
    const forget = (account: Account): void => {
      this.forget(account);
      onForgotten(account);
    };
    this.lines = [
      ...budgets.map((budget) => new BudgetLine(budget.id, budget.calendar, budget, forget)),
      ...meters.map((calendar) => {
        const id = meterId(calendar.period, calendar.timeZone);
        return new BudgetLine(id, calendar, null, forget);
      }),
    ];
    this.#movers = this.lines.filter(({ budget }) => budget?.movesBreakers);
  }

  /** The store has told about an account. */
  heard(account: Account): void {
    if (!account.isRetired) this.#byNumber.set(account.number, account);
  }

  forget({ number }: Account): void {
    this.#byNumber.delete(number);
  }

  numbered(number: number): Account | undefined {
    return this.#byNumber.get(number);
  }

  line(id: string): BudgetLine | undefined {
    return this.lines.find((line) => line.id === id);
  }

  /** The accounts that a call is charged to. */
  accountsOf(shape: CallShape, atMs: number): Account[] {
    const accounts: Account[] = [];
    for (const line of this.lines) {
      if (line.covers(shape)) accounts.push(line.account(line.valueOf(shape), atMs));
    }
    return accounts;
  }

  /** How strained the budgets are that cover every call of a breaker. */
  levelOf(breaker: string, provider: string | undefined, atMs: number): BudgetLevel {
    let strongest: BudgetLevel = 'ok';
    for (const line of this.#movers) {
      const level = this.#levelIn(line, breaker, provider, atMs);
      if (level === 'exceeded') return level;
      if (level === 'warned') strongest = level;
    }
    return strongest;
  }

  #levelIn(
    line: BudgetLine,
    breaker: string,
    provider: string | undefined,
    atMs: number,
  ): BudgetLevel {
    const shape = { breaker, provider, operation: '', model: undefined, tags: {} };
    if (!line.covers(shape)) return 'ok';
    return line.find(line.valueOf(shape), atMs)?.levelNow() ?? 'ok';
  }
}

/** Meters are named by the periods they measure. */
export const meterId = (period: Period, timeZone: string): string => `@${period}:${timeZone}`;
