/** Threads of one process, each with a board on one file, and all that must be true of them. */
import { on, once, setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { expect } from 'vitest';

import { scratchFolder } from '../cli/process.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { openRaw } from '../persistence/raw-file.ts';
import { lookInto } from './crash-site.ts';
import { programOf } from './programs.ts';
import {
  CALLERS_EACH,
  CALLS_EACH,
  isAbove,
  LASTING,
  ownName,
  SHARED,
  standingOf,
  type FromThread,
  type Standing,
  type Standings,
  type ThreadData,
  type ToThread,
} from './thread-talk.ts';

const NONE: Standing = { epoch: 0, endAtMs: 0 };
const CALLS = CALLERS_EACH * CALLS_EACH;

type Said<T extends FromThread['said']> = Extract<FromThread, { said: T }>;

interface Thread {
  tell(message: ToThread): void;
  /** What it says next, which must be this. */
  hear<T extends FromThread['said']>(said: T): Promise<Said<T>>;
  readonly ended: Promise<number>;
}

async function startThread(data: ThreadData, signal: AbortSignal): Promise<Thread> {
  const worker = new Worker(await programOf('acting-thread.ts'), {
    workerData: data,
    execArgv: [],
  });
  signal.addEventListener('abort', () => void worker.terminate());
  const messages = on(worker, 'message', { signal, close: ['exit'] });
  return {
    tell: (message) => worker.postMessage(message),
    async hear(said) {
      const lost = (why: string, cause?: unknown): Error =>
        new Error(`thread ${data.number} was to say ${said}, ${why}`, { cause });
      const next = await messages.next().catch((error: unknown) => {
        throw lost('and said nothing in time', error);
      });
      if (next.done === true) throw lost('and ended');
      const [message] = next.value as [FromThread];
      if (message.said !== said) throw lost(`and said ${message.said}`);
      return message as Said<typeof said>;
    },
    ended: once(worker, 'exit').then(([code]) => code as number),
  };
}

/** The highest that any thread ever had of each breaker. */
const highestOf = (all: readonly { readonly highest: Standings }[]): Standings =>
  Object.fromEntries(
    Object.values(SHARED)
      .flat()
      .map((name) => [
        name,
        all
          .map(({ highest }) => highest[name] ?? NONE)
          .reduce((best, one) => (isAbove(one, best) ? one : best), NONE),
      ]),
  );

const only = (standings: Standings, names: readonly string[]): Standings =>
  Object.fromEntries(names.map((name) => [name, standings[name] ?? NONE]));

/** What a breaker is that is held until then. */
const stateUntil = ({ endAtMs }: Standing): string =>
  endAtMs === Infinity ? 'open.latched' : endAtMs > 0 ? 'open.cooling' : 'closed';

export interface CrowdOptions {
  readonly threads: number;
  /** Whether somebody else writes to the file for as long as the threads make their calls. */
  readonly isLocked?: boolean;
  /** When to give up waiting, all in all. Milliseconds. */
  readonly boundMs: number;
}

/** Runs threads through calls, trips and acts of operators, until they agree. */
export async function runCrowd({ threads: count, isLocked, boundMs }: CrowdOptions): Promise<void> {
  const path = join(scratchFolder(), 'board.db');
  const signal = AbortSignal.timeout(boundMs);
  setMaxListeners(0, signal);
  const threads = await Promise.all(
    Array.from({ length: count }, (_, number) =>
      startThread({ store: `sqlite:${path}`, number }, signal),
    ),
  );
  const hearAll = <T extends FromThread['said']>(said: T): Promise<Said<T>[]> =>
    Promise.all(threads.map((thread) => thread.hear(said)));
  const tellAll = (message: ToThread): void => threads.forEach(({ tell }) => tell(message));

  await hearAll('ready');
  const reports = await (isLocked === true ? actBehindLock(path, threads) : actAtOnce(threads));
  for (const [number, { counted, told, window }] of reports.entries()) {
    const own = ownName(number);
    const [succeeded = 0, failed = 0] = [counted[`${own} succeeded`], counted[`${own} failed`]];
    expect(succeeded + failed).toBe(CALLS);
    expect(window).toEqual({ calls: CALLS, failures: failed, slow: 0 });
    expect(told).toEqual(counted);
    const shared = Object.entries(counted).filter(([key]) => !key.startsWith(own));
    expect(shared.reduce((sum, [, calls]) => sum + calls, 0)).toBe(CALLS);
  }

  const highest = highestOf(reports);
  // Every thread probes for itself, but all must have heard of the last operator.
  tellAll({ say: 'settle', at: only(highest, SHARED.brief), epochsOnly: true });
  await hearAll('settled');
  tellAll({ say: 'settle', at: only(highest, LASTING), epochsOnly: false });
  for (const { states } of await hearAll('settled')) {
    for (const name of LASTING) expect(states[name]).toBe(stateUntil(highest[name] ?? NONE));
  }

  const holder = threads[Math.floor(seededRandom(count)() * count)] as Thread;
  holder.tell({ say: 'hold' });
  const held = only(highestOf([await holder.hear('held')]), SHARED.brief);
  for (const name of SHARED.brief) {
    expect(held[name]).toEqual({ epoch: (highest[name] ?? NONE).epoch + 1, endAtMs: Infinity });
  }
  const settled = { ...only(highest, LASTING), ...held };
  tellAll({ say: 'settle', at: settled, epochsOnly: false });
  await hearAll('settled');

  tellAll({ say: 'end' });
  expect(await Promise.all(threads.map(({ ended }) => ended))).toEqual(threads.map(() => 0));
  assertStored(path, settled, count);
}

type Report = Said<'acted'>;

function actAtOnce(threads: readonly Thread[]): Promise<Report[]> {
  for (const { tell } of threads) tell({ say: 'act' });
  return Promise.all(threads.map(({ hear }) => hear('acted')));
}

/**
 * Somebody writes to the file for as long as the threads make their calls. They do so one after
 * the other: who began has tried to write most often, so it comes last when the file is free, and
 * hears what others say before it has said what it knows.
 */
async function actBehindLock(path: string, threads: readonly Thread[]): Promise<Report[]> {
  const other = openRaw(path);
  other.exec('BEGIN IMMEDIATE');
  const reports: Report[] = [];
  for (const { tell, hear } of threads) {
    tell({ say: 'act' });
    reports.push(await hear('acted'));
  }
  other.exec('COMMIT');
  return reports;
}

/** The file holds what all threads agree on, and of each what only it knew. */
function assertStored(path: string, settled: Standings, count: number): void {
  const { rows, setAside, integrity } = lookInto(path);
  expect(integrity).toBe('ok');
  expect(setAside).toEqual([]);
  const stored = new Map(rows.map((row) => [row.name, row]));
  for (const [name, standing] of Object.entries(settled)) {
    const row = stored.get(name);
    expect(row && standingOf(row), name).toEqual(standing);
    expect(row?.state, name).toBe(stateUntil(standing));
  }
  const names = [...stored.keys()].sort();
  const own = Array.from({ length: count }, (_, number) => ownName(number));
  expect(names).toEqual([...own, ...Object.keys(settled)].sort());
  for (const [number, name] of own.entries()) {
    const { state, latches } = stored.get(name) ?? {};
    expect([state, latches?.map(({ by }) => by)]).toEqual(['open.latched', [`thread ${number}`]]);
  }
}
