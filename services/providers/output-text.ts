/**
 * The text of a streamed answer, kept just far enough to count its tokens when nobody else does:
 * its beginning as bytes, and the length of all of it. The rest is taken to be as dense.
 */

/** Kept of each stream, once it is so long. Bytes. */
const SAMPLE_BYTES_MAX = 8_192;
const FIRST_BYTES = 1_024;
/** A UTF-16 unit has at most so many bytes of UTF-8. */
const UNIT_BYTES_MAX = 3;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

export class OutputText {
  /** UTF-8 bytes of everything that was added. */
  byteCount = 0;
  #sample: Uint8Array | null = null;
  #sampleBytes = 0;

  add(text: string): void {
    const before = this.#sampleBytes;
    if (before === SAMPLE_BYTES_MAX || this.byteCount > before) {
      this.byteCount += Buffer.byteLength(text);
      return;
    }
    const sample = this.#room(text.length * UNIT_BYTES_MAX);
    const { read, written } = ENCODER.encodeInto(text, sample.subarray(before));
    this.#sampleBytes += written;
    this.byteCount += written;
    if (read < text.length) this.byteCount += Buffer.byteLength(text.slice(read));
  }

  /** Tokens of all of it, from those of the sample. */
  tokens(count: (text: string) => number): number {
    if (this.byteCount === 0 || this.#sample === null) return 0;
    const tokens = count(DECODER.decode(this.#sample.subarray(0, this.#sampleBytes)));
    return Math.ceil((tokens * this.byteCount) / this.#sampleBytes);
  }

  #room(bytes: number): Uint8Array {
    const wanted = Math.min(SAMPLE_BYTES_MAX, this.#sampleBytes + bytes);
    let sample = this.#sample;
    if (sample !== null && sample.length >= wanted) return sample;
    let length = sample?.length ?? FIRST_BYTES;
    while (length < wanted) length *= 2;
    const larger = new Uint8Array(length);
    if (sample !== null) larger.set(sample);
    sample = this.#sample = larger;
    return sample;
  }
}
