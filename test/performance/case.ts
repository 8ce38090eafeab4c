/** What can be measured: a race between contenders, or a gauge read once. */

/** How long a race takes. */
export interface Pace {
  /** Turns of each contender, each of a few bursts. */
  readonly turns: number;
  /** How long a burst takes. */
  readonly burstMs: number;
  /** How long each contender is warmed up. */
  readonly warmUpMs: number;
  /** How long a gauge looks on that does nothing itself, such as one of a page. */
  readonly lookMs: number;
}

/** One way of doing what a race is about. */
export interface Contender {
  readonly name: string;
  /** Does it `count` times, in a loop of its own: V8 specialises code, not closures. */
  run(count: number): void | Promise<void>;
  /** Before each turn, not timed. */
  before?(): void | Promise<void>;
  /** After each turn, not timed. */
  after?(): void | Promise<void>;
}

/** Two contenders, and what the first may cost. */
export interface Comparison {
  readonly subject: string;
  readonly against: string;
  /** Greatest ratio of the two that meets the target. */
  readonly ratioMax?: number;
  /** Greatest difference of the two that meets the target. Nanoseconds. */
  readonly moreNsMax?: number;
}

/** Contenders that take turns in one process. */
export interface Race {
  readonly id: string;
  readonly title: string;
  readonly comparisons: readonly Comparison[];
  /** Operations of a turn, in one burst. @default bursts of as many as fill their time */
  readonly operations?: number;
  /** More bursts in fewer turns, for contenders that take long to prepare. @default 4 */
  readonly burstsPerTurn?: number;
  /**
   * No collection is forced before a turn. One throws away the code that V8 made for objects of
   * which none is alive at that moment ("weak objects" in `node --trace-deopt`), and makes it anew
   * in the turn; in a process at work some call is always under way. @default false
   */
  readonly isSteady?: boolean;
  contenders(): readonly Contender[] | Promise<readonly Contender[]>;
}

/** One number with its unit, and the greatest that meets the target where there is one. */
export interface Reading {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly max?: number;
}

/** Readings taken once in a process of their own. */
export interface Gauge {
  readonly id: string;
  /** Looks on for a minute, which one process does for all. */
  readonly isLong?: boolean;
  read(pace: Pace): readonly Reading[] | Promise<readonly Reading[]>;
}

export type Case = Race | Gauge;

export const isRace = (one: Case): one is Race => 'contenders' in one;
