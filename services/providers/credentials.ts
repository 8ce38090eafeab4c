/**
 * Which breakers stand for calls with the same credential: a key that one of them learns to be bad,
 * or spent, is so for all.
 */
import { createHash } from 'node:crypto';

import type { BreakerCore } from '../breaker-core.ts';
import type { Outcome, Verdict } from '../outcome.ts';

const HEADERS: readonly string[] = ['authorization', 'x-api-key', 'api-key'];
/** Hexadecimal digits: 48 bits tell keys apart, and tell nothing about them. */
const FINGERPRINT_LENGTH = 12;
const FINGERPRINTS_KEPT = 100;
const CREDENTIALS_MAX = 10_000;
const NAMES_MAX = 1_000;

/** Latches that stand for a key, and the outcomes that set them. */
const LATCH_OUTCOMES = new Map<string, Outcome>([
  ['unauthorized', 'unauthorized'],
  ['quota', 'over_quota'],
]);
const LATCHING: readonly Outcome[] = [...LATCH_OUTCOMES.values()];

/** What tells its headers, whatever the case of their names; null for one that it has not. */
export interface HeaderSource {
  header(name: string): string | null;
}

/** A name for the credential of a request that does not give it away. */
export function fingerprintOf(request: HeaderSource, names: readonly string[] = HEADERS): string {
  for (const name of names) {
    const value = request.header(name);
    if (value === null || value === '') continue;
    return hashOf(value);
  }
  return 'anonymous';
}

/** Fingerprints of the credentials in use; bounded, the oldest go first. */
const fingerprints = new Map<string, string>();

function hashOf(value: string): string {
  const known = fingerprints.get(value);
  if (known !== undefined) return known;
  if (fingerprints.size >= FINGERPRINTS_KEPT) {
    fingerprints.delete(fingerprints.keys().next().value as string);
  }
  const hash = createHash('sha256').update(value).digest('hex').slice(0, FINGERPRINT_LENGTH);
  fingerprints.set(value, hash);
  return hash;
}

/** The board's knowledge, shared by all of its protected fetches. */
export class Credentials {
  readonly #find: (name: string) => BreakerCore | undefined;
  /** Names of breakers by provider and credential; bounded, the oldest go first. */
  readonly #names = new Map<string, Set<string>>();

  constructor(find: (name: string) => BreakerCore | undefined) {
    this.#find = find;
  }

  /** A breaker serves a credential; one whose siblings are latched by its key is latched too. */
  join(credential: string, breaker: BreakerCore): void {
    const names = this.#names.get(credential) ?? this.#begin(credential);
    if (names.has(breaker.name)) return;
    for (const sibling of this.#living(names)) {
      const latch = sibling.snapshot().latches.find((name) => LATCH_OUTCOMES.has(name));
      if (latch === undefined) continue;
      tell(breaker, { outcome: LATCH_OUTCOMES.get(latch) as Outcome });
      break;
    }
    if (names.size >= NAMES_MAX) names.delete(names.values().next().value as string);
    names.add(breaker.name);
  }

  /** A call of one breaker has ended; what it says of the key is told to the others. */
  heard(credential: string, from: BreakerCore, verdict: Verdict): void {
    if (!LATCHING.includes(verdict.outcome)) return;
    for (const sibling of this.#living(this.#names.get(credential) ?? [])) {
      if (sibling !== from) tell(sibling, { outcome: verdict.outcome });
    }
  }

  #begin(credential: string): Set<string> {
    if (this.#names.size >= CREDENTIALS_MAX) {
      this.#names.delete(this.#names.keys().next().value as string);
    }
    const names = new Set<string>();
    this.#names.set(credential, names);
    return names;
  }

  *#living(names: Iterable<string>): Iterable<BreakerCore> {
    for (const name of [...names]) {
      const breaker = this.#find(name);
      if (breaker !== undefined) yield breaker;
    }
  }
}

const tell = (breaker: BreakerCore, verdict: Verdict): void => {
  breaker.recordOutside(verdict, 0, undefined);
};
