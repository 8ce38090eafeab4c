/** Settled calls on their way to the ledger: in batches, one at a time, each exactly once. */
import { expect, it } from 'vitest';

import {
  LEDGER_COLUMNS,
  LEDGER_WIDTH,
  type LedgerBatch,
  type LedgerLabels,
} from '../../persistence/ledger-batch.ts';
import type { Committed } from '../../persistence/money-store.ts';
import type { Account } from '../../services/cost/budgets/account.ts';
import { LedgerWriter, UNSETTLED_MAX, type Told } from '../../services/cost/ledger-writer.ts';
import { NANO_USD_MAX } from '../../services/cost/money.ts';
import { accountOf, HandStore, START_MS } from './account-rig.ts';

const WRITE_BEHIND_MS = 20;
const COST = LEDGER_COLUMNS.indexOf('costNanoUsd');

const labelsOf = (operation = 'llm_call'): Told<LedgerLabels> => ({
  what: {
    breaker: 'llm',
    provider: null,
    operation,
    model: null,
    tags: [],
    method: 'tokens',
    priceSource: 'override',
    priceVersion: '1',
  },
  place: -1,
});

class Rig {
  readonly store = new HandStore({ daily: 1_000_000 });
  readonly committed: Committed[] = [];
  readonly failures: [count: number, pending: number][] = [];
  recoveredCount = 0;
  readonly account: Account = accountOf('daily', 1_000_000);
  readonly labels = labelsOf();
  readonly charges: Told<readonly number[]>;
  readonly ledger: LedgerWriter;
  #number = 1;

  constructor() {
    const { clock, deadlines, engine, holder } = this.store;
    const { key } = this.account;
    const answer = engine.draw([{ key, needNanoUsd: 100_000, wantNanoUsd: 100_000 }]);
    const [state] = answer.accounts;
    if (state !== undefined) this.account.hear(state, false);
    this.account.drew(100_000, 0);
    this.charges = { what: [this.account.number], place: -1 };
    this.ledger = new LedgerWriter({
      store: this.store,
      holder,
      clock,
      deadlines,
      onCommitted: (committed) => {
        this.committed.push(committed);
        for (const heard of committed.accounts) this.account.hear(heard, true);
      },
      onFailed: (_, count, pending) => this.failures.push([count, pending]),
      onRecovered: () => (this.recoveredCount += 1),
    });
  }

