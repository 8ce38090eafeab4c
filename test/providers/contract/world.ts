/**
 * One profile, its simulated upstream and a board between them, on a virtual clock; and what must
 * hold after every call, however it ended: everything given back once, and nothing left.
 */
import { getEventListeners } from 'node:events';

import { expect } from 'vitest';

import {
  openBoard,
  type Board,
  type Fact,
  type FetchOptions,
  type NanoUsd,
} from '../../../index.ts';
import type { BreakerCore } from '../../../services/breaker-core.ts';
import type { FactOf } from '../../../services/facts.ts';
import type { ProtectedFetch } from '../../../services/providers/protected-fetch.ts';
import type { Behaviour } from '../../kit/providers/behaviours.ts';
import type { ReceivedRequest } from '../../kit/providers/received-request.ts';
import type { SimulatedProvider } from '../../kit/providers/simulation.ts';
import { VirtualClock } from '../../kit/virtual-clock.ts';
import {
  ANSWER,
  FIRST_TOKEN_MS,
  IDLE_MS,
  PLENTY,
  TOTAL_MS,
  type Call,
  type Ended,
  type Form,
  type WorldSettings,
} from './calls.ts';
import { PRICES, type ContractProfile } from './profiles.ts';
import { Remainder, REST_MODEL } from './remainder.ts';
import { StreamClient } from './stream-client.ts';

/** Turns of the event loop that something on loopback may take. */
const TURNS_MAX = 20_000;
/** Virtual time in which a board writes what it owes its store, shorter than a call's deadlines. */
const BOOKS_MS = 1_100;
/** Node's fetch keeps one, and opens it anew where a request was aborted. */
const IDLE_CONNECTIONS_MAX = 1;
/** Turns that a second settlement, or a stray one, would need to show. */
const QUIET_TURNS = 3;

