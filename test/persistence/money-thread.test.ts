/** The money of a file behind its writer thread: its answers, its deaths and its end. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';

import { describe, expect, it } from 'vitest';

import { holderIdentity } from '../../persistence/money/process-life.ts';
import { sqliteMoney } from '../../persistence/money/sqlite-money.ts';
import { threadScript } from '../../persistence/money/thread-script.ts';
import { threadedMoney } from '../../persistence/money/threaded-money.ts';
import type { ThreadedMoneyOptions } from '../../persistence/money/threaded-money.ts';
import { openSqlite } from '../../persistence/sqlite.ts';
import { isFuseboardError } from '../../services/errors.ts';
import { systemClock } from '../../services/clock.ts';
import { startChild } from './child.ts';
import { batchMaker, budget, entry, item } from './money-holder.ts';
import { openRaw, tamper } from './raw-file.ts';
import { atEnd, scratchFile, scratchFolder } from './scratch.ts';

const LIMIT = 100;

/** Threads that are started from now on. */
function startedThreads(): Worker[] {
  const threads: Worker[] = [];
  const note = (worker: Worker): void => void threads.push(worker);
  process.on('worker', note);
  atEnd(() => void process.off('worker', note));
  return threads;
}

/** Fails a thread from within, by what it does not expect. */
function die(thread: Worker | undefined): Promise<void> {
  return new Promise((resolve) => {
    thread?.once('exit', () => resolve());
    thread?.postMessage(null);
  });
}

async function openThreaded(path = scratchFile(), options?: ThreadedMoneyOptions) {
  const store = await threadedMoney(path, options);
  atEnd(() => store.leaveNow([]));
  const joined = await store.join(holderIdentity(), [budget('daily', LIMIT)]);
  const batch = batchMaker(joined.holder, () => systemClock.nowMs());
  const { accounts } = await store.draw([item('daily', 0)]);
  const account = accounts[0]?.account ?? 0;
  return {
    store,
    path,
    joined,
    draw: async (need: number) => (await store.draw([item('daily', need)])).drawnNanoUsd,
    settle: (costNanoUsd: number) => batch({ rows: [{ accounts: [account], costNanoUsd }] }),
  };
}

function lookInto(path: string) {
  const file = openSqlite(path);
  atEnd(() => file.close());
  const engine = sqliteMoney(file, systemClock);
  return { account: engine.accounts(null)[0], verdict: engine.verify() };
}

describe('a writer thread', () => {
  it('serves all boards of a process on one file, none of them past a limit', async () => {
    const threads = startedThreads();
    const one = await openThreaded();
    const other = await openThreaded(one.path);
    expect(threads).toHaveLength(1);
    const draws = Array.from({ length: 200 }, (_, index) => (index % 2 ? one : other).draw(10));
    const drawn = (await Promise.all(draws)).filter((amounts) => amounts !== null);
    expect(drawn).toHaveLength(10);
    await one.store.close([]);
    expect((await other.store.changes()).accounts).toMatchObject([{ heldNanoUsd: 50 }]);
    expect(await other.draw(50)).toEqual([50]);
    await other.store.close([]);
    expect(lookInto(one.path).account).toMatchObject({ heldNanoUsd: 0 });
  });

  it('hands over errors as what they are', async () => {
    const { store } = await openThreaded();
    const error: unknown = await store.setLimit('dialy', 5, entry()).catch((e: unknown) => e);
    expect(isFuseboardError(error)).toBe(true);
    expect(error).toMatchObject({ code: 'invalid_argument', name: 'FuseboardError' });
    const details = { reason: (() => 1) as unknown as string };
    await expect(store.audit([entry({ details })])).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  it('says at opening what is wrong with a file, and tries again', async () => {
    const path = join(scratchFolder(), 'notes.txt');
    writeFileSync(path, 'no database, but long enough to be taken for one'.repeat(100));
    await expect(threadedMoney(path)).rejects.toMatchObject({
      code: 'store_corrupt',
      hint: expect.any(String),
      cause: expect.objectContaining({ code: 'SQLITE_NOTADB' }),
    });
    await expect(threadedMoney(path)).rejects.toMatchObject({ code: 'store_corrupt' });
  });

  it('verifies beside its work, and reports and compacts', async () => {
    const threads = startedThreads();
    const { store, settle, path } = await openThreaded();
    await store.commit(settle(5));
    expect(await store.verify()).toEqual({ rowCount: 1, accountCount: 1, mismatches: [] });
    expect(threads).toHaveLength(2);
    tamper(path, 'UPDATE ledger SET cost_nano_usd = 4');
    expect((await store.verify()).mismatches).toHaveLength(2);
    tamper(path, 'UPDATE ledger SET cost_nano_usd = 5');
    expect((await store.report({ by: 'none', sinceMs: null })).total).toMatchObject({
      costNanoUsd: 5,
    });
    expect(await store.compact(systemClock.nowMs() + 1_000)).toEqual({ rowCount: 1 });
    expect((await store.verify()).mismatches).toEqual([]);
  });

  it('waits for another writer without holding up the caller', async () => {
    const { draw, path } = await openThreaded();
    const other = openRaw(path);
    other.exec('BEGIN IMMEDIATE');
    let isDrawn = false;
    const drawing = draw(10).then((drawn) => {
      isDrawn = true;
      return drawn;
    });
    const startMs = performance.now();
    for (let turn = 0; turn < 80; turn++) {
      await new Promise<void>((resolve) => systemClock.setTimer(5, true, resolve));
    }
    expect(performance.now() - startMs).toBeLessThan(5_000);
    expect(isDrawn).toBe(false);
    other.exec('ROLLBACK');
    expect(await drawing).toEqual([10]);
  });

  it('waits no longer than it may', async () => {
    const { draw, path } = await openThreaded(undefined, { waitMs: 50 });
    const other = openRaw(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(draw(10)).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: expect.objectContaining({ code: expect.stringContaining('SQLITE_BUSY') }),
    });
    other.exec('ROLLBACK');
    expect(await draw(10)).toEqual([10]);
  });
});

describe('a writer thread that dies', () => {
  it('rejects what waits; the holder goes on in the next one as if nothing had been', async () => {
    const threads = startedThreads();
    const { store, draw, settle, path, joined } = await openThreaded();
    const neighbour = await openThreaded(path);
    expect(await draw(50)).toEqual([50]);
    const first = settle(10);
    await store.commit(first);
    const second = settle(7);
    const death = die(threads[0]);
    const waiting = [store.commit(second), draw(1)].map((asked) => asked.catch((e: unknown) => e));
    await death;
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('ended while it was asked'),
        hint: expect.any(String),
      });
    }
    expect(await store.commit(first)).toMatchObject({ overspent: [] });
    expect(await store.commit(second)).toMatchObject({
      accounts: [{ settledNanoUsd: 17, heldNanoUsd: 33 }],
      overspent: [],
    });
    expect(threads).toHaveLength(2);
    expect(await draw(50)).toEqual([50]);
    expect(await draw(1)).toBeNull();
    expect((await neighbour.store.changes()).accounts).toMatchObject([{ heldNanoUsd: 83 }]);
    await neighbour.store.setLimit('daily', 120, entry());
    expect((await store.changes()).limits).toEqual([{ budget: 'daily', limitNanoUsd: 120 }]);
    expect((await openThreaded(path)).joined.holder).toBeGreaterThan(joined.holder);
    await store.close([settle(3)]);
    expect(lookInto(path)).toMatchObject({
      account: { settledNanoUsd: 20, heldNanoUsd: 0, forfeitedNanoUsd: 0 },
      verdict: { rowCount: 3, mismatches: [] },
    });
  });

  it('tells after its death what others did meanwhile', async () => {
    const threads = startedThreads();
    const { store, path } = await openThreaded();
    const file = openSqlite(path);
    atEnd(() => file.close());
    const other = sqliteMoney(file, systemClock);
    other.join(holderIdentity(), []);
    other.draw([item('daily', 10)]);
    expect((await store.changes()).accounts).toMatchObject([{ heldNanoUsd: 10 }]);
    await die(threads[0]);
    expect(await store.changes()).toEqual({ accounts: [], limits: [], forfeits: [] });
    await die(threads[1]);
    other.draw([item('daily', 30)]);
    expect((await store.changes()).accounts).toMatchObject([{ heldNanoUsd: 40 }]);
    expect((await store.changes()).accounts).toEqual([]);
  });
});

