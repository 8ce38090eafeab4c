/**
 * What money costs: a costed call, many budgets, full speed, a minute of steady traffic, tokens.
 */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';

import Database from 'better-sqlite3';

import { openBoard, usd, type Board, type CallContext, type Operation } from '../../index.ts';
import { systemClock } from '../../services/clock.ts';
import { loadTokenizer } from '../../services/cost/tokens/tokenizer.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import type { Case, Contender, Reading } from './case.ts';
import { heapBytes } from './heap.ts';
import { answer } from './rivals.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => systemClock.setTimer(ms, true, resolve));

const PLENTY = usd(1_000_000);
const USED = { inputTokens: 812, outputTokens: 300 };

/** A protected function that says what it used, and has its answer at once. */
const costed = async ({ usage }: CallContext): Promise<number> => {
  usage(USED);
  return 1;
};

const operationOf = (tenant: string): Operation => ({
  operation: 'llm_call',
  model: 'gpt-4o-mini',
  inputTokens: 812,
  maxOutputTokens: 400,
  tags: { tenant },
});

const block = { action: 'block', threshold: PLENTY } as const;

/** Calls between two turns of the event loop: what they settle is booked when it turns. */
const BURST = 2_000;

/** Ten rules of every kind, none of which fires. */
const RULES = [
  { ...block, id: 'dear', type: 'operation_cost' },
  { ...block, id: 'dear-at-worst', type: 'operation_cost', basis: 'worst' },
  { ...block, id: 'dear-chat', type: 'operation_cost', when: { operations: ['llm_call'] } },
  { ...block, id: 'day', type: 'daily_cost' },
  { ...block, id: 'month', type: 'monthly_cost' },
  { ...block, id: 'minute', type: 'cost_rate_per_minute' },
  { ...block, id: 'hour', type: 'cost_rate_per_hour' },
  { id: 'day-share', type: 'daily_percentage', budget: 'day', threshold: 90, action: 'block' },
  { id: 'day-strained', type: 'daily_percentage', budget: 'day', threshold: 80, action: 'degrade' },
  {
    id: 'month-share',
    type: 'monthly_percentage',
    budget: 'month',
    threshold: 90,
    action: 'block',
  },
] as const;

/** A board with ten rules and three budgets, over a file of its own unless it shares one. */
async function openCosted(path?: string): Promise<Board> {
  const folder = path === undefined ? await mkdtemp(join(tmpdir(), 'fuseboard-money-')) : null;
  const board = await openBoard({
    store: `sqlite:${path ?? join(folder as string, 'money.db')}`,
    tokenizer: false,
    budgets: [
      { id: 'day', limit: PLENTY, period: 'day' },
      { id: 'month', limit: PLENTY, period: 'month' },
      { id: 'tenants', limit: PLENTY, period: 'day', per: 'tag:tenant' },
    ],
    rules: RULES,
  });
  // After the board's own last moment, which was registered before.
  if (folder !== null) process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return board;
}

/** Turns end when the ledger has written what they settled, with which no other turn competes. */
async function costedCalls(name: string): Promise<Contender> {
  const board = await openCosted();
  const breaker = board.breaker('openai', { provider: 'openai' });
  const operation = operationOf('one');
  const run = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await breaker.call(operation, costed);
      if (i % BURST === BURST - 1) await turn();
    }
  };
  await warmUp(run);
  return { name, run, after: () => board.costs.report().then(() => {}) };
}

/** Until the code is as fast as it gets, and allowances are as large as such traffic makes them. */
async function warmUp(run: (count: number) => Promise<void>): Promise<void> {
  for (let burst = 0; burst < 30; burst++) {
    await run(BURST);
    await turn();
  }
}

