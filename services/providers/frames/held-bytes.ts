/** Bytes of one unfinished frame, gathered over chunks in a buffer that grows up to a bound. */

const CAPACITY_MIN = 512;
/** A larger buffer is given up with its frame, so that one long frame does not cost for ever. */
const CAPACITY_KEPT = 16_384;

const NOTHING = new Uint8Array(0);

export class HeldBytes {
  readonly #bytesMax: number;
  #bytes: Uint8Array = NOTHING;
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#length;
  }

  /** The buffer; what is held is its first {@link length} bytes. Good until the next change. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Adds `chunk[start, end)`, which must fit. */
  add(chunk: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#bytes.length) this.#grow(length);
    this.#bytes.set(
      start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end),
      this.#length,
    );
    this.#length = length;
  }

  /** The first `length` bytes of what is held, where they lie: good until the next `add`. */
  first(length: number): Uint8Array {
    return this.#bytes.subarray(0, length);
  }

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > CAPACITY_KEPT) this.#bytes = NOTHING;
  }

  #grow(length: number): void {
    const capacity = Math.max(length, 2 * this.#bytes.length, CAPACITY_MIN);
    const grown = new Uint8Array(Math.max(length, Math.min(capacity, this.#bytesMax)));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
