/** What an API answers, before any behaviour spoils its delivery. */
import type { JsonObject } from './usage-fault.ts';

/** A piece of a stream, as it goes over the wire. */
export interface Frame {
  readonly wire: string;
  /**
   * What it is for: `delta` carries text, `end` belongs to the proper end (reason, usage), `done`
   * is the last of it, `start` anything before.
   */
  readonly part: 'start' | 'delta' | 'end' | 'done';
}

/** Words an error inside a stream, after which it ends. */
export type WordErrorFrame = (code: string | undefined, message: string | undefined) => string;

export interface StreamReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly frames: readonly Frame[];
  readonly errorFrame: WordErrorFrame;
}

export interface WholeReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject | string;
}

export type Reply = StreamReply | WholeReply;

const JSON_TYPE = { 'content-type': 'application/json' };

export function jsonReply(
  status: number,
  body: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): WholeReply {
  return { status, headers: { ...JSON_TYPE, ...headers }, body };
}

/** What a proxy says for an API that it cannot reach. */
export function proxyReply(status: number): WholeReply {
  const title = status === 504 ? '504 Gateway Time-out' : `${status} Bad Gateway`;
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body:
      `<html>\r\n<head><title>${title}</title></head>\r\n` +
      `<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  };
}

/** A frame of server-sent events; without a name, only its data. */
export const sseFrame = (data: unknown, part: Frame['part'], event?: string): Frame => ({
  wire: `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`,
  part,
});

/** A line of newline-delimited JSON. */
export const ndjsonFrame = (data: unknown, part: Frame['part']): Frame => ({
  wire: `${JSON.stringify(data)}\n`,
  part,
});
