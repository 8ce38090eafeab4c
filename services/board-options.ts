/** A board's options: read, defaulted and checked in one place. */
import { clockOption, functionOption, invalidOption, knownKeys, numberOption } from './check.ts';
import { systemClock, type Clock } from './clock.ts';
import { COST_KEYS, type CostOptions } from './cost/cost-keys.ts';
import type { BreakerOptions } from './options.ts';
import { systemRandom, type Random } from './random.ts';
import { resolveOptions } from './resolve-options.ts';

export interface BoardOptions extends CostOptions {
  /**
   * Where state survives: `memory:` (it does not), or `sqlite:PATH`. Several processes may share
   * one file.
   * @default 'memory:'
   */
  readonly store?: string;
  /** Options that breakers get where they have none of their own. */
  readonly defaults?: BreakerOptions;
  /** Breakers held at once; beyond them pristine ones are evicted. @default 10000, at least 1 */
  readonly breakersMax?: number;
  /** How often other processes' changes are looked for. Milliseconds. @default 250, at least 10 */
  readonly pollMs?: number;
  /** @default the machine's clocks */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

export interface CloseOptions {
  /** How long calls in flight may take to end. Milliseconds. @default 10000, at least 0 */
  readonly drainTimeoutMs?: number;
}

export interface ResolvedBoardOptions {
  readonly store: string;
  readonly defaults: BreakerOptions;
  readonly breakersMax: number;
  readonly pollMs: number;
  readonly clock: Clock;
  readonly random: Random;
  /** What it was told about money; null where nothing was. */
  readonly costs: CostOptions | null;
}

const KEYS = [
  'store',
  'defaults',
  'breakersMax',
  'pollMs',
  'clock',
  'random',
  ...COST_KEYS,
] as const satisfies readonly (keyof BoardOptions)[];

/** @throws FuseboardError invalid_option */
export function resolveBoardOptions(options: BoardOptions): ResolvedBoardOptions {
  knownKeys('board', options, KEYS);
  const { store = 'memory:', defaults = {}, clock = systemClock, random = systemRandom } = options;
  if (typeof store !== 'string') throw invalidOption('board.store', 'a string', store);
  clockOption('board.clock', clock);
  functionOption('board.random', random);
  resolveOptions(defaults, 'board.defaults');
  const count = { min: 1, integer: true };
  return {
    store,
    defaults,
    clock,
    random,
    costs: COST_KEYS.some((key) => options[key] !== undefined) ? options : null,
    breakersMax: numberOption('board.breakersMax', options.breakersMax, count, 10_000),
    pollMs: numberOption('board.pollMs', options.pollMs, { min: 10 }, 250),
  };
}

/** How long closing may wait for calls in flight. @throws FuseboardError invalid_option */
export function drainTimeoutOf({ drainTimeoutMs }: CloseOptions): number {
  return numberOption('close.drainTimeoutMs', drainTimeoutMs, { min: 0 }, 10_000);
}
