/** An engine of this process as a store: it answers as one that is a network away. */
import { expect, it } from 'vitest';

import { memoryBooks } from '../../persistence/memory-money.ts';
import { inProcessMoney } from '../../persistence/money/in-process-money.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { ALIVE, batchMaker, budget, entry, item } from './money-holder.ts';

async function openStore(clock = new VirtualClock()) {
  const books = memoryBooks(clock);
  const store = inProcessMoney(books.engine(), { shared: false, clock });
  const { holder } = await store.join(ALIVE, [budget('daily', 100)]);
  const batch = batchMaker(holder, () => clock.nowMs());
  return { books, store, clock, batch };
}

it('does nothing inside a call, and everything in the order of the calls', async () => {
  const { store } = await openStore();
  const done: string[] = [];
  const note = (what: string) => () => void done.push(what);
  const asked = [
    store.draw([item('daily', 60)]).then(note('drawn')),
    store.setLimit('daily', 60, entry()).then(note('limited')),
    store.draw([item('daily', 1)]).then(({ shortOf }) => done.push(`short of ${shortOf}`)),
  ];
  expect(done).toEqual([]);
  await Promise.all(asked);
  expect(done).toEqual(['drawn', 'limited', 'short of 0']);
});

it('rejects with what the engine throws', async () => {
  const { store } = await openStore();
  await expect(store.setLimit('dialy', 1, entry())).rejects.toMatchObject({
    code: 'invalid_argument',
  });
});

it('keeps its lease as long as its clock runs, and not after it was closed', async () => {
  const { store, clock, books } = await openStore();
  await store.draw([item('daily', 60)]);
  const other = books.engine();
  other.join(ALIVE, []);
  for (let turn = 0; turn < 10; turn++) {
    clock.advance(10_000);
    await Promise.resolve();
    await Promise.resolve();
    expect(other.changes().forfeits).toEqual([]);
  }
  await store.close([]);
  expect(clock.pendingCount).toBe(0);
});

it.each(['close', 'leaveNow'] as const)(
  'settles and gives back at %s, and is gone',
  async (way) => {
    const { store, books, batch } = await openStore();
    const { accounts } = await store.draw([item('daily', 60)]);
    const rows = [{ accounts: [accounts[0]?.account ?? 0], costNanoUsd: 7 }];
    const owed = batch({ rows });
    const sent = store.commit(owed).catch((error: unknown) => error);
    await store[way]([owed]);
    await sent;
    await store.close([owed]);
    const [account] = books.engine().accounts(null);
    expect(account).toMatchObject({ settledNanoUsd: 7, heldNanoUsd: 0 });
    await expect(store.changes()).rejects.toMatchObject({ code: 'store_unavailable' });
  },
);
