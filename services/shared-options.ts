/**
 * Breakers made with equal options share one resolved copy: a hundred thousand breakers of one
 * kind must not hold a hundred thousand copies of it.
 */
import { isDeepStrictEqual } from 'node:util';

import type { BreakerOptions, ResolvedOptions } from './options.ts';
import { resolveOptions } from './resolve-options.ts';

/** Kinds remembered; beyond them the one not asked for longest is forgotten. */
const KINDS_MAX = 16;

export class SharedOptions {
  readonly #recent: ResolvedOptions[] = [];

  /** @throws FuseboardError invalid_option */
  resolve(given: BreakerOptions): ResolvedOptions {
    const recent = this.#recent;
    const index = recent.findIndex((resolved) => isDeepStrictEqual(resolved.given, given));
    const resolved = recent[index] ?? resolveOptions(given);
    if (index === 0) return resolved;
    if (index > 0) recent.splice(index, 1);
    recent.unshift(resolved);
    if (recent.length > KINDS_MAX) recent.pop();
    return resolved;
  }
}
