/** How the inspector's server answers: the same headers on everything, problems as JSON. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

import type { PageFile } from './page-files.ts';
import type { Problem } from './protocol.ts';

/** Scripts, styles and connections of its own, and nothing else; nobody may frame it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** On every answer. */
const GUARDS: OutgoingHttpHeaders = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Figures are of the moment, and nobody else's. */
const FRESH: OutgoingHttpHeaders = { ...GUARDS, 'cache-control': 'no-store' };

export function replyFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: PageFile,
): void {
  const headers = {
    ...GUARDS,
    'cache-control': 'no-cache',
    etag: file.etag,
    vary: 'accept-encoding',
  };
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const isGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(
    String(request.headers['accept-encoding'] ?? ''),
  );
  const body = isGzip ? file.gzipped : file.body;
  response.writeHead(200, {
    ...headers,
    'content-type': file.type,
    'content-length': body.length,
    ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

export function replyJson(
  request: IncomingMessage,
  response: ServerResponse,
  value: unknown,
): void {
  const body = JSON.stringify(value);
  response.writeHead(200, {
    ...FRESH,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Done, and nothing to say about it. */
export function replyDone(response: ServerResponse): void {
  response.writeHead(204, FRESH).end();
}

/** The connection is closed: what else it was about to say is not wanted. */
export function replyProblem(
  response: ServerResponse,
  status: number,
  problem: Problem,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify(problem);
  response.writeHead(status, {
    ...FRESH,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...headers,
  });
  response.end(body);
}

/** Server-sent events follow. */
export function replyStream(response: ServerResponse): void {
  response.writeHead(200, {
    ...FRESH,
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
}
