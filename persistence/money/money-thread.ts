/**
 * The writer thread: owns the connection through which a process writes its money, answers one
 * request after another, and keeps the leases of the process alive even while its main thread
 * stalls.
 */
import { parentPort, workerData } from 'node:worker_threads';

import { systemClock } from '../../services/clock.ts';
import { openSqlite, type SqliteFile } from '../sqlite.ts';
import { isBusy } from './books.ts';
import { sqliteMoney, type SqliteMoney } from './sqlite-money.ts';
import { isShut, passGate } from './thread-gate.ts';
import {
  packError,
  type ThreadData,
  type ThreadReply,
  type ThreadRequest,
} from './thread-messages.ts';

/** A third of a lease, so that one renewal may fail. */
const RENEW_MS = 10_000;
/** Longest wait for another writer in one piece: a process that ends waits for it. */
const PATIENCE_MS = 200;

const { path, openWaitMs, waitMs, gate } = workerData as ThreadData;
const doors = new Map<number, SqliteMoney>();
let file: SqliteFile | null = null;

/** Tries again while another process writes, for as long as may be waited. */
function patiently<T>(work: () => T): T {
  const untilMs = systemClock.monotonicMs() + waitMs;
  for (;;) {
    try {
      return passGate(gate, work);
    } catch (error) {
      if (!isBusy(error) || isShut(gate) || systemClock.monotonicMs() >= untilMs) throw error;
    }
  }
}

function doorOf({ door, resume }: ThreadRequest): SqliteMoney {
  file ??= openSqlite(path, { openWaitMs });
  let engine = doors.get(door);
  if (engine === undefined) {
    engine = sqliteMoney(file, systemClock, { waitMs: Math.min(waitMs, PATIENCE_MS), resume });
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
  if (isShut(gate)) return;
  passGate(gate, () => {
    for (const engine of doors.values()) renew(engine);
  });
  systemClock.setTimer(RENEW_MS, false, renewAll);
}

/** Old rows go slice by slice, and whoever asks meanwhile is served in between. */
async function compact(engine: SqliteMoney, beforeMs: number): Promise<{ rowCount: number }> {
  const start = () => engine.compactSlices(beforeMs)[Symbol.iterator]();
  let slices = start();
  let rowCount = 0;
  let untilMs = systemClock.monotonicMs() + waitMs;
  for (;;) {
    try {
      const slice = passGate(gate, () => slices.next());
      if (slice.done === true) return { rowCount };
      rowCount += slice.value;
      untilMs = systemClock.monotonicMs() + waitMs;
    } catch (error) {
      if (!isBusy(error) || systemClock.monotonicMs() >= untilMs) throw error;
      slices = start();
    }
    await new Promise<void>((resolve) => systemClock.defer(resolve));
  }
}

function perform(request: ThreadRequest): unknown {
  const { task, args, door } = request;
  if (task === 'end') return end();
  const engine = doorOf(request);
  if (task === 'open') return undefined;
  const verbs = engine as unknown as Readonly<
    Record<string, (...values: readonly unknown[]) => unknown>
  >;
  const answer = verbs[task]?.(...args);
  if (task === 'leave') doors.delete(door);
  return answer;
}

function end(): void {
  try {
    file?.close();
  } finally {
    parentPort?.close();
  }
}

async function serve(request: ThreadRequest): Promise<void> {
  const { id, door, task, args } = request;
  let outcome: { readonly answer: unknown } | { readonly error: ReturnType<typeof packError> };
  try {
    if (task === 'compact') {
      const engine = patiently(() => doorOf(request));
      outcome = { answer: await compact(engine, args[0] as number) };
    } else {
      outcome = { answer: patiently(() => perform(request)) };
    }
  } catch (error) {
    outcome = { error: packError(error) };
  }
  const resume = doors.get(door)?.resumePoint ?? null;
  const reply: ThreadReply = { id, resume, ...outcome };
  parentPort?.postMessage(reply);
}

parentPort?.on('message', (request: ThreadRequest) => void serve(request));
renewAll();
