/**
 * A client's request, and what each member gets of it: the same, at the member's address, with its
 * credential and its name for the model.
 */
import { invalidArgument } from '../../check.ts';
import { withMembers } from '../json-members.ts';
import { parsedJson, textAt, isJsonObject } from '../json-reading.ts';
import { restBelow, type BaseUrl } from './base-url.ts';
import type { MemberRequest } from './pool.ts';
import type { ResolvedMember } from './pool-options.ts';

/** What `fetch` is called with. */
export interface MemberCall {
  readonly url: string;
  readonly init: RequestInit;
}

/** Whose account a request is charged to: a member's own replace them all. */
const CREDENTIAL_HEADERS = [
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'api-key',
  'cookie',
  'openai-organization',
  'openai-project',
] as const;

const DECODER = new TextDecoder();

export class PoolRequest {
  readonly signal: AbortSignal | undefined;
  /** Its body is a stream, and gone once it was sent. */
  readonly isOnceOnly: boolean;
  readonly #url: URL;
  readonly #init: RequestInit;
  readonly #headers: Headers;
  readonly #base: BaseUrl | null;
  /** The body as text, where a model can be written into it; null elsewhere. */
  readonly #text: string | null;
  /** The model that the client named; undefined until somebody asks. */
  #model: string | null | undefined;

  /** @throws FuseboardError invalid_argument */
  constructor(input: string | URL, init: RequestInit, base: BaseUrl | null) {
    this.#url = urlOf(input);
    this.#init = init;
    this.#headers = new Headers(init.headers);
    this.#base = base;
    this.signal = init.signal ?? undefined;
    this.isOnceOnly = !isRepeatable(init.body);
    this.#text = textOf(init.body);
    if (base !== null && restBelow(base, this.#url) === null) {
      const allowed = `one that begins with the pool's baseUrl, ${base.href}`;
      throw invalidArgument('pool.fetch: the URL', allowed, this.#url.origin + this.#url.pathname);
    }
  }

  /** @throws what the member's `headers` function throws */
  forMember(member: ResolvedMember): MemberCall {
    const { baseUrl } = member;
    const rest = this.#base === null ? null : restBelow(this.#base, this.#url);
    const url = baseUrl === null || rest === null ? this.#url.href : baseUrl.href + rest;
    const headers = new Headers(this.#headers);
    const isStranger = baseUrl !== null && baseUrl.origin !== this.#base?.origin;
    if (isStranger || member.headers !== null) {
      for (const name of CREDENTIAL_HEADERS) headers.delete(name);
    }
    for (const [name, value] of Object.entries(this.#ownHeaders(member, url))) {
      if (value === null) headers.delete(name);
      else headers.set(name, value);
    }
    const body = this.#renamed(member);
    if (body === null) return { url, init: { ...this.#init, headers } };
    headers.delete('content-length');
    return { url, init: { ...this.#init, headers, body } };
  }

  #ownHeaders({ headers }: ResolvedMember, url: string): Readonly<Record<string, string | null>> {
    if (headers === null) return {};
    if (typeof headers !== 'function') return headers;
    const method = (this.#init.method ?? 'GET').toUpperCase();
    const request: MemberRequest = { url, method, headers: new Headers(this.#headers) };
    return headers(request);
  }

  /** The body with the member's name for the model; null where it stays as it is. */
  #renamed({ model }: ResolvedMember): string | null {
    if (model === null || this.#text === null) return null;
    const asked = (this.#model ??= modelOf(this.#text));
    if (asked === null) return null;
    const name = typeof model === 'string' ? model : model.get(asked);
    return name === undefined || name === asked ? null : withMembers(this.#text, { model: name });
  }
}

/** Reads a request; the body of a `Request` is read once, as a protected fetch would do anyway. */
export async function readPoolRequest(
  input: string | URL | Request,
  init: RequestInit | undefined,
  base: BaseUrl | null,
): Promise<PoolRequest> {
  if (!(input instanceof Request)) return new PoolRequest(input, init ?? {}, base);
  const { method, headers, signal, redirect, credentials, mode, referrer, integrity } = input;
  const isRead = init?.body === undefined && input.body !== null;
  const body = isRead ? new Uint8Array(await input.arrayBuffer()) : undefined;
  const own: RequestInit = { method, headers, signal, redirect, credentials, mode };
  const all = { ...own, referrer, integrity, ...(body && { body }), ...init };
  return new PoolRequest(input.url, all, base);
}

function urlOf(input: string | URL): URL {
  try {
    return new URL(input);
  } catch {
    throw invalidArgument('pool.fetch: the URL', 'an absolute URL', typeof input);
  }
}

function isRepeatable(body: unknown): boolean {
  return (
    body === undefined ||
    body === null ||
    typeof body === 'string' ||
    ArrayBuffer.isView(body) ||
    body instanceof ArrayBuffer ||
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob
  );
}

function textOf(body: unknown): string | null {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? DECODER.decode(body) : null;
}

/** The model that a JSON object names; null for everything else. */
function modelOf(text: string): string | null {
  const body = parsedJson(text);
  return (isJsonObject(body) ? textAt(body, 'model') : '') || null;
}
