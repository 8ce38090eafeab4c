/** What arrived at a simulated provider, and how it ended. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import type { Behaviour } from './behaviours.ts';

export interface ReceivedRequest {
  /** From 1, since the server started. */
  readonly number: number;
  /** In capitals. */
  readonly method: string;
  /** Path of the URL, for example `/v1/chat/completions`. */
  readonly path: string;
  /** What follows the question mark; empty for none. */
  readonly query: string;
  /** In small letters, without those that hold a credential. */
  readonly headers: Readonly<Record<string, string>>;
  /** Eight hexadecimal digits that tell one key from another; null: none came. */
  readonly keyFingerprint: string | null;
  /** The header that it came in; null: none did. */
  readonly keyHeader: string | null;
  /** As it came. */
  readonly text: string;
  /** Parsed; undefined where it is no JSON. */
  readonly body: unknown;
  /** Milliseconds since the server started, on its clock. */
  readonly atMs: number;
  /** What was done with it. */
  readonly behaviour: Behaviour;
  /** Milliseconds that its first byte was made to wait. */
  readonly latencyMs: number;
  /** Pieces that were sent: frames of a stream, or one. */
  readonly chunkCount: number;
  /** `left`: the client closed the connection first; `closed`: the server did, by its behaviour. */
  readonly ended: 'not yet' | 'whole' | 'left' | 'closed';
}

/** Headers that hold a credential. */
const CREDENTIALS = ['authorization', 'x-api-key', 'api-key', 'cookie', 'proxy-authorization'];

export function publicHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || CREDENTIALS.includes(name)) continue;
    kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}

/** A key, and the header that it came in. */
export interface SentKey {
  readonly key: string;
  readonly header: string;
}

/** The key of a request, in the headers that the three APIs take it from; null: none. */
export function keyOf(headers: IncomingHttpHeaders): SentKey | null {
  const [scheme, token] = (headers.authorization ?? '').split(' ', 2);
  if (scheme?.toLowerCase() === 'bearer' && token !== undefined && token !== '') {
    return { key: token, header: 'authorization' };
  }
  for (const header of ['x-api-key', 'api-key']) {
    const key = headers[header];
    if (typeof key === 'string' && key !== '') return { key, header };
  }
  return null;
}

export const fingerprint = (key: string): string =>
  createHash('sha256').update(key).digest('hex').slice(0, 8);

/** The value of a JSON text; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
