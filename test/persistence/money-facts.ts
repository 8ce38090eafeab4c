/**
 * The naive reference for money: a list of everything that happened, from which every figure is
 * recomputed from the beginning. It keeps no running totals and knows nothing of any engine.
 */

/** What happened. Accounts are named, holders numbered by the test. */
export type Fact =
  | { readonly is: 'defined'; readonly budget: string; readonly limit: number }
  | { readonly is: 'limited'; readonly budget: string; readonly limit: number }
  | { readonly is: 'opened'; readonly account: string; readonly budget: string }
  | { readonly is: 'drawn'; readonly holder: number; readonly account: string; amount: number }
  | {
      readonly is: 'settled';
      readonly holder: number;
      readonly accounts: readonly string[];
      readonly number: number;
      readonly cost: number;
    }
  | { readonly is: 'returned'; readonly holder: number; readonly account: string; amount: number }
  | { readonly is: 'died'; readonly holder: number }
  | { readonly is: 'left'; readonly holder: number }
  | { readonly is: 'corrected'; readonly account: string; readonly amount: number }
  | {
      readonly is: 'reported';
      readonly id: string;
      readonly accounts: readonly string[];
      readonly cost: number;
    };

/** What one holder drew from one account, and what became of it. */
interface Drawn {
  drawn: number;
  settled: number;
  returned: number;
  forfeited: number;
  /** Forfeited, then taken out or fenced by a correction: nobody can settle it any more. */
  fenced: number;
}

export interface AccountTally {
  readonly budget: string;
  readonly byHolder: Map<number, Drawn>;
  settled: number;
  overspent: number;
  corrected: number;
  /** The most that may ever be committed: the limit, or what was committed when it was lowered. */
  ceiling: number;
  /** Settled because others reported it. */
  reported: number;
  /** The part of that for which there was no room. */
  beyond: number;
}

export interface Tally {
  readonly accounts: ReadonlyMap<string, AccountTally>;
  readonly limits: ReadonlyMap<string, number>;
  /** Costs of rows, each reservation once. */
  readonly rows: ReadonlyMap<string, number>;
  readonly reported: ReadonlyMap<string, number>;
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);

export const heldOf = ({ drawn, settled, returned, forfeited, fenced }: Drawn): number =>
  drawn - settled - returned - forfeited - fenced;

export const heldBy = (account: AccountTally | undefined, holder: number): number => {
  const drawn = account?.byHolder.get(holder);
  return drawn === undefined ? 0 : heldOf(drawn);
};

export const heldIn = ({ byHolder }: AccountTally): number =>
  sum([...byHolder.values()].map(heldOf));

export const forfeitedIn = ({ byHolder, corrected }: AccountTally): number =>
  sum([...byHolder.values()].map(({ forfeited, fenced }) => forfeited + fenced)) - corrected;

export const committedIn = (account: AccountTally): number =>
  account.settled + heldIn(account) + forfeitedIn(account);

/** What got past the limit by a way that no draw can close: surprising bills, others' costs. */
export const pastLimit = ({ overspent, beyond }: AccountTally): number => overspent + beyond;

/** What may be drawn; null where there is no limit. */
export const freeIn = (tally: Tally, account: AccountTally): number | null => {
  const limit = tally.limits.get(account.budget);
  return limit === undefined ? null : limit - committedIn(account);
};

/** Recomputes everything from all that happened. */
export function tallyOf(facts: readonly Fact[]): Tally {
  const accounts = new Map<string, AccountTally>();
  const limits = new Map<string, number>();
  const defined = new Map<string, number>();
  const rows = new Map<string, number>();
  const reported = new Map<string, number>();
  const tally: Tally = { accounts, limits, rows, reported };

  const at = (name: string): AccountTally => accounts.get(name) as AccountTally;
  const of = (account: AccountTally, holder: number): Drawn => {
    const found = account.byHolder.get(holder);
    if (found !== undefined) return found;
    const none = { drawn: 0, settled: 0, returned: 0, forfeited: 0, fenced: 0 };
    account.byHolder.set(holder, none);
    return none;
  };
  const limitTo = (budget: string, limit: number): void => {
    limits.set(budget, limit);
    for (const account of accounts.values()) {
      if (account.budget !== budget) continue;
      account.ceiling = Math.max(limit, committedIn(account) - pastLimit(account));
    }
  };

  const happen = (fact: Fact): void => {
    switch (fact.is) {
      case 'defined':
        if (defined.get(fact.budget) === fact.limit) return;
        defined.set(fact.budget, fact.limit);
        return limitTo(fact.budget, fact.limit);
      case 'limited':
        return limitTo(fact.budget, fact.limit);
      case 'opened': {
        const ceiling = limits.get(fact.budget) ?? Infinity;
        if (accounts.has(fact.account)) return;
        const zero = { settled: 0, overspent: 0, corrected: 0, reported: 0, beyond: 0, ceiling };
        accounts.set(fact.account, { budget: fact.budget, byHolder: new Map(), ...zero });
        return;
      }
      case 'drawn':
        of(at(fact.account), fact.holder).drawn += fact.amount;
        return;
      case 'settled': {
        const row = `${fact.holder} ${fact.number}`;
        if (rows.has(row)) return;
        rows.set(row, fact.cost);
        for (const name of fact.accounts) settle(at(name), fact.holder, fact.cost);
        return;
      }
      case 'returned':
        of(at(fact.account), fact.holder).returned += fact.amount;
        return;
      case 'died':
        for (const account of accounts.values()) {
          const drawn = of(account, fact.holder);
          drawn.forfeited += heldOf(drawn);
        }
        return;
      case 'left':
        for (const account of accounts.values()) {
          const drawn = of(account, fact.holder);
          drawn.returned += heldOf(drawn);
          drawn.fenced += drawn.forfeited;
          drawn.forfeited = 0;
        }
        return;
      case 'corrected':
        return correct(at(fact.account), fact.amount);
      case 'reported':
        if (reported.has(fact.id)) return;
        reported.set(fact.id, fact.cost);
        for (const name of fact.accounts) {
          const account = at(name);
          const room = Math.max(0, freeIn(tally, account) ?? Infinity);
          account.settled += fact.cost;
          account.reported += fact.cost;
          account.beyond += Math.max(0, fact.cost - room);
        }
    }
  };

  const settle = (account: AccountTally, holder: number, cost: number): void => {
    const drawn = of(account, holder);
    const fromHeld = Math.min(cost, heldOf(drawn));
    const fromForfeited = Math.min(cost - fromHeld, drawn.forfeited);
    account.settled += cost;
    drawn.settled += fromHeld + fromForfeited;
    drawn.forfeited -= fromForfeited;
    if (limits.has(account.budget)) account.overspent += cost - fromHeld - fromForfeited;
  };

  const correct = (account: AccountTally, amount: number): void => {
    let rest =
      amount - (sum([...account.byHolder.values()].map((d) => d.fenced)) - account.corrected);
    account.corrected += amount;
    for (const [, drawn] of [...account.byHolder].toSorted(([a], [b]) => a - b)) {
      if (rest <= 0) return;
      rest -= drawn.forfeited;
      drawn.fenced += drawn.forfeited;
      drawn.forfeited = 0;
    }
  };

  facts.forEach(happen);
  return tally;
}
