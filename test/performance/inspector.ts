/**
 * What a process loses while one page watches its board, and once that page has left. Each board
 * makes the same protected calls over HTTP to an upstream of its own process, in turns that end
 * with a pause as long as one update: what the calls made, the page is told within their turn.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { openBoard, usd, type Board, type Breaker } from '../../index.ts';
import { systemClock } from '../../services/clock.ts';
import type { Gauge, Reading } from './case.ts';
import { startUpstream } from './providers.ts';
import { median } from './rounds.ts';

/** Of a turn: several updates long. */
const CALLS = 4_000;
/**
 * At once, as in a process that has much to do. One after the other, what comes after each call's
 * turn would cost a turn of the event loop of its own, which is more than all that is done in it.
 */
const IN_FLIGHT = 16;
const TURNS = 16;
/** Somewhat longer than from one update to the next. */
const PAUSE_MS = 270;
/** Until code is compiled and every breaker of a crowd was called. */
const FIRST_TURNS = 4;
/** A watch outlives the last page by ten seconds. */
const LINGER_MS = 11_000;
const CROWD = 10_000;

interface Lane {
  readonly board: Board;
  readonly breakers: readonly Breaker[];
  /** Calls so far. */
  count: number;
  /** Microseconds of CPU a call, of each turn. */
  turns: number[];
}

async function openLane(breakerCount: number): Promise<Lane> {
  const board = await openBoard({
    breakersMax: CROWD,
    budgets: [{ id: 'day', limit: usd(1_000_000), period: 'day' }],
  });
  const breakers = Array.from({ length: breakerCount }, (_, index) =>
    board.breaker(`upstream-${index}`),
  );
  return { board, breakers, count: 0, turns: [] };
}

const OPERATION = {
  operation: 'llm_call',
  model: 'gpt-4o-mini',
  inputTokens: 60,
  maxOutputTokens: 200,
} as const;

async function takeTurn(lane: Lane, url: string): Promise<void> {
  const { breakers } = lane;
  const before = process.cpuUsage();
  let left = CALLS;
  const callOn = async (): Promise<void> => {
    while (left-- > 0) {
      const breaker = breakers[lane.count++ % breakers.length] as Breaker;
      await breaker.call(OPERATION, async () => {
        const response = await fetch(url);
        return response.json();
      });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, callOn));
  await new Promise<void>((resolve) => systemClock.setTimer(PAUSE_MS, true, resolve));
  const { user, system } = process.cpuUsage(before);
  lane.turns.push((user + system) / CALLS);
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
  const isSettled = (): boolean =>
    alone.turns.length >= FIRST_TURNS && systemClock.monotonicMs() - startMs >= LINGER_MS;
  while (!isSettled()) for (const lane of lanes) await takeTurn(lane, url);
  for (const lane of lanes) lane.turns = [];
  for (let round = 0; round < TURNS; round++) {
    for (const lane of lanes) await takeTurn(lane, url);
    // Each comes first as often as last, and behind each of the others.
    lanes.push(lanes.shift() as Lane);
    if (round % 3 === 2) lanes.reverse();
  }
  stopSeeing();
  for (const { board } of lanes) await board.close();
  upstream.close();
  const of = `of ${breakerCount} breakers`;
  const base = median(alone.turns);
  const lost = ({ turns }: Lane): number => (1 - base / median(turns)) * 100;
  return [
    { what: `protected call, board ${of} unwatched`, value: base, unit: 'µs of CPU a call' },
    { what: `throughput lost, board ${of} watched`, value: lost(seen), unit: '%', max: 5 },
    { what: `the same, once the page has left`, value: lost(left), unit: '%', max: 2 },
  ];
}

export const INSPECTOR: readonly Gauge[] = [
  { id: 'inspector', isLong: true, read: () => watched(1) },
  { id: 'inspector-crowd', isLong: true, read: () => watched(CROWD) },
];
