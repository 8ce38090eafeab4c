/**
 * Walks the story: calls through the breakers, facts counted, the position kept, everything shown.
 * It ends with the story, or when it is told to stop.
 */
import type { Board, BudgetSummary, Fact, Random } from '../../index.ts';
import type { Clock, TimerHandle } from '../../services/clock.ts';
import { beat } from './beat.ts';
import { changeOf, type Change } from './changes.ts';
import type { LiveLane } from './live-lanes.ts';
import type { MoneyTally } from './money-tally.ts';
import { createOperator } from './operator.ts';
import type { Reporter } from './reporter.ts';
import type { RunMoney } from './run-money.ts';
import { loadAt, stretchAt, type Scenario } from './scenario.ts';
import { BreakerTally } from './tally.ts';
import { startTraffic } from './traffic.ts';
import type { View } from './view.ts';

export interface WalkOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly board: Board;
  readonly scenario: Scenario;
  readonly lanes: readonly LiveLane[];
  readonly money: RunMoney;
  /** Knows the run's budgets as the story finds them. */
  readonly moneyTally: MoneyTally;
  /** Milliseconds from the story's beginning. */
  readonly elapsedMs: () => number;
  readonly reporter: Reporter;
  /** Keeps the position. Called at each change of part, and four times a second. */
  readonly keepPosition: () => void;
  /** Resolves when the walk shall end early. */
  readonly interrupted: Promise<void>;
}

/** How long calls in flight may take to end. */
const DRAIN_MS = 2_000;
const FIND_EVERY_MS = 1_000;
/** Changes of state that are kept; beyond them the oldest are forgotten. */
const CHANGES_MAX = 500;

/** What there is to show at the end. */
export interface Walked {
  readonly view: View;
  /** The run's budgets as the books have them. */
  readonly budgets: readonly BudgetSummary[];
}

export async function walk(options: WalkOptions): Promise<Walked> {
  const { clock, random, board, scenario, lanes, reporter, elapsedMs } = options;
  const { money, moneyTally } = options;
  const tallies = new Map(
    lanes.map(({ name, breaker }) => {
      const openSinceMs = breaker.state === 'open' ? clock.nowMs() : null;
      return [name, new BreakerTally(openSinceMs)];
    }),
  );
  const providers = [...new Set(lanes.map(({ provider }) => provider))];
  const changes: Change[] = [];
  const inFlight = new Set<Promise<unknown>>();

  const operator = createOperator(options);
  if (moneyTally.isSpent(money.scarceBudget)) operator.tell();
  const tellHeld = (name: string, latches: readonly string[]): void => {
    const lane = lanes.find((each) => each.name === name);
    if (lane !== undefined && latches.includes('quota')) operator.tellHeld(lane.provider);
  };
  for (const { name, breaker } of lanes) tellHeld(name, breaker.snapshot().latches);

  const take = (fact: Fact): void => {
    const problem = problemOf(fact);
    if (problem !== null) reporter.note(`the store: ${problem}`);
    const atMs = Math.max(0, elapsedMs() - (clock.nowMs() - fact.atMs));
    const moment = moneyTally.add(fact, atMs);
    if (moment !== null) reporter.moment(moment);
    if (fact.type === 'budget.exceeded' && fact.budget === money.scarceBudget) operator.tell();
    if (!('breaker' in fact) || fact.breaker === null) return;
    tallies.get(fact.breaker)?.add(fact, stretchAt(scenario, atMs).phase);
    if (fact.type !== 'state.changed') return;
    tellHeld(fact.breaker, fact.latches);
    const change = changeOf(fact, atMs);
    changes.push(change);
    if (changes.length > CHANGES_MAX) changes.shift();
    reporter.change(change);
  };

  const view = (): View => {
    const nowMs = clock.nowMs();
    return {
      seed: scenario.seed,
      elapsedMs: elapsedMs(),
      durationMs: scenario.durationMs,
      phase: stretchAt(scenario, elapsedMs()).phase,
      stretches: scenario.stretches,
      providers: providers.map(({ name, isReal, host, sentCount }) => ({
        name,
        isReal,
        host,
        sentCount,
      })),
      breakers: lanes.map(({ name, policy, breaker }) => {
        const { state, probeAtMs, latches } = breaker.snapshot();
        const heldBy = latches.join(', ');
        const isWaiting = state === 'open' && probeAtMs !== null && heldBy === '';
        const probeInMs = isWaiting ? Math.max(0, probeAtMs - nowMs) : null;
        const tally = (tallies.get(name) as BreakerTally).at(nowMs);
        const costNanoUsd = moneyTally.costOf(name);
        return { name, state, heldBy, probeInMs, policy, costNanoUsd, tally };
      }),
      changes,
      money: moneyTally.view,
    };
  };

  const subscription = board.facts$.subscribe(take);
  const ending = new AbortController();
  const stops = lanes.map(({ rate, ...lane }) =>
    startTraffic({
      clock,
      random,
      rate: () => rate * loadAt(scenario, elapsedMs()),
      call: () => {
        const call = lane.call(ending.signal).finally(() => inFlight.delete(call));
        inFlight.add(call);
        return call;
      },
    }),
  );
  const stopFinding = money.isRenewed ? findMoney(options) : () => {};
  const stopBeating = beat(options, view);
  await stopBeating.over;
  stops.forEach((stop) => stop());
  await operator.stop();
  await settled(inFlight, clock);
  ending.abort();
  await Promise.allSettled(inFlight);
  stopBeating.stop();
  stopFinding();
  const budgets = await board.budgets();
  board.flush();
  subscription.unsubscribe();
  // From here to the board's end no timer may come: what is shown is what is kept.
  return { view: view(), budgets };
}

/** Looks into the books once a second: budgets that begin anew do so without a word. */
function findMoney({ clock, board, moneyTally }: WalkOptions): () => void {
  let timer: TimerHandle;
  const next = (): void => {
    timer = clock.setTimer(FIND_EVERY_MS, true, () => {
      board.budgets().then(
        (found) => moneyTally.find(found),
        () => {},
      );
      next();
    });
  };
  next();
  return () => clock.clearTimer(timer);
}

/** What is wrong with the store, where a fact says so. */
function problemOf(fact: Fact): string | null {
  switch (fact.type) {
    case 'store.failed':
    case 'state.set_aside':
    case 'books.failed':
      return fact.problem;
    default:
      return null;
  }
}

/** Resolves when no call is in flight, or the time for it is over. */
async function settled(inFlight: ReadonlySet<Promise<unknown>>, clock: Clock): Promise<void> {
  let timer: unknown;
  const late = new Promise<void>((resolve) => {
    timer = clock.setTimer(DRAIN_MS, true, resolve);
  });
  await Promise.race([Promise.allSettled(inFlight), late]);
  clock.clearTimer(timer);
}
