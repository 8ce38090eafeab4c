/**
 * Lives of money: several holders draw, settle, return, die, wake and leave in any order, while
 * limits and periods change. After every step an engine is held against the naive reference.
 */
import fc from 'fast-check';
import { expect } from 'vitest';

import type { MoneyEngine } from '../../persistence/money-engine.ts';
import type { AccountKey, Joined } from '../../persistence/money-store.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import {
  committedIn,
  forfeitedIn,
  freeIn,
  heldBy,
  heldIn,
  pastLimit,
  tallyOf,
} from './money-facts.ts';
import type { AccountTally, Fact, Tally } from './money-facts.ts';
import { ALIVE, batchMaker, budget, entry, item, keyOf, outside } from './money-holder.ts';
import type { Contents, Doors } from './money-holder.ts';

/** Books for one life; closed when it is over. */
export interface LivingDoors extends Doors<MoneyEngine> {
  readonly close?: () => void;
}

interface Member {
  readonly door: MoneyEngine;
  readonly number: number;
  readonly batch: (contents: Contents) => ReturnType<ReturnType<typeof batchMaker>>;
  rowCount: number;
}

/** What happened so far, and who is there. The first member is never silent and never leaves. */
interface Life {
  readonly facts: Fact[];
  readonly members: Member[];
  readonly silent: Set<Member>;
  period: number;
}

interface Books {
  readonly clock: VirtualClock;
  readonly doors: LivingDoors;
  /** Numbers of accounts by name. */
  readonly numbers: Map<string, number>;
  readonly keys: Map<string, AccountKey>;
  /** Drawn so far from each account, by the engine's own answers. */
  readonly drawn: Map<string, number>;
}

type Command = fc.Command<Life, Books>;

const MEMBERS_MAX = 4;
const DEFINITIONS = [budget('day', 100), budget('month', 160)];
const OTHER_DEFINITIONS = [budget('day', 70), budget('month', 160)];

const anyAmount = fc.oneof(fc.nat({ max: 8 }), fc.nat({ max: 80 }));
const anyPlace = fc.nat({ max: 9 });
const anyAccount = fc.record({
  budget: fc.constantFrom('day', 'day', 'day', 'day', 'month', '@meter'),
  value: fc.constantFrom('', '', '', '', '', 'x'),
  isLast: fc.constantFrom(false, false, false, true),
});
type AnyAccount = typeof anyAccount extends fc.Arbitrary<infer T> ? T : never;

const pick = <T>(from: readonly T[], place: number): T => from[place % from.length] as T;

function keyIn(life: Life, { budget: id, value, isLast }: AnyAccount): AccountKey {
  if (id === '@meter') return keyOf(id, { value });
  return keyOf(id, { value, period: `p${Math.max(0, life.period - (isLast ? 1 : 0))}` });
}
const nameOf = ({ budget: id, value, period }: AccountKey): string => `${id}/${value}/${period}`;

/** A step that everything is compared after. */
const step = (name: string, run: (life: Life, books: Books) => void): Command => ({
  check: () => true,
  run(life, books) {
    run(life, books);
    compare(life, books);
  },
  toString: () => name,
});

const joinIn = (life: Life, { clock, doors }: Books, definitions = DEFINITIONS): Joined => {
  const door = doors.engine();
  const joined = door.join(ALIVE, definitions);
  const batch = batchMaker(joined.holder, () => clock.nowMs());
  life.members.push({ door, number: joined.holder, batch, rowCount: 0 });
  for (const { id, limitNanoUsd } of definitions) {
    life.facts.push({ is: 'defined', budget: id, limit: limitNanoUsd });
  }
  return joined;
};

const join = fc.boolean().map((isOther) =>
  step(`join${isOther ? ' with other limits' : ''}`, (life, books) => {
    if (life.members.length >= MEMBERS_MAX) return;
    const { limits, forfeits } = joinIn(life, books, isOther ? OTHER_DEFINITIONS : DEFINITIONS);
    expect(forfeits).toEqual([]);
    expect(new Map(limits.map((limit) => [limit.budget, limit.limitNanoUsd]))).toEqual(
      tallyOf(life.facts).limits,
    );
  }),
);

