/**
 * The board's gate: what concerns every breaker at once, read by admission beside the breaker's
 * own gate. An emergency or a budget's level is in force in the turn in which it is told, without
 * a word to ten thousand statecharts; those that are awake are told in slices, the others when
 * somebody looks at them.
 */
import type { BreakerContext, BreakerEvent, BudgetLevel } from '../machines/breaker-context.ts';
import type { BoardWord } from '../persistence/store.ts';
import type { Clock } from './clock.ts';
import type { Deadline, Deadlines } from './deadlines.ts';
import type { ResolvedOptions } from './options.ts';

/** An emergency in force: why, by whom, since when. */
export type Emergency = BoardWord;

/** The breaker whose budgets' level is asked for. */
export interface GateSubject {
  readonly name: string;
  readonly options: ResolvedOptions;
}

/** How strained the budgets are that cover a breaker; null where nobody says. */
export type LevelOf = (breaker: GateSubject) => BudgetLevel | null;

/** What breakers read. */
export interface BoardGate {
  /** Rises with every change; a breaker that has seen another one has something to catch up on. */
  readonly version: number;
  /** In force: nothing is admitted. */
  readonly emergency: Emergency | null;
  /** The last resumption: it lifted every emergency that began before it. */
  readonly resumed: BoardWord | null;
  /** True when a breaker that has seen nothing has nothing to be told. */
  readonly isQuiet: boolean;
  levelOf(breaker: GateSubject): BudgetLevel | null;
}

/** The version of a breaker that has seen none. */
export const UNSEEN = -1;

/** The gate of a breaker without a board. */
export const NO_BOARD: BoardGate = Object.freeze({
  version: 0,
  emergency: null,
  resumed: null,
  isQuiet: true,
  levelOf: () => null,
});

/**
 * What a chart must be told so that it agrees with the board, in the order in which it causes the
 * fewest steps: money before a resumption, an emergency before money.
 */
export function newsFor(
  gate: BoardGate,
  breaker: GateSubject,
  { budget, latches }: Readonly<BreakerContext>,
  atMs: number,
): BreakerEvent[] {
  const news: BreakerEvent[] = [];
  const { emergency, resumed } = gate;
  const level = gate.levelOf(breaker);
  if (level !== null && level !== budget) {
    news.push({ type: level === 'ok' ? 'budget.recovered' : `budget.${level}`, atMs });
  }
  const latch = latches.find(({ name }) => name === 'emergency');
  if (emergency !== null) {
    if (latch === undefined || !isSameWord(latch, emergency)) {
      news.unshift({ type: 'emergency.shutdown', ...emergency });
    }
  } else if (latch !== undefined && resumed !== null && latch.atMs <= resumed.atMs) {
    // A later latch is of an emergency that this board has not heard of yet.
    news.push({ type: 'emergency.resumed', ...resumed, atMs });
  }
  return news;
}

export const isSameWord = (one: BoardWord, other: BoardWord): boolean =>
  one.reason === other.reason && one.by === other.by && one.atMs === other.atMs;

/** A breaker as the gate moves it. */
export interface Gated {
  /** Marks what it has seen of the gate as nothing. */
  unsee(): void;
  /** Leaves the short ways: something may concern it. */
  chooseLane(): void;
  /** Sends away everybody who waits. */
  sendAway(): void;
  /** Tells its chart what is new, unless that would wake one that sleeps. */
  catchUpAwake(): void;
}

export interface LiveBoardGateOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Every breaker that may be at work. */
  readonly living: () => IterableIterator<Gated>;
}

/** How long charts are told news before the event loop gets its turn. */
const SLICE_MS = 4;
/** Due a moment later, a slice is not run in the turn of the one before. */
const PAUSE_MS = 1;

/** The gate as the board moves it. */
export class LiveBoardGate implements BoardGate {
  version = 0;
  emergency: Emergency | null = null;
  resumed: BoardWord | null = null;
  readonly #options: LiveBoardGateOptions;
  #levelOf: LevelOf | null = null;
  #slice: Deadline | null = null;
  /** Breakers that the current sweep has not come to. */
  #sweep: IterableIterator<Gated> | null = null;

  constructor(options: LiveBoardGateOptions) {
    this.#options = options;
  }

  get isQuiet(): boolean {
    return this.emergency === null && this.#levelOf === null;
  }

  /** Whether somebody says how strained budgets are. */
  get hasLevels(): boolean {
    return this.#levelOf !== null;
  }

  levelOf(breaker: GateSubject): BudgetLevel | null {
    return this.#levelOf === null ? null : this.#levelOf(breaker);
  }

  /** Who says how strained budgets are, from now on. Must not throw. */
  levelsFrom(levelOf: LevelOf | null): void {
    this.#levelOf = levelOf;
    this.changed();
  }

  /** Levels changed: of that breaker, or of any. In force at once. */
  changed(breaker?: Gated): void {
    if (breaker === undefined) return this.#announce(false);
    breaker.unsee();
    this.catchUpSoon();
  }

  /** An emergency begins or ends. In force at once. */
  setEmergency(emergency: Emergency | null, resumed: BoardWord | null): void {
    const isNew = emergency !== null && this.emergency === null;
    this.emergency = emergency;
    this.resumed = resumed;
    this.#announce(isNew);
  }

  /** Charts that are awake and behind are told soon, in slices. */
  catchUpSoon(): void {
    this.#sweep = null;
    this.#sliceLater(0);
  }

  end(): void {
    this.#options.deadlines.cancel(this.#slice);
    this.#slice = null;
    this.#sweep = null;
  }

  #announce(sendsAway: boolean): void {
    this.version++;
    for (const breaker of this.#options.living()) breaker.chooseLane();
    if (sendsAway) for (const breaker of this.#options.living()) breaker.sendAway();
    this.catchUpSoon();
  }

  #sliceLater(delayMs: number): void {
    const { clock, deadlines } = this.#options;
    this.#slice ??= deadlines.at(clock.monotonicMs() + delayMs, () => {
      this.#slice = null;
      this.#runSlice();
    });
  }

  #runSlice(): void {
    const { clock, living } = this.#options;
    const endMs = clock.monotonicMs() + SLICE_MS;
    const sweep = (this.#sweep ??= living());
    for (let next = sweep.next(); next.done !== true; next = sweep.next()) {
      // Who took a place in a queue in the turn of the shutdown was not there to be sent away.
      if (this.emergency !== null) next.value.sendAway();
      next.value.catchUpAwake();
      // What is told may change the gate, and then everybody must be told anew.
      if (this.#sweep !== sweep) return;
      if (clock.monotonicMs() >= endMs) return this.#sliceLater(PAUSE_MS);
    }
    this.#sweep = null;
  }
}
