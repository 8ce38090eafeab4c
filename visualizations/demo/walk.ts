/**
 * Walks the story: calls through the breakers, facts counted, the position kept, everything shown.
 * It ends with the story, or when it is told to stop.
 */
import type OpenAI from 'openai';

import type { Board, Breaker, Fact, Random } from '../../index.ts';
import type { Clock } from '../../services/clock.ts';
import { changeOf, type Change } from './changes.ts';
import type { Reporter } from './reporter.ts';
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

/** How often it looks at the time. */
const BEAT_MS = 50;
const POSITION_EVERY_MS = 250;
/** How long calls in flight may take to end. */
const DRAIN_MS = 2_000;
/** Changes of state that are kept; beyond them the oldest are forgotten. */
const CHANGES_MAX = 500;

/** Resolves with what there is to show at the end. */
export async function walk(options: WalkOptions): Promise<View> {
  const { clock, random, board, client, scenario, services, reporter, elapsedMs } = options;
  const lanes = services.map((service) => {
    const breaker = board.breaker(service.name);
    const openSinceMs = breaker.state === 'open' ? clock.nowMs() : null;
    return { service, breaker, tally: new BreakerTally(openSinceMs) };
  });
  const tallies = new Map(lanes.map(({ service, tally }) => [service.name, tally]));
  const changes: Change[] = [];
  const inFlight = new Set<Promise<unknown>>();

  const take = (fact: Fact): void => {
    if (fact.type === 'store.failed' || fact.type === 'state.set_aside') {
      reporter.note(`the store: ${fact.problem}`);
    }
    if (!('breaker' in fact) || fact.breaker === null) return;
    const atMs = Math.max(0, elapsedMs() - (clock.nowMs() - fact.atMs));
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
  await settled(inFlight, clock);
  stopBeating.stop();
  board.flush();
  subscription.unsubscribe();
  return view();
}

function callThrough(breaker: Breaker, { operation, call }: Service, client: OpenAI) {
  return breaker.tryCall(operation, ({ signal }) => call(client, operation.model, signal));
}

/** Shows, keeps the position, and says when the story is over; until it is stopped. */
function beat(options: WalkOptions, view: () => View): { over: Promise<void>; stop: () => void } {
  const { clock, scenario, reporter, elapsedMs, keepPosition } = options;
  let end: () => void = () => {};
  const over = new Promise<void>((resolve) => (end = resolve));
  let current = stretchAt(scenario, elapsedMs());
  let shownAtMs = clock.monotonicMs();
  let keptAtMs = shownAtMs;
  reporter.phase(current);
  const once = (): void => {
    const nowMs = clock.monotonicMs();
    const stretch = stretchAt(scenario, elapsedMs());
    // Also those that a busy machine slept through.
    for (const each of scenario.stretches) {
      if (each.startMs > current.startMs && each.startMs <= stretch.startMs) reporter.phase(each);
    }
    if (stretch !== current || nowMs - keptAtMs >= POSITION_EVERY_MS) {
      keepPosition();
      keptAtMs = nowMs;
    }
    current = stretch;
    if (nowMs - shownAtMs >= reporter.everyMs) {
      reporter.show(view());
      shownAtMs = nowMs;
    }
    if (elapsedMs() >= scenario.durationMs) end();
    timer = clock.setTimer(BEAT_MS, true, once);
  };
  let timer = clock.setTimer(BEAT_MS, true, once);
  void options.interrupted.then(end);
  return { over, stop: () => clock.clearTimer(timer) };
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