const anyDraw = fc.record({ account: anyAccount, need: anyAmount, more: anyAmount });
const draw = fc
  .tuple(anyPlace, fc.array(anyDraw, { minLength: 1, maxLength: 3 }))
  .map(([place, wanted]) =>
    step(`draw ${place} ${fc.stringify(wanted)}`, (life, books) => {
      const member = pick(life.members, place);
      const items = wanted.map(({ account, need, more }) =>
        item(keyIn(life, account), need, need + more),
      );
      const answer = member.door.draw(items);
      life.silent.delete(member);
      for (const [index, { key }] of items.entries()) {
        const name = nameOf(key);
        books.numbers.set(name, answer.accounts[index]?.account as number);
        books.keys.set(name, key);
        life.facts.push({ is: 'opened', account: name, budget: key.budget });
      }
      const expected = drawnBy(tallyOf(life.facts), items);
      expect({ drawnNanoUsd: answer.drawnNanoUsd, shortOf: answer.shortOf }).toEqual(expected);
      answer.drawnNanoUsd?.forEach((amount, index) => {
        const { key } = items[index] as (typeof items)[number];
        if (key.budget.startsWith('@')) return;
        const account = nameOf(key);
        books.drawn.set(account, (books.drawn.get(account) ?? 0) + amount);
        life.facts.push({ is: 'drawn', holder: member.number, account, amount });
      });
    }),
  );

/** Needs first, of all items; then what is welcome, as long as there is something. */
function drawnBy(tally: Tally, items: readonly ReturnType<typeof item>[]) {
  const free = new Map<string, number>();
  const left = (key: AccountKey): number => {
    const account = tally.accounts.get(nameOf(key)) as AccountTally;
    return free.get(nameOf(key)) ?? freeIn(tally, account) ?? Infinity;
  };
  const take = (key: AccountKey, amount: number): number => {
    free.set(nameOf(key), left(key) - amount);
    return amount;
  };
  const short = items.findIndex(({ key, needNanoUsd: need }) => {
    if (need > Math.max(0, left(key))) return true;
    take(key, need);
    return false;
  });
  if (short >= 0) return { drawnNanoUsd: null, shortOf: short };
  const drawnNanoUsd = items.map(({ key, needNanoUsd: need, wantNanoUsd: want }) => {
    return need + take(key, Math.min(want - need, Math.max(0, left(key))));
  });
  return { drawnNanoUsd, shortOf: null };
}

const anyRow = fc.record({
  accounts: fc.array(anyPlace, { maxLength: 3 }),
  /** Whether it is charged only to accounts that the holder has drawn from. */
  isDrawn: fc.boolean(),
  cost: anyAmount,
  /** Which of the holder's rows is booked again, if any. */
  again: fc.option(anyPlace, { freq: 8 }),
});
const commit = fc
  .record({
    place: anyPlace,
    rows: fc.array(anyRow, { maxLength: 3 }),
    returns: fc.array(fc.tuple(anyPlace, fc.constantFrom(0.1, 0.5, 1)), { maxLength: 2 }),
    isTwice: fc.boolean(),
  })
  .map(({ place, rows, returns, isTwice }) =>
    step(`commit ${place} ${fc.stringify({ rows, returns, isTwice })}`, (life, books) => {
      const member = pick(life.members, place);
      const names = [...books.numbers.keys()];
      const before = tallyOf(life.facts).accounts;
      const own = names.filter((name) => before.get(name)?.byHolder.has(member.number));
      const settled = rows.map(({ accounts, isDrawn, cost, again }) => {
        const among = isDrawn ? own : names;
        const charged = among.length === 0 ? [] : accounts.map((one) => pick(among, one));
        const isAgain = again !== null && member.rowCount > 0;
        const number = isAgain ? 1 + (again % member.rowCount) : ++member.rowCount;
        const holder = member.number;
        const fact = { holder, accounts: [...new Set(charged)].sort(), number, cost };
        life.facts.push({ is: 'settled', ...fact });
        return fact;
      });
      const given = returns.flatMap(([one, share]) => {
        if (own.length === 0) return [];
        const account = pick(own, one);
        const held = heldBy(tallyOf(life.facts).accounts.get(account), member.number);
        const amount = Math.ceil(held * share);
        life.facts.push({ is: 'returned', holder: member.number, account, amount });
        return { account: books.numbers.get(account) as number, amountNanoUsd: amount };
      });
      const batch = member.batch({
        rows: settled.map(({ accounts, number, cost }) => ({
          accounts: accounts.map((name) => books.numbers.get(name) as number),
          costNanoUsd: cost,
          number,
        })),
        returns: given,
      });
      const answer = member.door.commit(batch);
      if (isTwice) expect(member.door.commit(batch)).toEqual(answer);
    }),
  );