export class World implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly board: Board;
  readonly upstream: SimulatedProvider;
  readonly profile: ContractProfile;
  readonly fetch: ProtectedFetch;
  #limitNanoUsd: NanoUsd;
  readonly #settled: FactOf<'cost.settled'>[] = [];
  readonly #finished: FactOf<'call.finished'>[] = [];
  readonly #rejections: unknown[] = [];
  readonly #onRejection = (reason: unknown): void => void this.#rejections.push(reason);
  #spentNanoUsd = 0;
  readonly #rest: Remainder;
  /** Deadlines of a board that does nothing. */
  #deadlinesUsual = 0;

  private constructor(
    clock: VirtualClock,
    board: Board,
    upstream: SimulatedProvider,
    profile: ContractProfile,
    options: FetchOptions,
    limitNanoUsd: NanoUsd,
  ) {
    this.#limitNanoUsd = limitNanoUsd;
    this.clock = clock;
    this.board = board;
    this.#rest = new Remainder(board);
    this.upstream = upstream;
    this.profile = profile;
    this.fetch = board.fetch(profile.provider, {
      breakerKey: () => 'one',
      stream: { firstTokenMs: FIRST_TOKEN_MS, idleMs: IDLE_MS, totalMs: TOTAL_MS },
      ...options,
      // What one call does must not stop the next.
      breaker: { failureThreshold: 1_000_000, ...options.breaker },
    });
    board.facts$.subscribe((fact) => this.#hear(fact));
    process.on('unhandledRejection', this.#onRejection);
  }

  static async open(profile: ContractProfile, settings: WorldSettings = {}): Promise<World> {
    const { answer = ANSWER, fetch = {}, limit = PLENTY } = settings;
    const clock = new VirtualClock();
    const upstream = await profile.simulate({ seed: 3, answer: { text: answer }, clock });
    const board = await openBoard({
      clock,
      budgets: [{ id: 'all', limit, period: 'total' }],
      prices: { overrides: [...(PRICES.overrides ?? []), REST_MODEL] },
    });
    const world = new World(clock, board, upstream, profile, fetch, limit);
    // What a board does once, when it opens, is behind it by then.
    await world.#deadlinesLater();
    world.#deadlinesUsual = await world.#deadlinesLater();
    return world;
  }

  get breaker(): BreakerCore {
    return this.board.breaker('one') as BreakerCore;
  }

  #hear(fact: Fact): void {
    if (!('breaker' in fact) || fact.breaker !== 'one') return;
    if (fact.type === 'cost.settled') this.#settled.push(fact);
    if (fact.type === 'call.finished') this.#finished.push(fact);
  }

  /** Sends a request that the upstream will treat so. */
  begin(
    form: Form,
    behaviour: Behaviour,
    fetch: ProtectedFetch = this.fetch,
    url: string = this.upstream.url,
  ): Call {
    const { profile, upstream } = this;
    upstream.script([behaviour]);
    const controller = new AbortController();
    const earlierCount = upstream.requestCount;
    const response = fetch(`${url}${profile.path[form]}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-one' },
      body: JSON.stringify(profile.body[form]),
      signal: controller.signal,
    });
    const settledBefore = this.#settled.length;
    const finishedBefore = this.#finished.length;
    response.catch(() => {});
    return { form, controller, response, earlierCount, settledBefore, finishedBefore };
  }

  /** The body of an answer that is a stream, read at the test's pace. */
  async reading(call: Call): Promise<StreamClient> {
    return new StreamClient(await call.response, this.profile.frameEnd);
  }

  /** Waits for what happens on loopback; no virtual time passes. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    for (let turns = 0; !isSo(); turns++) {
      if (turns === TURNS_MAX) throw new Error(`It never came to this: ${what}`);
      await this.clock.settle();
    }
  }

  /** What was booked so far. */
  get settled(): readonly FactOf<'cost.settled'>[] {
    return this.#settled;
  }

  /** Waits until a call is finished and booked. */
  async settledUntil(call: Call): Promise<void> {
    await this.until(() => {
      this.board.flush();
      return (
        this.#settled.length > call.settledBefore && this.#finished.length > call.finishedBefore
      );
    }, 'the call is finished and booked');
  }

  /** Waits for the end of a call, and holds it to everything that must be true after each. */
  async ended(call: Call): Promise<Ended> {
    const { board, breaker, upstream } = this;
    const settled = this.#settled;
    const finished = this.#finished;
    await this.settledUntil(call);
    await upstream.idle();
    await this.until(
      () => upstream.openConnections <= IDLE_CONNECTIONS_MAX,
      'no connection is left but one that fetch keeps for the next request',
    );
    for (let turns = 0; turns < QUIET_TURNS; turns++) await this.clock.settle();
    board.flush();
    expect(finished.length - call.finishedBefore, 'times it was finished').toBe(1);
    expect(settled.length - call.settledBefore, 'times it was booked').toBe(1);
    const { inFlightCount, probesOutCount, waitingCount } = breaker.snapshot();
    expect({ inFlightCount, probesOutCount, waitingCount }).toEqual({
      inFlightCount: 0,
      probesOutCount: 0,
      waitingCount: 0,
    });
    const { signal } = call.controller;
    expect(getEventListeners(signal, 'abort'), 'listeners left').toHaveLength(0);
    expect(this.#rejections, 'rejections that nobody handled').toEqual([]);
    const { costNanoUsd, worstNanoUsd, basis } = settled.at(-1) as FactOf<'cost.settled'>;
    const { outcome } = finished.at(-1) as FactOf<'call.finished'>;
    this.#spentNanoUsd += costNanoUsd;
    const { state } = breaker;
    // What keeps it open has a deadline of its own, and would stop the next call.
    if (state !== 'closed') breaker.reset('the next call begins anew');
    expect(await this.#deadlinesLater(), 'deadlines').toBe(this.#deadlinesUsual);
    const isNew = upstream.requestCount > call.earlierCount;
    const request = isNew ? (upstream.requests.at(-1) as ReceivedRequest) : null;
    return { outcome, state, costNanoUsd, worstNanoUsd, basis, request };
  }

  /** A budget that ran out stops its breakers, and is looked after: from here on it does not. */
  async makeRich(): Promise<void> {
    this.#limitNanoUsd = PLENTY;
    await this.board.budget('all').setLimit(PLENTY, { reason: 'to go on', by: 'a test' });
  }

  /** What was spent is the sum of what was booked, and all the rest can be reserved. */
  async allIsBack(): Promise<void> {
    const { spentNanoUsd } = await this.board.budget('all').summary();
    expect(spentNanoUsd, 'spent').toBe(this.#spentNanoUsd);
    const leftNanoUsd = this.#limitNanoUsd - spentNanoUsd;
    await this.#rest.expectExactly(leftNanoUsd);
  }

  /** Deadlines that are pending once the books are written: the board's own, and none of a call. */
  async #deadlinesLater(): Promise<number> {
    await this.clock.advanceAsync(BOOKS_MS);
    await this.allIsBack();
    return (this.board.breaker('rest') as BreakerCore).runtime.deadlines.pendingCount;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.board.close({ drainTimeoutMs: 0 });
    await this.upstream.close();
    process.off('unhandledRejection', this.#onRejection);
    expect(this.clock.pendingCount, 'timers of a closed board').toBe(0);
  }
}
