/**
 * A response made of another one, with every member in its own way. It has the prototype of a
 * `Response`, for whoever asks what it is, and is none inside: making a second one costs more than
 * all the rest of handing it on.
 */
export abstract class MadeResponse {
  readonly headers: Headers;
  protected readonly from: Response;

  constructor(from: Response, headers: Headers) {
    this.from = from;
    this.headers = headers;
  }

  get status(): number {
    return this.from.status;
  }

  get statusText(): string {
    return this.from.statusText;
  }

  get ok(): boolean {
    return this.from.ok;
  }

  get type(): Response['type'] {
    return this.from.type;
  }

  get url(): string {
    return this.from.url;
  }

  get redirected(): boolean {
    return this.from.redirected;
  }

  abstract get body(): Response['body'];
  abstract get bodyUsed(): boolean;
  abstract text(): Promise<string>;
  abstract json(): Promise<unknown>;
  abstract clone(): Response;

  /** The same as a response of the platform's own, made when somebody needs one. */
  protected abstract get wholeNow(): Response;

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.wholeNow.arrayBuffer();
  }

  blob(): ReturnType<Response['blob']> {
    return this.wholeNow.blob();
  }

  formData(): ReturnType<Response['formData']> {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- every Response has it
    return this.wholeNow.formData();
  }

  bytes(): Promise<Uint8Array> {
    return this.arrayBuffer().then((buffer) => new Uint8Array(buffer));
  }
}

Object.setPrototypeOf(MadeResponse.prototype, Response.prototype);