/** Calls over so many values of a tag, out of all that have a budget, in a seeded order. */
async function perTag(name: string, budgets: number, inUse: number): Promise<Contender> {
  const board = await openCosted();
  const breaker = board.breaker('openai', { provider: 'openai' });
  const operations = Array.from({ length: budgets }, (_, index) => operationOf(`tenant-${index}`));
  for (const operation of operations) await breaker.call(operation, costed);
  const random = seededRandom(1);
  const order = Uint16Array.from({ length: 2 ** 16 }, () => Math.floor(random() * inUse));
  let next = 0;
  const run = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const operation = operations[order[next++ & (order.length - 1)] as number] as Operation;
      await breaker.call(operation, costed);
      if (i % BURST === BURST - 1) await turn();
    }
  };
  await warmUp(run);
  return { name, run, after: turn };
}

const FULL_SPEED_CALLS = 400_000;
const AT_ONCE = 100;

/** Rows a second that SQLite alone inserts, a hundred in a transaction. */
async function insertsPerSecond(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'fuseboard-inserts-'));
  const file = new Database(join(folder, 'alone.db'));
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = NORMAL');
  const columns = Array.from({ length: 15 }, (_, index) => `c${index}`);
  file.exec(`CREATE TABLE rows (id INTEGER PRIMARY KEY, ${columns.join(' REAL, ')} REAL)`);
  const names = columns.join(', ');
  const marks = columns.map(() => '?').join(', ');
  const insert = file.prepare(`INSERT INTO rows (${names}) VALUES (${marks})`);
  const values = columns.map((_, index) => index * 1_000.5);
  const hundred = file.transaction(() => {
    for (let i = 0; i < 100; i++) insert.run(values);
  });
  const startMs = performance.now();
  const batches = 2_000;
  for (let i = 0; i < batches; i++) hundred.immediate();
  const rate = (batches * 100) / ((performance.now() - startMs) / 1_000);
  file.close();
  await rm(folder, { recursive: true });
  return rate;
}

async function fullSpeed(): Promise<Reading[]> {
  const alone = await insertsPerSecond();
  const board = await openCosted();
  const breaker = board.breaker('openai', { provider: 'openai' });
  const operation = operationOf('one');
  const run = async (calls: number): Promise<number> => {
    const startMs = performance.now();
    for (let made = 0; made < calls; made += AT_ONCE) {
      const running = Array.from({ length: AT_ONCE }, () => breaker.call(operation, costed));
      await Promise.all(running);
    }
    // Booked is what counts: the report waits for the last row.
    await board.costs.report();
    return calls / ((performance.now() - startMs) / 1_000);
  };
  await run(FULL_SPEED_CALLS / 10);
  const before = heapBytes();
  const rate = await run(FULL_SPEED_CALLS);
  const grownKiB = (heapBytes() - before) / 1_024;
  await board.close();
  const what = 'rows a second that SQLite alone inserts, to calls a second that are booked';
  return [
    { what: 'calls a second at full speed, booked', value: rate, unit: '/s' },
    { what, value: alone / rate, unit: '', max: 110 / 40 },
    { what: 'heap growth over 400,000 booked calls', value: grownKiB, unit: 'KiB', max: 1_024 },
  ];
}

const SUSTAINED_SECONDS = 60;
const SUSTAINED_PER_SECOND = 10_000;
const TICK_MS = 5;

/** Steady traffic for a while: event-loop delay at its 99th percentile, in milliseconds. */
async function sustain(perSecond: number, seconds: number, path?: string): Promise<number> {
  const board = await openCosted(path);
  const breaker = board.breaker('openai', { provider: 'openai' });
  const operation = operationOf('one');
  await breaker.call(operation, costed);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startMs = performance.now();
  let made = 0;
  for (let elapsedMs = 0; elapsedMs < seconds * 1_000; elapsedMs = performance.now() - startMs) {
    const due = Math.floor((elapsedMs / 1_000) * perSecond);
    while (made < due) {
      made++;
      void breaker.call(operation, costed);
    }
    await pause(TICK_MS);
  }
  delay.disable();
  const { total } = await board.costs.report();
  if (path === undefined && total.callCount !== made + 1) throw new Error('calls were lost');
  await board.close();
  // The histogram counts the timer's own millisecond as delay.
  return Math.max(0, delay.percentile(99) / 1e6 - 1);
}

