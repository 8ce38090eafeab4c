/** A board of many breakers: what each weighs, the one timer, and calls amid the crowd. */
import { createHook } from 'node:async_hooks';

import { openBoard, type Board, type Breaker } from '../../index.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import type { Case, Contender, Reading } from './case.ts';
import { heapBytes } from './heap.ts';
import { A_DAY_MS, answer, fail } from './rivals.ts';

const CROWD = 100_000;

const openCrowd = (): Promise<Board> =>
  openBoard({
    breakersMax: CROWD,
    defaults: { failureThreshold: 1, recoveryTimeoutMs: A_DAY_MS },
  });

const populate = (board: Board, count: number): Breaker[] =>
  Array.from({ length: count }, (_, index) => board.breaker(`upstream-${index}`));

/** Which breaker each call goes to; a power of two of them, so that a mask finds the next. */
function itinerary(): Uint32Array {
  const random = seededRandom(1);
  return Uint32Array.from({ length: 2 ** 20 }, () => Math.floor(random() * CROWD));
}

/** One breaker of a board that is made anew for each round, so that rounds may take turns. */
function oneAmong(name: string, count: number): Contender {
  let board: Board;
  let breaker: Breaker;
  return {
    name,
    async before() {
      board = await openCrowd();
      breaker = populate(board, count)[count >> 1] as Breaker;
    },
    async run(calls) {
      const one = breaker;
      for (let i = 0; i < calls; i++) await one.call(answer);
    },
    after: () => board.close(),
  };
}

function spread(name: string): Contender {
  const order = itinerary();
  let board: Board;
  let breakers: Breaker[];
  return {
    name,
    async before() {
      board = await openCrowd();
      breakers = populate(board, CROWD);
    },
    async run(calls) {
      const all = breakers;
      for (let i = 0; i < calls; i++) {
        const breaker = all[order[i & (order.length - 1)] as number] as Breaker;
        await breaker.call(answer);
      }
    },
    after: () => board.close(),
  };
}

async function idle(): Promise<Reading[]> {
  const board = await openCrowd();
  const before = heapBytes();
  populate(board, CROWD);
  const value = (heapBytes() - before) / CROWD;
  await board.close();
  return [
    { what: 'heap of an idle breaker, name and registry included', value, unit: 'B', max: 700 },
  ];
}

async function open(): Promise<Reading[]> {
  const timers = new Set<number>();
  const hook = createHook({
    init: (id, type) => void (type === 'Timeout' && timers.add(id)),
    destroy: (id) => void timers.delete(id),
  });
  hook.enable();
  const board = await openCrowd();
  const before = heapBytes();
  for (const breaker of populate(board, CROWD)) await breaker.call(fail).catch(() => {});
  board.flush();
  if (board.breakers().some(({ state }) => state !== 'open')) throw new Error('not all are open');
  // Destruction is reported in a later turn than the one in which a timer ends.
  await new Promise((resolve) => setImmediate(resolve));
  const bytes = (heapBytes() - before) / CROWD;
  const held = process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
  hook.disable();
  const timerCount = timers.size;
  await board.close();
  return [
    { what: `timers of ${CROWD} open breakers`, value: timerCount, unit: '', max: 1 },
    { what: 'of these, timers that keep the process alive', value: held, unit: '', max: 0 },
    { what: 'heap of an open breaker, actor and stored state included', value: bytes, unit: 'B' },
  ];
}

const ALONE = 'the only breaker of its board';
const AMONG = 'one of 100,000 breakers';
const SPREAD = '100,000 breakers at random';

export const CROWDS: readonly Case[] = [
  {
    id: 'crowd',
    title: 'closed, amid 100,000 breakers',
    burstsPerTurn: 15,
    comparisons: [
      { subject: AMONG, against: ALONE, ratioMax: 1.3 },
      { subject: SPREAD, against: ALONE, ratioMax: 5 },
    ],
    contenders: () => [oneAmong(ALONE, 1), oneAmong(AMONG, CROWD), spread(SPREAD)],
  },
  { id: 'idle', read: idle },
  { id: 'open', read: open },
];
