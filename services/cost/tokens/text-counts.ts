/**
 * Counts of texts by a hash of the text, which is not kept. Conversations are sent again and again
 * with a little more at their end: hashing what is old takes a hundredth of counting it.
 *
 * The hash is MurmurHash3's way of mixing (A. Appleby, public domain), twice over each unit with
 * random seeds of this process, 53 bits of it and the length: nobody who does not know the seeds
 * can make two texts that share a count.
 */
import { randomBytes } from 'node:crypto';

import type { TokenCount } from './token-count.ts';

const TEXTS_KEPT = 4_096;
const HIGH_BITS = 0x1f_ffff;
const TWO_TO_32 = 0x1_0000_0000;

interface Known {
  readonly length: number;
  readonly count: TokenCount;
}

export class TextCounts {
  readonly #seeds = randomBytes(8);
  /** By hash, the one that was counted longest ago first. */
  readonly #known = new Map<number, Known>();
  /** Of the text that was looked for last. */
  #hash = 0;
  #length = 0;

  find(text: string): TokenCount | undefined {
    this.#length = text.length;
    this.#hash = this.#hashOf(text);
    const known = this.#known.get(this.#hash);
    return known?.length === text.length ? known.count : undefined;
  }

  /** Keeps the count of the text that was looked for last. */
  keep(count: TokenCount): void {
    if (this.#known.size >= TEXTS_KEPT) {
      this.#known.delete(this.#known.keys().next().value as number);
    }
    this.#known.set(this.#hash, { length: this.#length, count });
  }

  #hashOf(text: string): number {
    let one = this.#seeds.readInt32LE(0);
    let two = this.#seeds.readInt32LE(4);
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      one = Math.imul(one ^ unit, 0x85eb_ca6b);
      one ^= one >>> 13;
      two = Math.imul(two ^ unit, 0xc2b2_ae35);
      two ^= two >>> 16;
    }
    return ((one & HIGH_BITS) >>> 0) * TWO_TO_32 + (two >>> 0);
  }
}
