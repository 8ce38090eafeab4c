/**
 * Processes that spend money out of one file are killed at random instants and started again; the
 * watcher looks at the file all the while, and in the end the auditor at everything.
 */
import { openBoard } from '../../index.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { atEnd, scratchFile } from '../persistence/scratch.ts';
import { audit, type Findings } from './audit.ts';
import { booksOutside, watch, type AccountSeen, type Watcher } from './books-outside.ts';
import { startChild } from './money-programs.ts';
import { accountsOf, BUDGETS, CALLS_MAX, LIVES_MAX, RAISES, serviceOf } from './spending.ts';
import { PRICES, tokens } from './tariff.ts';
import { startUpstream, type Upstream } from './upstream.ts';

const LANES = 8;
/** Less left than this, a budget has run out: many calls find no money. */
const DRY_NANO_USD = tokens(20);
/** Looks at a budget that has run out, before it is raised. */
const DRY_LOOKS = 60;
/** Calls before a kill, at most. */
const KILLED_AFTER_MAX = 80;
/** A kill waits no longer for its instant: there may be no money for more calls. */
const KILLED_AFTER_MS = 4_000;

export interface KillRun extends Findings {
  readonly kills: number;
  /** How often a budget that had run out was raised. */
  readonly raises: number;
  readonly watcher: Watcher;
  readonly mismatches: readonly unknown[];
}

/** Everything that the run did, judged. Wants an empty test around it, and cleans up with it. */
export async function killRun(kills: number, seed: number): Promise<KillRun> {
  if (kills + LANES > LIVES_MAX) throw new Error(`at most ${LIVES_MAX - LANES} kills`);
  const path = scratchFile();
  const upstream = await startUpstream((call) => serviceOf(seed, call));
  const open = () =>
    openBoard({ store: `sqlite:${path}`, prices: PRICES, budgets: BUDGETS, tokenizer: false });
  const operator = await open();
  const books = booksOutside(path);
  const raising = raiseDry(async (budget, limitNanoUsd) => {
    const act = { reason: 'dry', by: 'ann' };
    await operator.budget(budget).setLimit(limitNanoUsd as ReturnType<typeof tokens>, act);
  });
  const watcher = watch(path, raising.look);

  let lives = 0;
  let killed = 0;
  /** By the number of the life that joined. */
  const holders = new Map<number, number>();
  const lane = async (): Promise<void> => {
    while (killed < kills) {
      killed += 1;
      const life = ++lives;
      const random = seededRandom(seed * LIVES_MAX + life);
      const lifeSeed = Math.floor(random() * 2 ** 32);
      const child = await startChild('spender.ts', [path, upstream.port, life, lifeSeed]);
      await instant(random, upstream, life, child.says({ is: 'ready' }));
      child.kill('SIGKILL');
      if ((await child.ended) !== 'SIGKILL') throw new Error(`life ${life} ended by itself`);
      const joined = books.holders().filter(({ pid }) => pid === child.pid);
      const holder = joined.map(({ number }) => number).find((one) => !isKnown(holders, one));
      if (holder !== undefined) holders.set(life, holder);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await raising.stop();
  await operator.close();

  const last = await open();
  atEnd(() => void last.close());
  const { mismatches } = await last.costs.verify();
  await last.close();
  const findings = audit({
    books,
    calls: upstream.calls,
    accountsOf,
    holderOf: (life) => holders.get(life),
    callerOf: (number) => Math.floor((number - 1) / CALLS_MAX),
  });
  return { ...findings, kills: killed, raises: raising.count(), watcher, mismatches };
}

const isKnown = (holders: ReadonlyMap<number, number>, holder: number): boolean =>
  [...holders.values()].includes(holder);

/** Resolves when it is time to kill: while it starts, when a call arrives, is answered, or so. */
async function instant(
  random: () => number,
  upstream: Upstream,
  life: number,
  ready: Promise<unknown>,
): Promise<void> {
  ready.catch(() => {});
  const [dice, moreMs] = [random(), random() * 30];
  const count = Math.ceil(random() ** 2 * KILLED_AFTER_MAX);
  if (dice < 0.08) return pause(moreMs * 10);
  await ready;
  const what = dice < 0.4 ? 'arrived' : 'answered';
  await Promise.race([upstream.reached(what, life, count), pause(KILLED_AFTER_MS)]);
  if (dice > 0.7) await pause(moreMs);
}

/** An instant of the plan that nothing else marks. */
const pause = (ms: number): Promise<void> =>
  new Promise((done) => void setTimeout(() => done(), ms));

/** Raises a budget when an account of it has run out and stayed so for a while. */
function raiseDry(raise: (budget: string, limitNanoUsd: number) => Promise<void>) {
  const looks = new Map<string, number>();
  let running: Promise<void> | null = null;
  let count = 0;
  let isStopped = false;
  return {
    count: () => count,
    look(accounts: readonly AccountSeen[]): void {
      if (running !== null || isStopped) return;
      for (const { number, budget, limit, settled, forfeited, held } of accounts) {
        if (limit - settled - forfeited - held >= DRY_NANO_USD) continue;
        const key = `${number} at ${limit}`;
        looks.set(key, (looks.get(key) ?? 0) + 1);
        if ((looks.get(key) ?? 0) < DRY_LOOKS) continue;
        count += 1;
        running = raise(budget, limit + (RAISES[budget] ?? 0)).finally(() => (running = null));
        return;
      }
    },
    async stop(): Promise<void> {
      isStopped = true;
      await running;
    },
  };
}