describe('the end of a store', () => {
  it('settles, gives back, ends its thread and answers nothing afterwards', async () => {
    const threads = startedThreads();
    const { store, draw, settle, path } = await openThreaded();
    await draw(50);
    await store.close([settle(10)]);
    await store.close([]);
    store.leaveNow([]);
    expect(threads.map(({ threadId }) => threadId)).toEqual([-1]);
    await expect(draw(1)).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(store.verify()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(lookInto(path).account).toMatchObject({ settledNanoUsd: 10, heldNanoUsd: 0 });
    expect(await (await openThreaded(path)).draw(90)).toEqual([90]);
  });

  it('forfeits later rather than give back what it could not settle', async () => {
    const { store, draw, settle, path } = await openThreaded(undefined, { lastWaitMs: 50 });
    await draw(50);
    const other = openRaw(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => store.leaveNow([settle(10)])).toThrow(
      expect.objectContaining({ code: 'store_unavailable' }),
    );
    other.exec('ROLLBACK');
    expect(lookInto(path).account).toMatchObject({ settledNanoUsd: 0, heldNanoUsd: 50 });
  });

  it.each(['leaves at exit', 'leaves while the thread is writing'])(
    'loses nothing, and books nothing twice, when a process %s',
    async (way) => {
      const path = scratchFile();
      const child = startChild('threaded-money.ts', path, way);
      expect(await child.line()).toBe('"drawn"');
      expect(await child.rest()).toEqual([]);
      expect(lookInto(path)).toMatchObject({
        account: { settledNanoUsd: 17, heldNanoUsd: 0, forfeitedNanoUsd: 0, overspentNanoUsd: 0 },
        verdict: { rowCount: 2, mismatches: [] },
      });
    },
  );

  it('stops no thread in the middle of SQLite, which would be the end of all', () => {
    const path = scratchFile();
    const script = fileURLToPath(new URL('children/threaded-money.ts', import.meta.url));
    const way = 'exits while the thread waits for a lock';
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, path, way]);
    expect(stderr.toString()).not.toContain('FATAL');
    expect(status).toBe(7);
  });

  it('keeps a process alive for an answer, and no longer', async () => {
    const path = scratchFile();
    const child = startChild('threaded-money.ts', path, 'waits for an answer');
    expect(await child.rest()).toEqual(['"drawn"', '10', '17']);
  });
});

describe('the program of the thread', () => {
  it('is found in the package where it does not lie beside', () => {
    expect(threadScript().pathname).toMatch(/\/dist\/persistence\/money\/money-thread\.js$/);
  });

  it('is said to be missing where nobody can find it', () => {
    const bundle = pathToFileURL(join(scratchFolder(), 'bundle.mjs')).href;
    expect(() => threadScript(bundle)).toThrow(
      expect.objectContaining({
        code: 'store_unavailable',
        message: expect.stringContaining('money-thread.js'),
        hint: expect.stringContaining('external'),
      }),
    );
  });
});
