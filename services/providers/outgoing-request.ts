/** A request of a client's, read once: what its profile is shown, and what is sent in the end. */
import { withMembers, withMembersBytes } from './json-members.ts';
import { isJsonObject, parsedJson } from './json-reading.ts';
import type { JsonObject, RequestView } from './profile.ts';

/** A body that can be sent again; null for one that cannot be looked at, such as a stream. */
type Content = string | Uint8Array | null;

const DECODER = new TextDecoder();

export class OutgoingRequest implements RequestView {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly body: JsonObject | null;
  readonly signal: AbortSignal | undefined;
  /** Its body, unread, is gone once it was sent. */
  readonly isOnceOnly: boolean;
  /** Characters or bytes of what is sent; 0 where nobody knows. */
  readonly length: number;
  /** Tokens taken of what the provider says is left, until it has answered; null: none. */
  pacedTokens: number | null = null;
  readonly #init: RequestInit;
  #headers: Headers | null;
  #content: Content;
  #isChanged = false;

  constructor(url: string, init: RequestInit, lengthMax: number) {
    this.#init = init;
    this.#headers = init.headers instanceof Headers ? init.headers : null;
    this.url = url;
    this.method = (init.method ?? 'GET').toUpperCase();
    this.path = pathOf(url);
    this.signal = init.signal ?? undefined;
    this.#content = contentOf(init.body);
    this.length = this.#content?.length ?? 0;
    this.isOnceOnly = init.body instanceof ReadableStream;
    this.body = this.length > lengthMax ? null : jsonOf(this.#content);
  }

  /** One of them, without making all of them; null where there is none. */
  header(name: string): string | null {
    const given = this.#init.headers;
    if (given === undefined) return null;
    if (this.#headers !== null || Symbol.iterator in given) return this.headers.get(name);
    return headerIn(given, name);
  }

  /** Made when somebody looks: what is sent are the client's own. */
  get headers(): Headers {
    return (this.#headers ??= new Headers(this.#init.headers));
  }

  /** Sets top-level members of its JSON body; every other byte stays as it was. */
  setMembers(members: JsonObject): void {
    const content = this.#content;
    if (content === null) return;
    const changed =
      typeof content === 'string'
        ? withMembers(content, members)
        : withMembersBytes(content, members);
    if (changed === null) return;
    this.#content = changed;
    this.#isChanged = true;
  }

  /** What is handed to the `fetch` that sends it. */
  init(signal: AbortSignal | undefined): RequestInit {
    if (!this.#isChanged && signal === this.signal) return this.#init;
    const init: RequestInit = { ...this.#init, signal: signal ?? null };
    if (!this.#isChanged) return init;
    const headers = new Headers(this.headers);
    headers.delete('content-length');
    return { ...init, headers, body: this.#content as string };
  }
}

/**
 * A `Request`, whose body must be waited for.
 * @throws whatever reading its body throws
 */
export async function readLater(
  input: Request,
  init: RequestInit | undefined,
  lengthMax: number,
): Promise<OutgoingRequest> {
  const { method, headers, signal, redirect, credentials, mode, referrer, integrity } = input;
  const body =
    init?.body === undefined && input.body !== null
      ? new Uint8Array(await input.arrayBuffer())
      : null;
  const own: RequestInit = { method, headers, signal, redirect, credentials, mode };
  const given = { ...own, referrer, integrity, ...(body === null ? {} : { body }), ...init };
  return new OutgoingRequest(input.url, given, lengthMax);
}

/** A request as far as it can be looked at now: the body of a `Request` cannot. */
export const readNow = (
  input: string | URL | Request,
  init: RequestInit = {},
  lengthMax: number,
): OutgoingRequest =>
  input instanceof Request
    ? new OutgoingRequest(
        input.url,
        { method: input.method, headers: input.headers, ...init },
        lengthMax,
      )
    : new OutgoingRequest(String(input), init, lengthMax);

/** As `Headers` would say it that were made of this record. */
function headerIn(record: Readonly<Record<string, unknown>>, name: string): string | null {
  const wanted = name.toLowerCase();
  let found: string | null = null;
  for (const key in record) {
    if (key.length !== wanted.length || key.toLowerCase() !== wanted) continue;
    if (!Object.hasOwn(record, key)) continue;
    const value = String(record[key]).trim();
    found = found === null ? value : `${found}, ${value}`;
  }
  return found;
}

function pathOf(url: string): string {
  const scheme = url.indexOf('://');
  const start = scheme < 0 ? 0 : url.indexOf('/', scheme + 3);
  if (start < 0) return '/';
  const fragment = url.indexOf('#', start);
  const end = fragment < 0 ? url.length : fragment;
  const query = url.indexOf('?', start);
  return url.slice(start, query < 0 ? end : Math.min(query, end));
}

function contentOf(body: RequestInit['body']): Content {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body))
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return null;
}

function textOf(content: Content): string | null {
  if (content === null || typeof content === 'string') return content;
  return DECODER.decode(content);
}

/** A JSON object, or null for everything else. */
function jsonOf(content: Content): JsonObject | null {
  const text = textOf(content);
  if (text === null || text === '') return null;
  const value = parsedJson(text);
  return isJsonObject(value) ? value : null;
}
