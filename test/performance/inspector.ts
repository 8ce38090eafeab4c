/**
 * What a process loses while one page watches its board, and once that page has left. A page comes
 * and goes while the board makes protected calls over HTTP to an upstream of its own process, in
 * turns that end with a pause as long as one update: what the calls made, the page is told within
 * their turn. A board is held against itself, because two of the same kind differ by some percent
 * for as long as they live; a second one, which nobody ever watches, takes every other turn, and
 * says how fast the machine is meanwhile.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { openBoard, usd, type Board, type Breaker } from '../../index.ts';
import { systemClock } from '../../services/clock.ts';
import type { Gauge, Reading } from './case.ts';
import { startUpstream } from './providers.ts';
import { median } from './rounds.ts';

/** Of a turn: three updates long. */
const CALLS = 2_000;
/**
 * At once, as in a process that has much to do. One after the other, what comes after each call's
 * turn would cost a turn of the event loop of its own, which is more than all that is done in it.
 */
const IN_FLIGHT = 16;
const TURNS = 10;
/** Times that a page comes and goes. */
const VISITS = 4;
/** Somewhat longer than from one update to the next. */
const PAUSE_MS = 270;
/** Until code is compiled and every breaker of a crowd was called. */
const FIRST_TURNS = 10;
/** A watch outlives the last page by ten seconds. */
const LINGER_MS = 11_000;
const CROWD = 10_000;

interface Lane {
  readonly board: Board;
  readonly breakers: readonly Breaker[];
  /** Calls so far. */
  count: number;
}

async function openLane(breakerCount: number): Promise<Lane> {
  const board = await openBoard({
    breakersMax: CROWD,
    budgets: [{ id: 'day', limit: usd(1_000_000), period: 'day' }],
  });
  const breakers = Array.from({ length: breakerCount }, (_, index) =>
    board.breaker(`upstream-${index}`),
  );
  return { board, breakers, count: 0 };
}

const OPERATION = {
  operation: 'llm_call',
  model: 'gpt-4o-mini',
  inputTokens: 60,
  maxOutputTokens: 200,
} as const;

/** Microseconds of CPU a call. */
async function takeTurn(lane: Lane, url: string): Promise<number> {
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
  return (user + system) / CALLS;
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

/** What calls cost while a page watches, or does not: a number for each turn. */
interface Costs {
  readonly subject: number[];
  readonly control: number[];
}

const noCosts = (): Costs => ({ subject: [], control: [] });

/** What a call costs the subject for each microsecond that it costs the control. */
const ratioOf = ({ subject, control }: Costs): number => median(subject) / median(control);

async function watched(breakerCount: number): Promise<readonly Reading[]> {
  const upstream = await startUpstream();
  const url = `${upstream.url}/v1/chat/completions`;
  const [subject, control] = await Promise.all([openLane(breakerCount), openLane(breakerCount)]);
  const take = async (turns: number, into: Costs): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) {
      if (turn % 2 === 0) into.subject.push(await takeTurn(subject, url));
      into.control.push(await takeTurn(control, url));
      if (turn % 2 === 1) into.subject.push(await takeTurn(subject, url));
    }
  };
  await take(FIRST_TURNS, noCosts());
  const before = noCosts();
  const seen = noCosts();
  const left = noCosts();
  await take(2 * TURNS, before);
  for (let visit = 0; visit < VISITS; visit++) {
    const leave = await startWatcher(subject.board);
    await take(1, noCosts());
    await take(TURNS, seen);
    leave();
    const leftMs = systemClock.monotonicMs();
    while (systemClock.monotonicMs() - leftMs < LINGER_MS) await take(1, noCosts());
    await take(TURNS, left);
  }
  for (const { board } of [subject, control]) await board.close();
  upstream.close();
  const of = breakerCount === 1 ? 'one breaker' : `${breakerCount} breakers`;
  const lost = (base: Costs, costs: Costs): number => (1 - ratioOf(base) / ratioOf(costs)) * 100;
  return [
    { what: `throughput lost, ${of} watched`, value: lost(left, seen), unit: '%', max: 5 },
    { what: `the same, once the page has left`, value: lost(before, left), unit: '%', max: 2 },
  ];
}

export const INSPECTOR: readonly Gauge[] = [
  { id: 'inspector', isLong: true, read: () => watched(1) },
  { id: 'inspector-crowd', isLong: true, read: () => watched(CROWD) },
];
