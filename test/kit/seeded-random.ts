/**
 * Randomness that a seed repeats: sfc32 by Chris Doty-Humphrey, from his PractRand
 * (https://pracrand.sourceforge.net, public domain). The seed fills two of its four words, and
 * twelve rounds stir them before the first number. Not for secrets.
 */
import { invalidArgument } from '../../services/check.ts';
import type { Random } from '../../services/random.ts';

/** Numbers in [0, 1) that depend on `seed` alone: an integer from 0 to 2^53 - 1. */
export function seededRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw invalidArgument('seededRandom: seed', 'an integer from 0 to 2^53 - 1', seed);
  }
  let a = 0;
  let b = seed | 0;
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round += 1) next();
  return next;
}