async function sustained(): Promise<Reading[]> {
  const value = await sustain(SUSTAINED_PER_SECOND, SUSTAINED_SECONDS);
  const what = `event-loop delay at p99, ${SUSTAINED_PER_SECOND} booked calls/s for a minute`;
  return [{ what, value, unit: 'ms', max: 5 }];
}

const PEERS = 8;
const PEER_FILE = 'FUSEBOARD_BENCH_FILE';

/** One of eight processes on a file; by itself it is nobody's case. */
async function peer(): Promise<Reading[]> {
  const path = process.env[PEER_FILE];
  if (path === undefined) return [];
  const value = await sustain(SUSTAINED_PER_SECOND / PEERS, SUSTAINED_SECONDS / 2, path);
  return [{ what: 'event-loop delay at p99', value, unit: 'ms' }];
}

async function peers(): Promise<Reading[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fuseboard-peers-'));
  const env = { ...process.env, [PEER_FILE]: join(folder, 'money.db') };
  const command = [...process.execArgv, process.argv[1] as string, 'sustained-peer', '{}'];
  const run = promisify(execFile);
  const ended = await Promise.all(
    Array.from({ length: PEERS }, () => run(process.execPath, command, { env })),
  );
  await rm(folder, { recursive: true });
  const delays = ended.map(({ stdout }) => (JSON.parse(stdout) as Reading[])[0]?.value ?? NaN);
  const what = `the same over ${PEERS} processes on one file, the slowest of them`;
  return [{ what, value: Math.max(...delays), unit: 'ms', max: 5 }];
}

async function tokens(): Promise<Reading[]> {
  const tokenizer = await loadTokenizer();
  const words = 'The breaker opens when the budget is spent, and closes as soon as it recovers. ';
  let text = words.repeat(600);
  const { tokens: count } = tokenizer.countText(text, 'gpt-4o');
  text = text.slice(0, Math.floor((text.length * 10_000) / count));
  const timesMs = Array.from({ length: 30 }, () => {
    const startMs = performance.now();
    tokenizer.countText(text, 'gpt-4o');
    return performance.now() - startMs;
  });
  const value = timesMs.sort((a, b) => a - b)[15] as number;
  // Without a place to part it: ten seconds for a tokenizer that is handed all of it.
  const random = seededRandom(7);
  const characters = Array.from({ length: 50_000 }, () =>
    String.fromCodePoint(Math.floor(0x4e00 + random() * 20_000)),
  );
  const startMs = performance.now();
  tokenizer.countText(characters.join(''), 'gpt-4o');
  const unbroken = performance.now() - startMs;
  return [
    { what: 'counting 10,000 tokens, warm', value, unit: 'ms', max: 10 },
    { what: 'counting 50,000 characters at random', value: unbroken, unit: 'ms', max: 50 },
  ];
}

const COSTED = 'costed call: 10 rules, 3 budgets, ledger on';
const TEN = '10 budgets';
const HOT = '10,000 budgets, one for each tag; 100 in use';
const RANDOM = '10,000 budgets, at random';

export const MONEY: readonly Case[] = [
  {
    id: 'costed',
    title: 'a call with a price',
    // More in a row would outrun the ledger, and measure how fast that one writes.
    burstsPerTurn: 1,
    isSteady: true,
    comparisons: [{ subject: COSTED, against: 'bare await', ratioMax: 40 }],
    contenders: async () => [
      {
        name: 'bare await',
        async run(count) {
          for (let i = 0; i < count; i++) await answer();
        },
      },
      await costedCalls(COSTED),
    ],
  },
  {
    id: 'per-tag',
    title: 'a call with a price, many budgets',
    burstsPerTurn: 15,
    comparisons: [
      { subject: HOT, against: TEN, ratioMax: 1.3 },
      { subject: RANDOM, against: TEN, ratioMax: 5 },
    ],
    contenders: async () => [
      await perTag(TEN, 10, 10),
      await perTag(HOT, 10_000, 100),
      await perTag(RANDOM, 10_000, 10_000),
    ],
  },
  { id: 'full-speed', read: fullSpeed },
  { id: 'sustained', read: sustained },
  { id: 'sustained-peer', read: peer },
  { id: 'peers', read: peers },
  { id: 'tokens', read: tokens },
];
