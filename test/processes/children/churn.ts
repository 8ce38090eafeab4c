/**
 * Moves the breakers of a board through every state they have, as fast as it can, until somebody
 * kills it. What it came through is in its log before the store can have heard of it: a line that
 * `write()` has handed to the kernel outlives the process.
 *
 *   churn STORE LOG SEED loud|quiet
 *
 * Loud, it trips, latches and exhausts, which is written at the end of the turn. Quiet, it does
 * only what may be written a little later, and reports nothing until it has done so for a while.
 */
import { openSync, writeSync } from 'node:fs';

import { openBoard, type Breaker, type Permit } from '../../../index.ts';
import type { BreakerRow } from '../../../persistence/store.ts';
import { seededRandom } from '../../kit/seeded-random.ts';
import type { LogLine } from '../churn-log.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
/** Milliseconds of quiet work before the first report. */
const QUIET_MS = 150;

const [path = '', logPath = '', seed = '', mood = ''] = process.argv.slice(2);
const isQuiet = mood === 'quiet';
const log = openSync(logPath, 'a');
const note = (line: LogLine): void => void writeSync(log, `${JSON.stringify(line)}\n`);
const random = seededRandom(Number(seed));
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const board = await openBoard({
  store: `sqlite:${path}`,
  random,
  defaults: { failureThreshold: 1, recoveryTimeoutMs: 2, probesNeeded: 2, probesMax: 2 },
});

type Act = (breaker: Breaker) => void;

const call =
  (run: (permit: Permit) => void): Act =>
  (breaker) => {
    let permit: Permit;
    try {
      permit = breaker.acquire();
    } catch {
      return;
    }
    run(permit);
  };

const succeed = call((permit) => permit.succeed());
const fail = call((permit) => permit.fail(new Error('down')));
const wait = call((permit) =>
  permit.record({ outcome: 'rate_limited', retryAtMs: Date.now() + 1_000 + 9_000 * random() }),
);
const budget =
  (level: 'warned' | 'exceeded' | 'recovered'): Act =>
  ({ actor }) =>
    actor.send({ type: `budget.${level}`, atMs: Date.now() });
const reset: Act = (breaker) => breaker.reset('over', { by: 'ann' });
const forceClose: Act = (breaker) => breaker.forceClose('checked', { by: 'bob' });
const resume: Act = ({ actor }) =>
  actor.send({ type: 'emergency.resumed', reason: 'out', by: 'cid', atMs: Date.now() });

const QUIET: readonly Act[] = [
  budget('warned'),
  budget('recovered'),
  succeed,
  forceClose,
  reset,
  resume,
];
const LOUD: readonly Act[] = [
  ...QUIET,
  ...[fail, fail, fail, succeed, succeed, wait, reset],
  call((permit) => permit.record('unauthorized')),
  call((permit) => permit.record('over_quota')),
  budget('exceeded'),
  budget('recovered'),
  (breaker) => breaker.forceOpen(`maintenance — ${random()}`, { by: 'ann' }),
  (breaker) => breaker.rotateKey({ by: 'ann' }),
  ({ actor }) =>
    actor.send({ type: 'emergency.shutdown', reason: 'fire', by: 'cid', atMs: Date.now() }),
];

function rowOf(breaker: Breaker): BreakerRow {
  const { probesSucceeded: _, ...kept } = breaker.actor.getSnapshot().context;
  const { name, path: state, changedAtMs } = breaker.snapshot();
  return { name, state, changedAtMs, ...kept };
}

const startMs = performance.now();
let turn = 0;
let isTurn = false;

/** Logs each new state of a breaker, and tells the parent of it. */
function follow(breaker: Breaker): void {
  let last = JSON.stringify(rowOf(breaker));
  breaker.actor.subscribe(() => {
    const row = rowOf(breaker);
    const text = JSON.stringify(row);
    if (text === last) return;
    last = text;
    note({ turn, isTurn, row });
    if (!isQuiet || performance.now() - startMs > QUIET_MS) writeSync(1, '.\n');
  });
}

const breakers = NAMES.map((name) => board.breaker(name));
breakers.forEach(follow);
writeSync(1, 'ready\n');

const acts = isQuiet ? QUIET : LOUD;
const takeTurn = (): void => {
  note({ turn: ++turn, atMs: performance.now() });
  isTurn = true;
  // Often all at once, as in an outage: what is stored of them must fit together.
  const chosen = random() < 0.5 ? breakers : [pick(breakers)];
  const act = pick(acts);
  for (const breaker of chosen) act(breaker);
  isTurn = false;
  setImmediate(takeTurn);
};
takeTurn();
