/**
 * What of a chunk is passed on: runs of it, after what was held before it. Where that is the whole
 * chunk and nothing else, it is the chunk itself; a copy is made only where parts must be joined.
 */
export class PassedBytes {
  #head: Uint8Array | null = null;
  /** Start and end of each run, in order. */
  #runs: number[] = [];

  /** Bytes that go before the chunk's, of which some must follow; copied by {@link take}. */
  setHead(head: Uint8Array): void {
    this.#head = head;
  }

  addRun(start: number, end: number): void {
    if (start === end) return;
    const runs = this.#runs;
    const last = runs.length - 1;
    if (last > 0 && runs[last] === start) runs[last] = end;
    else runs.push(start, end);
  }

  /** All of it, and starts anew; null where nothing is passed on. */
  take(chunk: Uint8Array): Uint8Array | null {
    const head = this.#head;
    const runs = this.#runs;
    this.#head = null;
    if (runs.length === 0) return null;
    const start = runs[0] as number;
    const end = runs[1] as number;
    if (head === null && runs.length === 2) {
      runs.length = 0;
      return start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
    }
    this.#runs = [];
    return joined(head, chunk, runs);
  }
}

function joined(head: Uint8Array | null, chunk: Uint8Array, runs: readonly number[]): Uint8Array {
  let length = head === null ? 0 : head.length;
  for (let index = 0; index < runs.length; index += 2) {
    length += (runs[index + 1] as number) - (runs[index] as number);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  if (head !== null) {
    bytes.set(head);
    at = head.length;
  }
  for (let index = 0; index < runs.length; index += 2) {
    const run = chunk.subarray(runs[index], runs[index + 1]);
    bytes.set(run, at);
    at += run.length;
  }
  return bytes;
}
