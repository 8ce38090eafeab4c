/**
 * Walks the story: calls through the breakers, facts counted, the position kept, everything shown.
 * It ends with the story, or when it is told to stop.
 */
import type OpenAI from 'openai';

import type { Board, Breaker, BudgetSummary, Fact, Random } from '../../index.ts';
import type { Clock } from '../../services/clock.ts';
import { beat } from './beat.ts';
import { changeOf, type Change } from './changes.ts';
import type { MoneyTally } from './money-tally.ts';
import { createOperator } from './operator.ts';
import type { Reporter } from './reporter.ts';
import type { RunMoney } from './run-money.ts';
import { stretchAt, type Scenario } from './scenario.ts';
import type { Service } from './services.ts';
import { BreakerTally } from './tally.ts';
import { startTraffic } from './traffic.ts';
import type { View } from './view.ts';

export interface WalkOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly board: Board;
  readonly client: OpenAI;
  readonly baseURL: string;
  readonly scenario: Scenario;
  readonly services: readonly Service[];
  readonly money: RunMoney;
  /** Knows the run's budgets as the story finds them. */
  readonly moneyTally: MoneyTally;
  /** Calls per second in all. */
  readonly rate: number;
  /** Milliseconds from the story's beginning. The upstream asks it too. */
  readonly elapsedMs: () => number;
  readonly reporter: Reporter;
  /** Keeps the position. Called at each change of part, and four times a second. */
  readonly keepPosition: () => void;
  /** Resolves when the walk shall end early. */
  readonly interrupted: Promise<void>;
}

/** How long calls in flight may take to end. */
const DRAIN_MS = 2_000;
/** Changes of state that are kept; beyond them the oldest are forgotten. */
const CHANGES_MAX = 500;

/** What there is to show at the end. */
export interface Walked {
  readonly view: View;
  /** The run's budgets as the books have them. */
  readonly budgets: readonly BudgetSummary[];
}

export async function walk(options: WalkOptions): Promise<Walked> {
  const { clock, random, board, client, scenario, services, reporter, elapsedMs } = options;
  const { money, moneyTally } = options;
  const lanes = services.map((service) => {
    const breaker = board.breaker(service.name);
    const openSinceMs = breaker.state === 'open' ? clock.nowMs() : null;
    return { service, breaker, tally: new BreakerTally(openSinceMs) };
  });
  const tallies = new Map(lanes.map(({ service, tally }) => [service.name, tally]));
  const changes: Change[] = [];
  const inFlight = new Set<Promise<unknown>>();

  const operator = createOperator(options);
  if (moneyTally.isSpent(money.scarceBudget)) operator.tell();

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
      baseURL: options.baseURL,
      breakers: lanes.map(({ service: { name, policy }, breaker, tally }) => {
        const { state, probeAtMs } = breaker.snapshot();
        const isWaiting = state === 'open' && probeAtMs !== null;
        const probeInMs = isWaiting ? Math.max(0, probeAtMs - nowMs) : null;
        return { name, state, probeInMs, policy, tally: tally.at(nowMs) };
      }),
      changes,
      money: moneyTally.view,
    };
  };

  const subscription = board.facts$.subscribe(take);
  const stops = lanes.map(({ service, breaker }) =>
    startTraffic({
      clock,
      random,
      breaker,
      rate: options.rate * service.share,
      call: (through) => {
        const call = callThrough(through, service, client).finally(() => inFlight.delete(call));
        inFlight.add(call);
        return call;
      },
    }),
  );
  const stopBeating = beat(options, view);
  await stopBeating.over;
  stops.forEach((stop) => stop());
  await operator.stop();
  await settled(inFlight, clock);
  stopBeating.stop();
  const budgets = await board.budgets();
  board.flush();
  subscription.unsubscribe();
  // From here to the board's end no timer may come: what is shown is what is kept.
  return { view: view(), budgets };
}

/** What the call used is told as soon as it is known, so that it is charged for that. */
function callThrough(breaker: Breaker, { operation, call }: Service, client: OpenAI) {
  return breaker.tryCall(operation, async ({ signal, usage }) => {
    usage(await call(client, operation.model, signal));
  });
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