const fallSilent = anyPlace.map((place) =>
  step(`silence ${place}`, (life, { clock }) => {
    const member = pick(life.members, place);
    if (member === life.members[0]) return;
    life.silent.add(member);
    for (const ms of [10_000, 10_000, 10_000, 1]) {
      clock.advance(ms);
      for (const other of life.members) if (!life.silent.has(other)) other.door.renew();
    }
    life.facts.push({ is: 'died', holder: member.number });
  }),
);

const wake = anyPlace.map((place) =>
  step(`wake ${place}`, (life) => {
    const member = pick(life.members, place);
    member.door.renew();
    life.silent.delete(member);
  }),
);

const leave = anyPlace.map((place) =>
  step(`leave ${place}`, (life) => {
    const member = pick(life.members, place);
    if (member === life.members[0]) return;
    member.door.leave();
    life.members.splice(life.members.indexOf(member), 1);
    life.silent.delete(member);
    life.facts.push({ is: 'left', holder: member.number });
  }),
);

const setLimit = fc
  .tuple(anyPlace, fc.constantFrom('day', 'month'), fc.oneof(anyAmount, fc.nat({ max: 300 })))
  .map(([place, id, limit]) =>
    step(`limit ${place} ${id} ${limit}`, (life) => {
      const { door } = pick(life.members, place);
      const { limits } = door.setLimit(id, limit, entry());
      expect(limits).toContainEqual({ budget: id, limitNanoUsd: limit });
      life.facts.push({ is: 'limited', budget: id, limit });
    }),
  );

const correct = fc
  .tuple(anyPlace, anyPlace, fc.constantFrom(0.1, 0.4, 0.7, 1, 1.1))
  .map(([place, which, share]) =>
    step(`correct ${place} ${which} ${share}`, (life, books) => {
      const { accounts } = tallyOf(life.facts);
      const lost = [...accounts].filter(([, one]) => forfeitedIn(one) > 0).map(([name]) => name);
      if (lost.length === 0) return;
      const account = pick(lost, which);
      const { door } = pick(life.members, place);
      const tally = accounts.get(account) as AccountTally;
      const amount = Math.ceil(forfeitedIn(tally) * share);
      const run = () => door.correctForfeit(books.keys.get(account) as AccountKey, amount, entry());
      if (amount > forfeitedIn(tally)) {
        expect(run).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
        return;
      }
      run();
      life.facts.push({ is: 'corrected', account, amount });
    }),
  );

const report = fc
  .record({
    place: anyPlace,
    id: fc.nat({ max: 4 }),
    accounts: fc.array(anyPlace),
    cost: anyAmount,
  })
  .map(({ place, id, accounts, cost }) =>
    step(`report ${place} ${id} ${fc.stringify(accounts)} ${cost}`, (life, books) => {
      const names = [...books.keys.keys()];
      if (names.length === 0) return;
      const charged = [...new Set(accounts.map((one) => pick(names, one)))];
      const keys = charged.map((name) => books.keys.get(name) as AccountKey);
      const { door } = pick(life.members, place);
      const { isNew } = door.bookOutside([outside(`outside ${id}`, cost, keys)]);
      expect(isNew).toEqual([!tallyOf(life.facts).reported.has(`outside ${id}`)]);
      life.facts.push({ is: 'reported', id: `outside ${id}`, accounts: charged, cost });
    }),
  );

