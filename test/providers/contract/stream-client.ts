/** A client that reads the frames of a stream one by one, and can stop anywhere. */

export class StreamClient {
  /** Whole frames that came, without what ends them. */
  readonly frames: string[] = [];
  /** Why the body broke; null: it has not. */
  error: unknown = null;
  isOver = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #frameEnd: string;
  #rest = '';

  constructor(response: Response, frameEnd: string) {
    if (response.body === null) throw new Error('The answer has no body.');
    this.#reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    this.#frameEnd = frameEnd;
  }

  /** Reads until so many frames are there, or no more come. */
  async take(count: number): Promise<void> {
    while (this.frames.length < count && !this.isOver) await this.#read();
  }

  /** Reads to the end, whatever that is. */
  rest(): Promise<void> {
    return this.take(Infinity);
  }

  cancel(): Promise<void> {
    return this.#reader.cancel(new Error('enough'));
  }

  /** What came after the last whole frame. */
  get remnant(): string {
    return this.#rest;
  }

  async #read(): Promise<void> {
    try {
      const { done, value } = await this.#reader.read();
      this.isOver = done;
      if (value === undefined) return;
      const pieces = (this.#rest + this.#decoder.decode(value, { stream: true })).split(
        this.#frameEnd,
      );
      this.#rest = pieces.pop() as string;
      this.frames.push(...pieces);
    } catch (error) {
      this.error = error;
      this.isOver = true;
    }
  }
}
