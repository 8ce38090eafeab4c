/**
 * One start of the demo: takes up an interrupted run or begins a new one, opens the board on its
 * file, starts the simulated providers and the inspector, walks the story, or one after another,
 * and sums up. Whatever happens, the database
 * is closed in good order and the simulated providers are gone.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import { openBoard, type Random } from '../../index.ts';
import type { Clock } from '../../services/clock.ts';
import { CommandError } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { begin } from './begin.ts';
import { PROVIDERS, realEndpoints } from './endpoints.ts';
import { openLanes } from './live-lanes.ts';
import { MoneyTally } from './money-tally.ts';
import { openPage, type PageOptions } from './page.ts';
import { planRun, type RunWish } from './plan.ts';
import { positionPath, readPosition, walkedBy, writePosition, type Position } from './position.ts';
import { createReporter, widthOf, type Reporter } from './reporter.ts';
import { runMoney } from './run-money.ts';
import { createScenario, paceOf } from './scenario.ts';
import { startSimulated } from './simulated-providers.ts';
import { createStoryClock } from './story-clock.ts';
import { summaryLines, summaryOf, type RunEnd } from './summary.ts';
import type { View } from './view.ts';
import { walk } from './walk.ts';

export interface RunOptions {
  readonly wish: RunWish;
  readonly rate: number;
  readonly database: string;
  /** Whether to make the folder of the database. */
  readonly makesFolder: boolean;
  readonly isJson: boolean;
  readonly clock: Clock;
  readonly random: (seed: number) => Random;
  /** Uses no real provider, whatever the environment holds. */
  readonly isSimulated: boolean;
  /** Where to serve the inspector; null: nowhere. */
  readonly page: PageOptions | null;
  readonly io: CommandIo;
}

/** @throws CommandError, FuseboardError */
export async function run(options: RunOptions): Promise<void> {
  const { wish, database, isJson, clock, random, rate, io } = options;
  const real = options.isSimulated ? [] : realEndpoints(io.env);
  const positionFile = positionPath(database);
  const last = lastPosition(positionFile, database, wish.isFresh, clock.nowMs());
  const plan = planRun(wish, last);
  const run = (last?.run ?? (last === null ? 0 : 1)) + (plan.isResumed ? 0 : 1);
  const { durationMs, isEndless } = plan;
  // What was drawn before an interruption shall not be drawn again after it.
  const draws = random((plan.seed + Math.ceil(plan.fromMs)) % Number.MAX_SAFE_INTEGER);
  let { seed, fromMs } = plan;
  let story = createStoryClock(clock, fromMs, durationMs);
  const keep = (pid: number | null): void =>
    writePosition(positionFile, {
      version: 1,
      seed,
      run,
      durationMs,
      elapsedMs: story.elapsedMs(),
      isComplete: !isEndless && story.isOver(),
      isEndless,
      pid,
      atMs: clock.nowMs(),
    });

  const reporter = createReporter(isJson ? io.stderr : io.stdout, io.env);
  let isInterrupted = false;
  const interrupted = new Promise<void>((resolve) => {
    io.onInterrupt(() => {
      isInterrupted = true;
      story.stop();
      reporter.note('stopping once the calls in flight have ended; Ctrl-C again quits at once');
      resolve();
    });
  });

  if (options.makesFolder) makeFolder(dirname(database));
  const realNames = real.map(({ provider }) => provider);
  const simulatedNames = PROVIDERS.filter((name) => !realNames.includes(name));
  const pace = paceOf(durationMs);
  const money = runMoney({ run, rate, durationMs, pace, isEndless, real: realNames });
  const store = `sqlite:${database}`;
  await using simulated = await startSimulated(simulatedNames, { pace, seed });
  await using board = await openBoard({ store, random: draws, ...money.options });
  const page = options.page === null ? null : await openPage(board, options.page);
  keep(process.pid);
  const found = [...real, ...simulated.endpoints];
  const endpoints = PROVIDERS.flatMap((name) => found.filter(({ provider }) => provider === name));
  let moneyTally = new MoneyTally(money, await board.budgets());
  // From here to the story no turn passes, in which a breaker could change.
  const lanes = openLanes({ board, endpoints, pace, rate, random: draws });
  begin(lanes, plan, clock.nowMs(), reporter, moneyTally.view);
  if (page !== null) reporter.page(page);
  for (;;) {
    const scenario = createScenario(seed, durationMs, random(seed), isEndless);
    simulated.begin(scenario, fromMs);
    story.start();
    const { view, budgets } = await walk({
      clock,
      random: draws,
      board,
      scenario,
      lanes,
      money,
      moneyTally,
      elapsedMs: story.elapsedMs,
      // Where nothing is simulated there is no story to tell.
      reporter: simulatedNames.length > 0 ? reporter : { ...reporter, phase: () => {} },
      keepPosition: complainOnce(() => keep(process.pid), reporter),
      interrupted,
    });
    if (!isEndless || isInterrupted) {
      await board.close({ drainTimeoutMs: 0 });
      const isComplete = !isEndless && story.isOver();
      const requestCount: RunEnd['requestCount'] = (provider) => simulated.requestCount(provider);
      const end = { fromMs, isComplete, isEndless, database, requestCount, budgets };
      show(options, reporter, view, end);
      keep(null);
      return;
    }
    seed = (seed + 1) % Number.MAX_SAFE_INTEGER;
    fromMs = 0;
    story = createStoryClock(clock, 0, durationMs);
    moneyTally = new MoneyTally(money, budgets);
    reporter.note(`another day begins, seed ${seed}`);
  }
}

function show({ io, isJson }: RunOptions, reporter: Reporter, view: View, end: RunEnd): void {
  reporter.end(view, isJson ? [] : summaryLines(view, end, widthOf(io.stdout)));
  if (isJson) io.stdout.write(`${JSON.stringify(summaryOf(view, end), null, 2)}\n`);
}

/** @throws CommandError when it cannot be read, or another process is walking the story. */
function lastPosition(
  file: string,
  database: string,
  isFresh: boolean,
  nowMs: number,
): Position | null {
  let last: Position | null;
  try {
    last = readPosition(file);
  } catch (error) {
    if (isFresh) return null;
    throw error;
  }
  const pid = last === null ? null : walkedBy(last, nowMs);
  if (pid === null) return last;
  throw new CommandError(
    `process ${pid} is running the demo on ${database}`,
    'Wait for it to end, or name another database with --db.',
  );
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new CommandError(
      `the folder ${folder} cannot be made here (${(error as { code?: string }).code})`,
      'Name a database that can be written with --db.',
    );
  }
}

/** A position that cannot be kept ends no run, but is said once. */
function complainOnce(keep: () => void, reporter: Reporter): () => void {
  let hasComplained = false;
  return () => {
    try {
      keep();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (!hasComplained) reporter.note(error.message);
      hasComplained = true;
    }
  };
}