  /** A settled call that cost so much. */
  row(cost: number, labels = this.labels, charges = this.charges): void {
    const { account, ledger } = this;
    account.reserve(cost);
    account.settle(cost, cost);
    const places = [ledger.labelsPlace(labels), ledger.chargesPlace(charges)];
    const offset = ledger.row([account]);
    const [label = 0, charge = 0] = places;
    const row = [this.#number++, START_MS, START_MS, label, charge, cost, cost, cost, NaN, 0, 0];
    ledger.rows.set([...row, NaN, NaN, NaN, 0], offset);
  }

  get settledNanoUsd(): number {
    return this.store.engine.accounts(null)[0]?.settledNanoUsd ?? 0;
  }
}

it('rows of twenty milliseconds go out together, and nothing does before', async () => {
  const rig = new Rig();
  rig.row(5);
  rig.store.clock.advance(WRITE_BEHIND_MS - 1);
  rig.row(7);
  expect(rig.store.batches).toHaveLength(0);
  rig.store.clock.advance(1);
  expect(rig.store.batches).toMatchObject([{ seq: 1, rowCount: 2 }]);
  await rig.store.answer();
  expect(rig.settledNanoUsd).toBe(12);
  expect(rig.account).toMatchObject({ openNanoUsd: 0, sentNanoUsd: 0 });
  expect(rig.store.deadlines.pendingCount).toBe(0);
});

it('while one batch is on its way, the next one waits and gathers', async () => {
  const rig = new Rig();
  rig.row(1);
  rig.store.clock.advance(WRITE_BEHIND_MS);
  rig.row(2);
  rig.row(3);
  rig.store.clock.advance(10 * WRITE_BEHIND_MS);
  rig.ledger.flush();
  expect(rig.store.batches).toHaveLength(1);
  expect(rig.account).toMatchObject({ sentNanoUsd: 1, openNanoUsd: 5 });
  expect(rig.ledger.pendingCount).toBe(3);
  await rig.store.answer();
  rig.store.clock.advance(WRITE_BEHIND_MS);
  expect(rig.store.batches[1]).toMatchObject({ seq: 2, rowCount: 2, labels: [], charges: [] });
});

it('the rows of a batch stay as they are until the store has taken it', async () => {
  const rig = new Rig();
  const onTheWay = (): number[] => {
    const { rows, rowCount } = rig.store.batches.at(-1) as LedgerBatch;
    return Array.from({ length: rowCount }, (_, row) => rows[row * LEDGER_WIDTH + COST] as number);
  };
  const expected = [[1]];
  for (let turn = 1; turn <= 6; turn++) {
    if (turn === 1) rig.row(1);
    rig.ledger.flush();
    expect(onTheWay()).toEqual(expected.at(-1));
    // Settled while that batch is on its way.
    const costs = [10 * turn, 10 * turn + 1, 10 * turn + 2];
    for (const cost of costs) rig.row(cost);
    if (turn % 2 === 0) {
      await rig.store.fail();
      rig.store.clock.advance(1_000);
    }
    expect(onTheWay()).toEqual(expected.at(-1));
    await rig.store.answer();
    expected.push(costs);
  }
  rig.ledger.flush();
  await rig.store.answer();
  expect(rig.settledNanoUsd).toBe(expected.flat().reduce((sum, cost) => sum + cost, 0));
});

it('a batch that the store did not take is sent again as it was, ever more rarely', async () => {
  const rig = new Rig();
  rig.row(1);
  rig.store.clock.advance(WRITE_BEHIND_MS);
  rig.row(2);
  for (const delayMs of [20, 40, 80, 160, 320, 640, 1_280, 2_000, 2_000]) {
    const { length } = rig.store.batches;
    await rig.store.fail();
    expect(rig.ledger.isFailing).toBe(true);
    rig.store.clock.advance(delayMs - 1);
    expect(rig.store.batches).toHaveLength(length);
    rig.store.clock.advance(1);
    expect(rig.store.batches).toHaveLength(length + 1);
    expect(rig.store.batches.at(-1)).toBe(rig.store.batches[0]);
  }
  expect(rig.failures.at(-1)).toEqual([9, 2]);
  await rig.store.answer();
  expect([rig.recoveredCount, rig.ledger.isFailing]).toEqual([1, false]);
  rig.store.clock.advance(WRITE_BEHIND_MS);
  await rig.store.answer();
  expect(rig.settledNanoUsd).toBe(3);
});

it.each(['flush', 'settled', 'caughtUp'] as const)(
  'whoever calls %s while a batch waits to be sent again stops nothing',
  async (call) => {
    const rig = new Rig();
    rig.row(1);
    rig.store.clock.advance(WRITE_BEHIND_MS);
    await rig.store.fail();
    let isOver = call === 'flush';
    void Promise.resolve(rig.ledger[call]()).then(() => (isOver = true));
    rig.store.clock.advance(20);
    expect(rig.store.batches).toHaveLength(2);
    await rig.store.answer();
    expect([rig.settledNanoUsd, isOver]).toEqual([1, true]);
  },
);

it('settled resolves with what was noted before it, however much comes later', async () => {
  const rig = new Rig();
  rig.row(1);
  let isSettled = false;
  void rig.ledger.settled().then(() => (isSettled = true));
  expect(rig.store.batches).toHaveLength(1);
  rig.row(2);
  await rig.store.answer();
  expect(isSettled).toBe(true);
  rig.row(3);
  let isNextSettled = false;
  void rig.ledger.settled().then(() => (isNextSettled = true));
  await rig.store.fail();
  expect(isNextSettled).toBe(true);
});

it('grows with the rows, and is full at ten thousand', async () => {
  const rig = new Rig();
  for (let row = 0; row < UNSETTLED_MAX; row++) {
    expect(rig.ledger.isFull).toBe(false);
    rig.row(1);
  }
  expect(rig.ledger.isFull).toBe(true);
  rig.store.clock.advance(WRITE_BEHIND_MS);
  const [batch] = rig.store.batches;
  expect(batch?.rowCount).toBe(UNSETTLED_MAX);
  expect(batch?.rows.length).toBe(UNSETTLED_MAX * LEDGER_WIDTH);
  await rig.store.answer();
  expect(rig.settledNanoUsd).toBe(UNSETTLED_MAX);
  expect(rig.ledger.isFull).toBe(false);
});

it('texts are told once, and anew when they were told long ago', async () => {
  const rig = new Rig();
  rig.row(1);
  expect(rig.labels.place).toBe(0);
  for (let place = 1; place <= 32_767; place++) rig.ledger.labelsPlace(labelsOf(`op ${place}`));
  rig.row(1);
  expect(rig.labels.place).toBe(0);
  rig.ledger.labelsPlace(labelsOf('one more'));
  rig.row(1);
  expect(rig.labels.place).toBe(32_769);
  rig.store.clock.advance(WRITE_BEHIND_MS);
  await rig.store.answer();
  expect(rig.settledNanoUsd).toBe(3);
});

it('refusals of one kind are counted together, up to the greatest amount there is', async () => {
  const rig = new Rig();
  for (let call = 1; call <= 3; call++)
    rig.ledger.refused(rig.labels, NANO_USD_MAX, START_MS + call);
  rig.store.clock.advance(WRITE_BEHIND_MS);
  const refused = [{ labels: 0, count: 3, expectedNanoUsd: NANO_USD_MAX, atMs: START_MS + 3 }];
  expect(rig.store.batches).toMatchObject([{ rowCount: 0, refused }]);
  await rig.store.answer();
  expect(rig.failures).toEqual([]);
});

it('what is given back is on its way until the store has it', async () => {
  const rig = new Rig();
  rig.ledger.giveBack(rig.account, rig.account.giveUp(99_900));
  rig.ledger.giveBack(rig.account, rig.account.giveUp(99_700));
  rig.store.clock.advance(WRITE_BEHIND_MS);
  expect(rig.store.batches[0]?.returns).toEqual([
    { account: rig.account.number, amountNanoUsd: 300 },
  ]);
  expect(rig.account.returningNanoUsd).toBe(300);
  await rig.store.answer();
  expect(rig.account.returningNanoUsd).toBe(0);
  expect(rig.store.heldOf('daily')).toBe(99_700);
});

it('what has not been sent can be taken back, and what has been sent cannot', async () => {
  const rig = new Rig();
  rig.ledger.giveBack(rig.account, rig.account.giveUp(0));
  expect(rig.ledger.takeBack(rig.account, 300)).toBe(300);
  expect(rig.account).toMatchObject({ availableNanoUsd: 300, returningNanoUsd: 99_700 });
  rig.store.clock.advance(WRITE_BEHIND_MS);
  expect(rig.ledger.takeBack(rig.account, 300)).toBe(0);
  await rig.store.answer();
  expect(rig.store.heldOf('daily')).toBe(300);
  rig.ledger.giveBack(rig.account, rig.account.giveUp(0));
  expect(rig.ledger.takeBack(rig.account, Infinity)).toBe(300);
  rig.store.clock.advance(WRITE_BEHIND_MS);
  expect(rig.store.batches).toHaveLength(1);
});

it('in the end it hands over what the store has not confirmed, and sends nothing any more', async () => {
  const rig = new Rig();
  rig.row(1);
  rig.store.clock.advance(WRITE_BEHIND_MS);
  rig.row(2);
  let isSettled = false;
  void rig.ledger.settled().then(() => (isSettled = true));
  const owed = rig.ledger.end();
  expect(owed.map(({ seq, rowCount }) => [seq, rowCount])).toEqual([
    [1, 1],
    [2, 1],
  ]);
  await rig.store.answer();
  rig.row(3);
  rig.ledger.flush();
  rig.store.clock.advance(60_000);
  expect([rig.store.batches.length, rig.committed.length, isSettled]).toEqual([1, 0, true]);
  expect(rig.store.deadlines.pendingCount).toBe(0);
  // The one that was on its way was taken: handed over again, it counts once.
  for (const batch of owed) rig.store.engine.commit(batch);
  expect(rig.settledNanoUsd).toBe(3);
});
