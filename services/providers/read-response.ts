/**
 * A response whose body was read already, once, and is handed on as it came. Text and JSON are the
 * ones that were made of it; a body of its own it gets only when somebody asks for one.
 */

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

/**
 * Every member of a `Response` in its own way. It has the prototype of one, for whoever asks what
 * it is, and is none inside: making a second `Response` costs more than all the rest.
 */
class ReadResponse {
  readonly headers: Headers;
  readonly #read: ReadBody;
  readonly #from: Response;
  #isUsed = false;
  /** The same, with a body; made when it is asked for. */
  #whole: Response | null = null;

  constructor(from: Response, read: ReadBody, headers: Headers) {
    this.headers = headers;
    this.#from = from;
    this.#read = read;
  }

  get status(): number {
    return this.#from.status;
  }

  get statusText(): string {
    return this.#from.statusText;
  }

  get ok(): boolean {
    return this.#from.ok;
  }

  get type(): Response['type'] {
    return this.#from.type;
  }

  get url(): string {
    return this.#from.url;
  }

  get redirected(): boolean {
    return this.#from.redirected;
  }

  get body(): Response['body'] {
    return this.#wholeNow.body;
  }

  get bodyUsed(): boolean {
    return this.#isUsed || (this.#whole?.bodyUsed ?? false);
  }

  get #wholeNow(): Response {
    if (this.#whole !== null) return this.#whole;
    const { status, statusText } = this;
    const content = BODILESS.includes(status) ? null : (this.#read.bytes as Content);
    const whole = new Response(content, { status, statusText, headers: this.headers });
    // Its text was taken: nobody shall get it twice.
    if (this.#isUsed) whole.body?.cancel().catch(() => {});
    return (this.#whole = whole);
  }

  text(): Promise<string> {
    return this.#takes() ? Promise.resolve(this.#textNow()) : this.#wholeNow.text();
  }

  json(): Promise<unknown> {
    if (!this.#takes()) return this.#wholeNow.json();
    const { value } = this.#read;
    if (value !== undefined) return Promise.resolve(value);
    return Promise.resolve(this.#textNow()).then((text) => JSON.parse(text) as unknown);
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#wholeNow.arrayBuffer();
  }

  blob(): ReturnType<Response['blob']> {
    return this.#wholeNow.blob();
  }

  formData(): ReturnType<Response['formData']> {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- every Response has it
    return this.#wholeNow.formData();
  }

  bytes(): Promise<Uint8Array> {
    return this.arrayBuffer().then((buffer) => new Uint8Array(buffer));
  }

  clone(): Response {
    if (this.bodyUsed) return this.#wholeNow.clone();
    const { bytes, text } = this.#read;
    return readResponse(this.#from, { bytes, text }, new Headers(this.headers));
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

Object.setPrototypeOf(ReadResponse.prototype, Response.prototype);

export const readResponse = (
  from: Response,
  read: ReadBody,
  headers: Headers = from.headers,
): Response => new ReadResponse(from, read, headers);
