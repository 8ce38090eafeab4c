/**
 * A response whose body was read already, once, and is handed on as it came. Text and JSON are the
 * ones that were made of it; a body of its own it gets only when somebody asks for one.
 */

import { MadeResponse } from './made-response.ts';

/** What was read of a body. */
export interface ReadBody {
  readonly bytes: Uint8Array;
  /** The bytes as UTF-8; undefined where nobody decoded them. */
  readonly text?: string | undefined;
  /** What the text says as JSON, given away once; undefined where nobody parsed it. */
  readonly value?: unknown;
}

const DECODER = new TextDecoder();
/** Statuses whose responses have no body by definition. */
const BODILESS = [204, 205, 304];

type Content = ConstructorParameters<typeof Response>[0];

class ReadResponse extends MadeResponse {
  readonly #read: ReadBody;
  #isUsed = false;
  /** The same, with a body; made when it is asked for. */
  #whole: Response | null = null;

  constructor(from: Response, read: ReadBody, headers: Headers) {
    super(from, headers);
    this.#read = read;
  }

  get body(): Response['body'] {
    return this.wholeNow.body;
  }

  get bodyUsed(): boolean {
    return this.#isUsed || (this.#whole?.bodyUsed ?? false);
  }

  protected get wholeNow(): Response {
    if (this.#whole !== null) return this.#whole;
    const { status, statusText } = this;
    const content = BODILESS.includes(status) ? null : (this.#read.bytes as Content);
    const whole = new Response(content, { status, statusText, headers: this.headers });
    // Its text was taken: nobody shall get it twice.
    if (this.#isUsed) whole.body?.cancel().catch(() => {});
    return (this.#whole = whole);
  }

  text(): Promise<string> {
    return this.#takes() ? Promise.resolve(this.#textNow()) : this.wholeNow.text();
  }

  json(): Promise<unknown> {
    if (!this.#takes()) return this.wholeNow.json();
    const { value } = this.#read;
    if (value !== undefined) return Promise.resolve(value);
    return Promise.resolve(this.#textNow()).then((text) => JSON.parse(text) as unknown);
  }

  clone(): Response {
    if (this.bodyUsed) return this.wholeNow.clone();
    const { bytes, text } = this.#read;
    return readResponse(this.from, { bytes, text }, new Headers(this.headers));
  }

  /** True where the body is taken by this, and as it was read. */
  #takes(): boolean {
    if (this.#isUsed || this.#whole !== null) return false;
    this.#isUsed = true;
    return true;
  }

  #textNow(): string {
    return this.#read.text ?? DECODER.decode(this.#read.bytes);
  }
}

export const readResponse = (
  from: Response,
  read: ReadBody,
  headers: Headers = from.headers,
): Response => new ReadResponse(from, read, headers);