const nextPeriod = fc.constant(step('next period', (life) => void (life.period += 1)));

const look = anyPlace.map((place) =>
  step(`look ${place}`, (life, books) => {
    const { door } = pick(life.members, place);
    const real = new Map(door.accounts(null).map(({ key: _, ...state }) => [state.account, state]));
    for (const state of door.changes().accounts) expect(state).toEqual(real.get(state.account));
    expect(door.changes()).toEqual({ accounts: [], limits: [], forfeits: [] });
    expect(books.numbers.size).toBe(real.size);
  }),
);

/** What the engine says about every account, against what happened. */
function compare(life: Life, books: Books): void {
  const tally = tallyOf(life.facts);
  const { door } = life.members[0] as Member;
  const stated = Object.fromEntries(
    door.accounts(null).map((account) => [nameOf(account.key), account]),
  );
  const expected = Object.fromEntries(
    [...tally.accounts].map(([name, account]) => [
      name,
      {
        key: books.keys.get(name),
        account: books.numbers.get(name),
        limitNanoUsd: tally.limits.get(account.budget) ?? null,
        settledNanoUsd: account.settled,
        forfeitedNanoUsd: forfeitedIn(account),
        heldNanoUsd: heldIn(account),
        overspentNanoUsd: account.overspent,
      },
    ]),
  );
  expect(stated).toEqual(expected);
  for (const [name, account] of tally.accounts) assertKept(name, account, books);

  const { total } = door.report({ by: 'none', sinceMs: null });
  const rowsNanoUsd = [...tally.rows.values()].reduce((a, b) => a + b, 0);
  expect(total.costNanoUsd - total.outsideNanoUsd).toBe(rowsNanoUsd);
  expect(total.outsideNanoUsd).toBe([...tally.reported.values()].reduce((a, b) => a + b, 0));
  expect(door.verify().mismatches).toEqual([]);
}

/** Nothing overspent, and nothing that was drawn is lost. */
function assertKept(name: string, account: AccountTally, { drawn }: Books): void {
  const committed = committedIn(account);
  expect(committed, `committed in ${name}`).toBeLessThanOrEqual(
    account.ceiling + pastLimit(account),
  );
  if (name.startsWith('@')) return;
  let returned = 0;
  for (const one of account.byHolder.values()) returned += one.returned;
  const fromDraws = account.settled - account.overspent - account.reported;
  const kept = returned + heldIn(account) + forfeitedIn(account) + account.corrected;
  expect(fromDraws + kept, `drawn from ${name}`).toBe(drawn.get(name) ?? 0);
}

const anyLife = (length: number) =>
  fc.commands(
    [
      join,
      draw,
      draw,
      draw,
      commit,
      commit,
      commit,
      fallSilent,
      fallSilent,
      wake,
      leave,
      setLimit,
      correct,
      correct,
      report,
      nextPeriod,
      look,
    ],
    { maxCommands: length, size: 'max' },
  );

/** Lives lives of books until one disagrees with the reference. */
export function assertLives(
  open: (clock: VirtualClock) => LivingDoors,
  runs: { readonly numRuns: number; readonly length: number },
): void {
  fc.assert(
    fc.property(anyLife(runs.length), (commands) => {
      const clock = new VirtualClock();
      const doors = open(clock);
      try {
        fc.modelRun(() => {
          const numbers = new Map<string, number>();
          const books: Books = { clock, doors, numbers, keys: new Map(), drawn: new Map() };
          const life: Life = { facts: [], members: [], silent: new Set(), period: 0 };
          joinIn(life, books);
          return { model: life, real: books };
        }, commands);
      } finally {
        doors.close?.();
      }
    }),
    { numRuns: runs.numRuns },
  );
}
