/**
 * The breakers of one board, by name, bounded. At the bound a pristine closed breaker makes room;
 * it is found again while anybody still holds it, so that one name never means two breakers.
 */
import { isDeepStrictEqual } from 'node:util';

import type { BreakerCore } from './breaker-core.ts';
import { FuseboardError } from './errors.ts';
import type { BreakerOptions } from './options.ts';

export interface RegistryOptions {
  /** Breakers held at once. */
  readonly breakersMax: number;
  /** Whether nothing would be lost if this breaker made room. */
  readonly mayEvict: (breaker: BreakerCore) => boolean;
  readonly onEvicted: (breaker: BreakerCore) => void;
}

export class Registry {
  readonly #options: RegistryOptions;
  readonly #breakers = new Map<string, BreakerCore>();
  /** Evicted breakers that somebody may still hold. */
  readonly #evicted = new Map<string, WeakRef<BreakerCore>>();
  readonly #forgotten = new FinalizationRegistry<string>((name) => {
    if (this.#evicted.get(name)?.deref() === undefined) this.#evicted.delete(name);
  });

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** How many breakers are registered. */
  get size(): number {
    return this.#breakers.size;
  }

  /** Every registered breaker, in no particular order. */
  values(): IterableIterator<BreakerCore> {
    return this.#breakers.values();
  }

  /** Every breaker that may still be at work: the registered ones, and evicted ones still held. */
  *living(): IterableIterator<BreakerCore> {
    yield* this.#breakers.values();
    for (const evicted of this.#evicted.values()) {
      const breaker = evicted.deref();
      if (breaker !== undefined) yield breaker;
    }
  }

  get(name: string): BreakerCore | undefined {
    return this.#breakers.get(name) ?? this.#evicted.get(name)?.deref();
  }

  /** Makes room for one more. @throws FuseboardError registry_full */
  makeRoom(name: string): void {
    if (this.#breakers.size < this.#options.breakersMax || this.#evictOne()) return;
    throw new FuseboardError(
      'registry_full',
      `the board holds ${this.#breakers.size} breakers, breakersMax, and none is pristine`,
      { breaker: name, hint: 'Raise breakersMax, or key breakers by fewer distinct names.' },
    );
  }

  add(breaker: BreakerCore): void {
    this.#evicted.delete(breaker.name);
    this.#breakers.set(breaker.name, breaker);
  }

  /** A breaker that was evicted and is held and used all the same comes back, bound or no bound. */
  readmit(breaker: BreakerCore): void {
    if (this.#breakers.has(breaker.name)) return;
    if (this.#breakers.size >= this.#options.breakersMax) this.#evictOne();
    this.add(breaker);
  }

  /** Looks at each breaker at most once; those that must stay go to the end of the line. */
  #evictOne(): boolean {
    const passed: BreakerCore[] = [];
    let victim: BreakerCore | undefined;
    for (const breaker of this.#breakers.values()) {
      if (this.#options.mayEvict(breaker)) {
        victim = breaker;
        break;
      }
      passed.push(breaker);
    }
    for (const breaker of passed) {
      this.#breakers.delete(breaker.name);
      this.#breakers.set(breaker.name, breaker);
    }
    if (victim === undefined) return false;
    this.#breakers.delete(victim.name);
    this.#evicted.set(victim.name, new WeakRef(victim));
    this.#forgotten.register(victim, victim.name);
    this.#options.onEvicted(victim);
    return true;
  }
}

/** @throws FuseboardError options_conflict, naming the options that differ. */
export function checkSameOptions(
  name: string,
  existing: BreakerOptions,
  wanted: BreakerOptions,
): void {
  if (existing === wanted) return;
  const keys = new Set([...Object.keys(existing), ...Object.keys(wanted)]) as Set<
    keyof BreakerOptions
  >;
  const differing = [...keys].filter((key) => !isDeepStrictEqual(existing[key], wanted[key]));
  if (differing.length === 0) return;
  throw new FuseboardError(
    'options_conflict',
    `breaker "${name}" exists with other options: ${differing.join(', ')}`,
    {
      breaker: name,
      hint:
        'Ask for it without options, give functions that are the same object each time, ' +
        'or change it with configure().',
    },
  );
}
