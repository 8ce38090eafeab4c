/**
 * What a process loses while one page watches its board, and once that page has left. Each board
 * makes the same protected calls over HTTP to an upstream of its own process, in many short turns,
 * and the sums of all turns are compared: the inspector's own beat falls into some of them only.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { openBoard, usd, type Board, type Breaker } from '../../index.ts';
import { systemClock } from '../../services/clock.ts';
import type { Gauge, Reading } from './case.ts';
import { startUpstream } from './providers.ts';

/** Of a turn. */
const CALLS = 250;
/**
 * At once, as in a process that has much to do. One after the other, what comes after each call's
 * turn would cost a turn of the event loop of its own, which is more than all that is done in it.
 */
const IN_FLIGHT = 16;
const TURNS = 100;
/** A watch outlives the last page by ten seconds. */
const LINGER_MS = 11_000;
const CROWD = 10_000;

interface Lane {
  readonly board: Board;
  readonly breakers: readonly Breaker[];
  /** Microseconds of CPU. */
  spent: number;
}

async function openLane(breakerCount: number): Promise<Lane> {
  const board = await openBoard({
    breakersMax: CROWD,
    budgets: [{ id: 'day', limit: usd(1_000_000), period: 'day' }],
  });
  const breakers = Array.from({ length: breakerCount }, (_, index) =>
    board.breaker(`upstream-${index}`),
  );
  return { board, breakers, spent: 0 };
}

const OPERATION = {
  operation: 'llm_call',
  model: 'gpt-4o-mini',
  inputTokens: 60,
  maxOutputTokens: 200,
} as const;

let turn = 0;

async function callAll(lane: Lane, url: string): Promise<void> {
  const { breakers } = lane;
  const before = process.cpuUsage();
  let left = CALLS;
  const callOn = async (): Promise<void> => {
    while (left-- > 0) {
      const breaker = breakers[turn++ % breakers.length] as Breaker;
      await breaker.call(OPERATION, async () => {
        const response = await fetch(url);
        return response.json();
      });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, callOn));
  const { user, system } = process.cpuUsage(before);
  lane.spent += user + system;
}

/** A page on that board; resolves when it has been told something. */
async function startWatcher(board: Board): Promise<() => void> {
  const { url } = await board.inspect({ port: 0 });
  const path = join(import.meta.dirname, 'watcher.js');
  const child = spawn(process.execPath, [path, url as string], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return () => child.kill();
}

async function watched(breakerCount: number): Promise<readonly Reading[]> {
  const upstream = await startUpstream();
  const url = `${upstream.url}/v1/chat/completions`;
  const [alone, seen, left] = await Promise.all([
    openLane(breakerCount),
    openLane(breakerCount),
    openLane(breakerCount),
  ]);
  const stopSeeing = await startWatcher(seen.board);
  (await startWatcher(left.board))();
  const lanes = [alone, seen, left];
  const startMs = systemClock.monotonicMs();
  while (systemClock.monotonicMs() - startMs < LINGER_MS) {
    for (const lane of lanes) await callAll(lane, url);
  }
  for (const lane of lanes) lane.spent = 0;
  for (let round = 0; round < TURNS; round++) {
    for (const lane of lanes) await callAll(lane, url);
    // Each comes first as often as last, and behind each of the others.
    lanes.push(lanes.shift() as Lane);
    if (round % 3 === 2) lanes.reverse();
  }
  stopSeeing();
  for (const { board } of lanes) await board.close();
  upstream.close();
  const of = `of ${breakerCount} breakers`;
  const base = alone.spent / TURNS / CALLS;
  const lost = ({ spent }: Lane): number => (1 - alone.spent / spent) * 100;
  return [
    { what: `protected call, board ${of} unwatched`, value: base, unit: 'µs of CPU a call' },
    { what: `throughput lost, board ${of} watched`, value: lost(seen), unit: '%', max: 5 },
    { what: `the same, once the page has left`, value: lost(left), unit: '%', max: 2 },
  ];
}

export const INSPECTOR: readonly Gauge[] = [
  { id: 'inspector', read: () => watched(1) },
  { id: 'inspector-crowd', read: () => watched(CROWD) },
];
