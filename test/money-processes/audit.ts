/**
 * The auditor: holds what the provider saw against what the books say, with arithmetic of its own.
 * Answers with everything that is wrong, in words; nothing, when no money was lost or overspent.
 */
import type { AccountSeen, BooksOutside, RowSeen } from './books-outside.ts';
import { numberIn, worstOf } from './tariff.ts';
import type { SeenCall } from './upstream.ts';

export interface Evidence {
  readonly books: BooksOutside;
  /** Everything that the provider saw. */
  readonly calls: readonly SeenCall[];
  /** The accounts that a call belongs to, as `budget/value`. */
  readonly accountsOf: (call: SeenCall) => readonly string[];
  /** The store's number for whoever makes the calls of a caller; undefined when it never joined. */
  readonly holderOf: (caller: number) => number | undefined;
  /** The caller that may make the call of a number. */
  readonly callerOf: (number: number) => number;
}

export interface Findings {
  readonly wrong: readonly string[];
  readonly rowCount: number;
  /** Calls that the provider billed, and that only forfeited money covers. */
  readonly unbookedCount: number;
  readonly billedNanoUsd: number;
  readonly settledNanoUsd: number;
  readonly forfeitedNanoUsd: number;
}

const nameOf = ({ budget, value }: AccountSeen): string => `${budget}/${value}`;

class Sums<K> {
  readonly #sums = new Map<K, number>();
  add(key: K, amount: number): void {
    this.#sums.set(key, this.of(key) + amount);
  }
  of(key: K): number {
    return this.#sums.get(key) ?? 0;
  }
  get entries(): Iterable<[K, number]> {
    return this.#sums;
  }
}

export function audit(evidence: Evidence): Findings {
  const { books, calls, accountsOf, holderOf } = evidence;
  const wrong: string[] = [];
  const accounts = books.accounts();
  const names = new Map(accounts.map((account) => [account.number, nameOf(account)]));
  const seen = new Map(calls.map((call) => [call.number, call]));
  if (seen.size < calls.length) wrong.push('the provider saw a call twice');

  const booked = new Map<number, RowSeen>();
  const settled = new Sums<string>();
  for (const row of books.rows()) {
    const number = numberIn(row.worst);
    if (booked.has(number)) wrong.push(`call ${number} is booked twice`);
    booked.set(number, row);
    const charged = row.charged.map((account) => names.get(account) ?? `account ${account}`);
    for (const name of charged) settled.add(name, row.cost);
    wrong.push(...wrongInRow(evidence, number, row, seen.get(number), charged));
  }

  const billed = new Sums<string>();
  const unbooked = new Sums<string>();
  let unbookedCount = 0;
  for (const call of calls) {
    const isUnbooked = !booked.has(call.number) && call.billNanoUsd > 0;
    if (isUnbooked) unbookedCount += 1;
    for (const name of accountsOf(call)) {
      billed.add(name, call.billNanoUsd);
      if (isUnbooked) unbooked.add(`${holderOf(call.caller)} on ${name}`, call.billNanoUsd);
    }
  }

  const lost = new Sums<string>();
  const forfeited = new Sums<string>();
  for (const { holder, account, amount } of books.losses()) {
    const name = names.get(account) ?? '';
    lost.add(`${holder} on ${name}`, amount);
    forfeited.add(name, amount);
  }
  for (const [whose, amount] of unbooked.entries) {
    if (amount > lost.of(whose)) {
      wrong.push(`holder ${whose}: ${amount} unbooked, ${lost.of(whose)} forfeited`);
    }
  }
  for (const account of accounts) {
    const name = nameOf(account);
    const spent = account.settled + account.forfeited;
    const say = (what: string): void => void wrong.push(`${name}: ${what}`);
    if (billed.of(name) > spent) say(`billed ${billed.of(name)}, spent ${spent}`);
    if (spent > account.limit) say(`spent ${spent} of ${account.limit}`);
    if (settled.of(name) !== account.settled) {
      say(`settled ${account.settled}, rows ${settled.of(name)}`);
    }
    if (forfeited.of(name) !== account.forfeited) {
      say(`forfeited ${account.forfeited}, lost ${forfeited.of(name)}`);
    }
    if (account.held !== 0) say(`${account.held} held by nobody`);
    if (account.overspent !== 0) say(`${account.overspent} overspent`);
  }
  for (const [name, amount] of billed.entries) {
    if (amount > 0 && !accounts.some((account) => nameOf(account) === name)) {
      wrong.push(`${name} has bills and no account`);
    }
  }
  for (const breach of books.breaches()) wrong.push(`beyond a limit: ${JSON.stringify(breach)}`);
  const sum = (pick: (account: AccountSeen) => number): number =>
    accounts.reduce((total, account) => total + pick(account), 0);
  return {
    wrong,
    rowCount: booked.size,
    unbookedCount,
    billedNanoUsd: calls.reduce((total, call) => total + call.billNanoUsd, 0),
    settledNanoUsd: sum((account) => account.settled),
    forfeitedNanoUsd: sum((account) => account.forfeited),
  };
}

function wrongInRow(
  { accountsOf, callerOf, holderOf }: Evidence,
  number: number,
  { holder, worst, cost, basis }: RowSeen,
  call: SeenCall | undefined,
  charged: readonly string[],
): string[] {
  const wrong: string[] = [];
  const say = (what: string): void => void wrong.push(`call ${number} (${basis}): ${what}`);
  const owner = holderOf(callerOf(number));
  if (holder !== owner) say(`booked by holder ${holder}, made by ${owner}`);
  if (cost > worst) say(`booked at ${cost}, at most ${worst}`);
  // Nobody heard of it upstream: given up on the way. Booked as its caller must expect.
  if (call === undefined) return wrong;
  if (worstOf(call) !== worst) say(`reserved ${worst}, may cost ${worstOf(call)}`);
  if (cost < call.billNanoUsd) say(`booked at ${cost}, billed ${call.billNanoUsd}`);
  if (basis !== 'assumed' && cost !== call.billNanoUsd) {
    say(`booked at ${cost}, billed ${call.billNanoUsd}`);
  }
  const due = accountsOf(call);
  if (charged.toSorted().join() !== due.toSorted().join()) {
    say(`charged to ${charged.join()}, due to ${due.join()}`);
  }
  return wrong;
}
