/** A response like another one, with a body that goes on. */
import { MadeResponse } from './made-response.ts';

type Content = ConstructorParameters<typeof Response>[0];

class StreamedResponse extends MadeResponse {
  readonly #stream: ReadableStream<Uint8Array>;
  #whole: Response | null = null;

  constructor(from: Response, stream: ReadableStream<Uint8Array>, headers: Headers) {
    super(from, headers);
    this.#stream = stream;
  }

  get body(): Response['body'] {
    return this.#whole === null ? (this.#stream as Response['body']) : this.#whole.body;
  }

  get bodyUsed(): boolean {
    if (this.#whole !== null) return this.#whole.bodyUsed;
    try {
      return this.wholeNow.bodyUsed;
    } catch {
      // Of a stream that somebody reads, or has read from, no response can be made.
      return true;
    }
  }

  protected get wholeNow(): Response {
    const { status, statusText, headers } = this;
    return (this.#whole ??= new Response(this.#stream as Content, { status, statusText, headers }));
  }

  text(): Promise<string> {
    return this.#taken((whole) => whole.text());
  }

  json(): Promise<unknown> {
    return this.#taken((whole) => whole.json());
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.#taken((whole) => whole.arrayBuffer());
  }

  clone(): Response {
    return this.wholeNow.clone();
  }

  /** Rejects, as any response does, where its body is in somebody else's hands. */
  async #taken<T>(take: (whole: Response) => Promise<T>): Promise<T> {
    return take(this.wholeNow);
  }
}

export const streamedResponse = (
  from: Response,
  stream: ReadableStream<Uint8Array>,
  headers: Headers = from.headers,
): Response => new StreamedResponse(from, stream, headers);
