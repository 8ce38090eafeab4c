/**
 * The writer thread: owns the connection through which a process writes its money, answers one
 * request after another, and keeps the leases of the process alive even while its main thread
 * stalls.
 */
import { parentPort, workerData } from 'node:worker_threads';

import { systemClock } from '../../services/clock.ts';
import { openSqlite, type SqliteFile } from '../sqlite.ts';
import { sqliteMoney, type SqliteMoney } from './sqlite-money.ts';
import {
  packError,
  type ThreadReply,
  type ThreadRequest,
  type ThreadSettings,
} from './thread-messages.ts';

/** A third of a lease, so that one renewal may fail. */
const RENEW_MS = 10_000;

const { path, openWaitMs, waitMs } = workerData as ThreadSettings;
const doors = new Map<number, SqliteMoney>();
let file: SqliteFile | null = null;

function doorOf({ door, resume }: ThreadRequest): SqliteMoney {
  file ??= openSqlite(path, { openWaitMs });
  let engine = doors.get(door);
  if (engine === undefined) {
    engine = sqliteMoney(file, systemClock, { waitMs, resume });
    if (resume !== null) renew(engine);
    doors.set(door, engine);
  }
  return engine;
}

/** What cannot be prolonged now is tried again: a lease lasts for three of these. */
function renew(engine: SqliteMoney): void {
  try {
    if (engine.resumePoint !== null) engine.renew();
  } catch {
    return;
  }
}

function renewAll(): void {
  for (const engine of doors.values()) renew(engine);
  systemClock.setTimer(RENEW_MS, false, renewAll);
}

/** Old rows go slice by slice, and whoever asks meanwhile is served in between. */
async function compact(engine: SqliteMoney, beforeMs: number): Promise<{ rowCount: number }> {
  let rowCount = 0;
  for (const removed of engine.compactSlices(beforeMs)) {
    rowCount += removed;
    await new Promise<void>((resolve) => systemClock.defer(resolve));
  }
  return { rowCount };
}

function perform(request: ThreadRequest): unknown {
  const { task, args, door } = request;
  if (task === 'end') return end();
  const engine = doorOf(request);
  if (task === 'open') return undefined;
  if (task === 'compact') return compact(engine, args[0] as number);
  const verbs = engine as unknown as Readonly<
    Record<string, (...values: readonly unknown[]) => unknown>
  >;
  const answer = verbs[task]?.(...args);
  if (task === 'leave') doors.delete(door);
  return answer;
}

function end(): void {
  file?.close();
  parentPort?.close();
}

async function serve(request: ThreadRequest): Promise<void> {
  const { id, door } = request;
  let outcome: { readonly answer: unknown } | { readonly error: ReturnType<typeof packError> };
  try {
    const answer = perform(request);
    outcome = { answer: answer instanceof Promise ? ((await answer) as unknown) : answer };
  } catch (error) {
    outcome = { error: packError(error) };
  }
  const resume = doors.get(door)?.resumePoint ?? null;
  const reply: ThreadReply = { id, resume, ...outcome };
  parentPort?.postMessage(reply);
}

parentPort?.on('message', (request: ThreadRequest) => void serve(request));
renewAll();
