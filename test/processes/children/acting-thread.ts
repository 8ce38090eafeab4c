/** A thread with a board of its own on the file that all threads share. */
import { parentPort, workerData } from 'node:worker_threads';

import { isFuseboardError, openBoard, type Breaker, type Permit } from '../../../index.ts';
import { seededRandom } from '../../kit/seeded-random.ts';
import {
  CALLERS_EACH,
  CALLS_EACH,
  isAbove,
  ownName,
  SHARED,
  standingOf,
  type FromThread,
  type Standing,
  type Standings,
  type ThreadData,
  type ToThread,
} from '../thread-talk.ts';

const AN_HOUR_MS = 3_600_000;

const { store, number } = workerData as ThreadData;
const random = seededRandom(number);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const say = (message: FromThread): void => parentPort?.postMessage(message);

const board = await openBoard({ store, random, pollMs: 20 });
const own = board.breaker(ownName(number), {
  trip: { policy: 'count', calls: 100_000, minimumCalls: 100_000 },
});
const lastingOptions = {
  failureThreshold: 2,
  openInterval: () => AN_HOUR_MS * (1 + random()),
};
const lasting = (name: string): Breaker => board.breaker(name, lastingOptions);
const operated = SHARED.operated.map(lasting);
const rejected = SHARED.rejected.map(lasting);
const waiting = [...SHARED.waiting.map(lasting), ...rejected];
const brief = SHARED.brief.map((name) =>
  board.breaker(name, { failureThreshold: 2, recoveryTimeoutMs: 2 }),
);
const shared = [...operated, ...waiting, ...brief];
/** Calls that began before anything happened. */
const inFlight = Array.from({ length: 10 }, () => waiting.map((one) => one.acquire())).flat();

// ── what it sees ─────────────────────────────────────────────────────────────────────────────

const highest: Record<string, Standing> = {};
let settled = (): void => {};

for (const { name, actor } of shared) {
  highest[name] = standingOf(actor.getSnapshot().context);
  actor.subscribe(({ context }) => {
    const standing = standingOf(context);
    if (isAbove(standing, highest[name] as Standing)) highest[name] = standing;
    settled();
  });
}

const told: Record<string, number> = {};
const count = (counts: Record<string, number>, breaker: string, end: string): void => {
  const key = `${breaker} ${end}`;
  counts[key] = (counts[key] ?? 0) + 1;
};
board.facts$.subscribe((fact) => {
  // Pauses come from permits in flight, which are not among the calls that are counted.
  const isCall = fact.type === 'call.finished' && fact.outcome !== 'rate_limited';
  if (isCall) count(told, fact.breaker, fact.outcome);
  if (fact.type === 'call.refused') count(told, fact.breaker, fact.code);
});

// ── what it does ─────────────────────────────────────────────────────────────────────────────

const by = `thread ${number}`;
const OPERATORS: readonly ((breaker: Breaker) => void)[] = [
  (breaker) => breaker.forceOpen('maintenance', { by }),
  (breaker) => breaker.forceClose('checked', { by }),
  (breaker) => breaker.reset('over', { by }),
  (breaker) => breaker.reset('over', { by }),
  (breaker) => breaker.rotateKey({ by }),
];

const counted: Record<string, number> = {};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function call(breaker: Breaker, failing: boolean): Promise<void> {
  try {
    await breaker.call(async () => {
      await turn();
      if (failing) throw new Error('down');
    });
    count(counted, breaker.name, 'succeeded');
  } catch (error) {
    count(counted, breaker.name, isFuseboardError(error) ? error.code : 'failed');
  }
}

/** Each call on its own breaker comes with one on a shared one, and with what else happens. */
async function caller(): Promise<void> {
  for (let calls = 0; calls < CALLS_EACH; calls += 1) {
    await call(own, random() < 0.3);
    await call(pick(shared), random() < 0.5);
    if (random() < 0.05) pick(OPERATORS)(pick([...operated, ...brief]));
    if (random() < 0.02) rejectKey(pick(operated));
    if (random() < 0.05) pause(inFlight.pop());
    await turn();
  }
}

/** Calls in flight may be told to wait as well: the longest holds. */
function pause(permit: Permit | undefined): void {
  const retryAtMs = Date.now() + AN_HOUR_MS * (1 + random());
  permit?.record({ outcome: 'rate_limited', retryAtMs });
}

function rejectKey({ actor }: Breaker): void {
  const { generation } = actor.getSnapshot().context;
  actor.send({ type: 'key.rejected', generation, reason: 'HTTP 401', atMs: Date.now() });
}

async function act(): Promise<void> {
  await Promise.all(Array.from({ length: CALLERS_EACH }, caller));
  inFlight.splice(0).forEach(pause);
  if (number === 0) rejected.forEach(rejectKey);
  board.flush();
  say({ said: 'acted', counted, told, window: own.snapshot().window, highest });
}

/** Waits for the facts, however long they take; whoever asked has a bound. */
function settle(at: Standings, epochsOnly: boolean): void {
  settled = () => {
    const isThere = shared.every(({ name, actor }) => {
      const { epoch, endAtMs } = standingOf(actor.getSnapshot().context);
      const wanted = at[name];
      if (wanted === undefined) return true;
      return epoch === wanted.epoch && (epochsOnly || endAtMs === wanted.endAtMs);
    });
    if (!isThere) return;
    settled = () => {};
    const states = shared.map((breaker) => [breaker.name, breaker.snapshot().path] as const);
    say({ said: 'settled', states: Object.fromEntries(states) });
  };
  settled();
}

parentPort?.on('message', (message: ToThread) => {
  switch (message.say) {
    case 'act':
      return void act();
    case 'settle':
      return settle(message.at, message.epochsOnly);
    case 'hold':
      for (const breaker of brief) breaker.forceOpen('for the night', { by });
      return say({ said: 'held', highest });
    case 'end':
      own.forceOpen('done', { by });
      return void board.close().then(() => parentPort?.close());
  }
});
say({ said: 'ready' });
