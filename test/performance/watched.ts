/**
 * What watching costs the process that is watched, apart from its calls: a board of ten thousand
 * breakers and a thousand facts a second, before a page watches, while it does, and after.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { systemClock } from '../../services/clock.ts';
import { CROWD, openBusyBoard } from './busy-board.ts';
import type { Gauge, Reading } from './case.ts';
import { heapBytes } from './heap.ts';

/** A watch outlives the last page by ten seconds. */
const LINGER_MS = 11_000;
/** Until sparklines are as long as they get. */
const SETTLE_MS = 62_000;
const SPAN_MS = 8_000;
const UPDATES_PER_S = 4;
/** What compiled code may still take. */
const LEFT_MAX_KIB = 1_024;

const pass = (ms: number): Promise<void> =>
  new Promise((resolve) => systemClock.setTimer(ms, true, resolve));

/** A page that watches, in a process of its own. */
interface Watcher {
  /** All it was told so far. */
  bytes(): Promise<number>;
  leave(): void;
}

async function startWatcher(url: string): Promise<Watcher> {
  const path = join(import.meta.dirname, 'watcher.js');
  const child = spawn(process.execPath, [path, url], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return {
    async bytes() {
      child.stdin.write('how much?\n');
      const [answer] = (await once(child.stdout, 'data')) as [Buffer];
      return Number(answer.toString());
    },
    leave: () => child.kill(),
  };
}

/** Milliseconds of CPU in each second. */
async function cpuMsPerS(): Promise<number> {
  const startMs = systemClock.monotonicMs();
  const before = process.cpuUsage();
  await pass(SPAN_MS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (systemClock.monotonicMs() - startMs);
}

async function watch(): Promise<readonly Reading[]> {
  const { board, start } = await openBusyBoard(false);
  const stop = start();
  const alone = await cpuMsPerS();
  const url = (await board.inspect({ port: 0 })).url as string;
  // What the first page brings for good is the inspector's code.
  (await startWatcher(url)).leave();
  await pass(LINGER_MS);
  const before = heapBytes();

  const watcher = await startWatcher(url);
  await pass(SETTLE_MS);
  const earlier = await watcher.bytes();
  const seen = await cpuMsPerS();
  const bytesPerS = ((await watcher.bytes()) - earlier) / (SPAN_MS / 1_000);
  const during = heapBytes();

  watcher.leave();
  await pass(LINGER_MS);
  const after = heapBytes();
  const later = await cpuMsPerS();
  stop();
  await board.close({ drainTimeoutMs: 0 });

  const what = `watching ${CROWD} breakers and 1,000 facts/s`;
  const cost = (seen - (alone + later) / 2) / UPDATES_PER_S;
  const left = (after - before) / 1_024;
  return [
    { what: `${what}: CPU`, value: cost, unit: 'ms an update' },
    { what: `${what}: told`, value: bytesPerS / 1_024, unit: 'KiB/s' },
    { what: `${what}: heap`, value: (during - before) / 1_048_576, unit: 'MiB' },
    { what: `${what}: heap once the page has left`, value: left, unit: 'KiB', max: LEFT_MAX_KIB },
  ];
}

export const WATCHED: readonly Gauge[] = [{ id: 'watched', isLong: true, read: watch }];
