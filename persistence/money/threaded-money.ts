/**
 * The money of a SQLite file, written by a thread: nothing here waits for a disk or a lock on the
 * calling thread, but for the last moment of a process.
 */
import { resolve } from 'node:path';

import { systemClock } from '../../services/clock.ts';
import { FuseboardError } from '../../services/errors.ts';
import type { LedgerBatch } from '../ledger-batch.ts';
import type { MoneyEngine } from '../money-engine.ts';
import type { MoneyStore } from '../money-store.ts';
import { openSqlite } from '../sqlite.ts';
import { MoneyWriter, writerOf, type Door } from './money-writer.ts';
import { sqliteMoney } from './sqlite-money.ts';
import type { ThreadSettings, ThreadVerb } from './thread-messages.ts';

export interface ThreadedMoneyOptions {
  /** How long the thread waits, while opening, for others that hold the file. @default 5000 */
  readonly openWaitMs?: number;
  /** How long the thread waits for other writers before a request fails. @default 8000 */
  readonly waitMs?: number;
  /** How long the last moment of a process waits for other writers. @default 2000 */
  readonly lastWaitMs?: number;
}

/**
 * Opens the money of a file in a thread. The file has its tables already, or gets them now.
 * @throws FuseboardError store_unavailable, store_corrupt, store_incompatible, sqlite_incompatible.
 */
export async function threadedMoney(
  path: string,
  options: ThreadedMoneyOptions = {},
): Promise<MoneyStore> {
  const { openWaitMs = 5_000, waitMs = 8_000, lastWaitMs = 2_000 } = options;
  const settings = { path: resolve(path), openWaitMs, waitMs };
  const writer = writerOf(settings);
  const door = writer.openDoor();
  try {
    await writer.ask(door, 'open', []);
  } catch (error) {
    await writer.closeDoor(door);
    throw error;
  }
  return threadedStore(settings, writer, door, lastWaitMs);
}

function threadedStore(
  settings: ThreadSettings,
  writer: MoneyWriter,
  door: Door,
  lastWaitMs: number,
): MoneyStore {
  let isClosed = false;

  const ask = async <Name extends ThreadVerb>(
    verb: Name,
    args: Parameters<MoneyEngine[Name]>,
  ): Promise<ReturnType<MoneyEngine[Name]>> => {
    if (isClosed) throw closed(settings.path);
    const answer = await writer.ask(door, verb, args);
    return answer as ReturnType<MoneyEngine[Name]>;
  };

  return {
    shared: true,
    join: (...args) => ask('join', args),
    draw: (...args) => ask('draw', args),
    commit: (...args) => ask('commit', args),
    changes: () => ask('changes', []),
    setLimit: (...args) => ask('setLimit', args),
    correctForfeit: (...args) => ask('correctForfeit', args),
    bookOutside: (...args) => ask('bookOutside', args),
    audit: (...args) => ask('audit', args),
    auditLog: (...args) => ask('auditLog', args),
    saveLearnt: (...args) => ask('saveLearnt', args),
    accounts: (...args) => ask('accounts', args),
    report: (...args) => ask('report', args),
    spendByHour: (...args) => ask('spendByHour', args),
    compact: (...args) => ask('compact', args),

    async verify() {
      if (isClosed) throw closed(settings.path);
      return verifyApart(settings);
    },

    leaveNow(batches) {
      if (isClosed) return;
      isClosed = true;
      try {
        leaveHere(settings.path, door, lastWaitMs, batches);
      } finally {
        writer.abandonDoor(door);
      }
    },

    async close(batches) {
      if (isClosed) return;
      try {
        for (const batch of batches) await ask('commit', [batch]);
        await ask('leave', []);
      } finally {
        isClosed = true;
        await writer.closeDoor(door);
      }
    },
  };
}

/** In a thread of its own, which ends with the answer: it may take long, and calls go on. */
async function verifyApart(settings: ThreadSettings) {
  const reader = new MoneyWriter(settings);
  const door = reader.openDoor();
  try {
    return (await reader.ask(door, 'verify', [])) as ReturnType<MoneyEngine['verify']>;
  } finally {
    await reader.closeDoor(door);
  }
}

/** The writer thread may be busy with the same batches: their numbers let each count once. */
function leaveHere(
  path: string,
  { resume }: Door,
  waitMs: number,
  batches: readonly LedgerBatch[],
): void {
  if (resume === null) return;
  const file = openSqlite(path, { openWaitMs: waitMs });
  try {
    const engine = sqliteMoney(file, systemClock, { waitMs, resume });
    for (const batch of batches) engine.commit(batch);
    engine.leave();
  } finally {
    file.close();
  }
}

const closed = (path: string): FuseboardError =>
  new FuseboardError('store_unavailable', `The store's file ${path} is closed.`);
