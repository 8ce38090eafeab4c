/** Whatever `fetch` takes, a protected one takes: what arrives upstream is the same. */
import { describe, expect, test } from 'vitest';

import type { FetchOptions } from '../../../services/providers/fetch-options.ts';
import { openVirtualBoard } from '../../board/open-boards.ts';
import { rawUpstream, type RawAnswer, type RawRequest } from './raw-upstream.ts';

const OK: RawAnswer = { headers: { 'content-type': 'application/json' }, pieces: ['{"ok":true}'] };
const DOWN: RawAnswer = { status: 503, headers: { 'retry-after-ms': '1' }, pieces: ['{}'] };
const CHAT = JSON.stringify({ model: 'gpt-4o-mini', messages: [], n: 1 });
const HEADERS = { authorization: 'Bearer sk-any', 'content-type': 'application/json' };
const POST = { method: 'POST', headers: HEADERS } as const;

type Send = typeof globalThis.fetch;
const bytes = new TextEncoder().encode(CHAT);
const streamOf = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(bytes.slice(0, 10));
      controller.enqueue(bytes.slice(10));
      controller.close();
    },
  });
const padded = (): Uint8Array<ArrayBuffer> => {
  const room = new Uint8Array(bytes.length + 8);
  room.set(bytes, 4);
  return room.subarray(4, -4);
};
const streaming = { ...POST, body: streamOf, duplex: 'half' } as const;

const SHAPES: readonly (readonly [string, (send: Send, url: string) => Promise<Response>])[] = [
  ['a string', (send, url) => send(url, { ...POST, body: CHAT })],
  ['a URL object', (send, url) => send(new URL(url), { ...POST, body: CHAT })],
  ['a Request', (send, url) => send(new Request(url, { ...POST, body: CHAT }))],
  [
    'a Request with other options beside it',
    (send, url) =>
      send(new Request(url, { ...POST, body: 'other' }), {
        body: CHAT,
        headers: { ...HEADERS, 'x-more': '1' },
      }),
  ],
  ['Headers', (send, url) => send(url, { ...POST, headers: new Headers(HEADERS), body: CHAT })],
  [
    'a list of headers',
    (send, url) => send(url, { ...POST, headers: Object.entries(HEADERS), body: CHAT }),
  ],
  ['a Uint8Array', (send, url) => send(url, { ...POST, body: bytes })],
  ['a part of a buffer', (send, url) => send(url, { ...POST, body: padded() })],
  ['an ArrayBuffer', (send, url) => send(url, { ...POST, body: bytes.buffer })],
  ['a DataView', (send, url) => send(url, { ...POST, body: new DataView(bytes.buffer) })],
  ['a Blob', (send, url) => send(url, { ...POST, body: new Blob([CHAT]) })],
  [
    'URLSearchParams',
    (send, url) => send(url, { method: 'POST', body: new URLSearchParams('a=b c') }),
  ],
  ['a stream', (send, url) => send(url, { ...streaming, body: streamOf() })],
  ['no body', (send, url) => send(url, { headers: HEADERS })],
];

async function sent(
  shape: (send: Send, url: string) => Promise<Response>,
  options: FetchOptions | null,
): Promise<{ readonly requests: RawRequest[]; readonly text: string }> {
  const upstream = await rawUpstream(OK);
  const { board } = await openVirtualBoard();
  const send = options === null ? globalThis.fetch : board.fetch('openai', options);
  const response = await shape(send, `${upstream.url}/v1/chat/completions`);
  return { requests: upstream.requests, text: await response.text() };
}

describe('CRIT-85 a protected fetch takes what fetch takes', () => {
  test.each(SHAPES)('%s', async (_, shape) => {
    expect(await sent(shape, {})).toEqual(await sent(shape, null));
  });

  test('a Request whose body is a stream is read once, and sent with its length', async () => {
    const { requests } = await sent(
      (send, url) => send(new Request(url, { ...streaming, body: streamOf() })),
      {},
    );
    expect(requests.map(({ body }) => body.toString())).toEqual([CHAT]);
    expect(requests[0]?.headers).toMatchObject({
      ...HEADERS,
      'content-length': String(bytes.length),
    });
  });

  test('a form with a file, whose boundary is drawn each time', async () => {
    const form = new FormData();
    form.set('purpose', 'batch');
    form.set('file', new Blob(['{"custom_id":"1"}\n']), 'batch.jsonl');
    const { requests } = await sent((send, url) => send(url, { method: 'POST', body: form }), {});
    const [request] = requests;
    expect(request?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(request?.body.toString()).toContain('{"custom_id":"1"}\n');
    expect(request?.body.toString()).toContain('filename="batch.jsonl"');
  });

  test('a stream is sent once: its retries would have nothing to send', async () => {
    const upstream = await rawUpstream(DOWN);
    const { board } = await openVirtualBoard();
    const fetch = board.fetch('openai', { breaker: { retry: { attemptsMax: 3, delayMs: 0 } } });
    const url = `${upstream.url}/v1/chat/completions`;
    const response = await fetch(url, { ...streaming, body: streamOf() });
    expect(response.status).toBe(503);
    expect(upstream.requests.map(({ body }) => body.toString())).toEqual([CHAT]);
  });

  test('a request that is aborted before or while it is sent rejects as fetch does', async () => {
    const upstream = await rawUpstream(OK);
    const { board } = await openVirtualBoard();
    const fetch = board.fetch('openai');
    const signal = AbortSignal.abort();
    const aborted = fetch(`${upstream.url}/v1/chat/completions`, { ...POST, body: CHAT, signal });
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    const request = new Request(`${upstream.url}/v1/models`, { signal });
    await expect(fetch(request)).rejects.toMatchObject({ name: 'AbortError' });
    expect(upstream.requests).toEqual([]);
  });

  test('what the network throws is thrown untouched', async () => {
    const { board } = await openVirtualBoard();
    const error = await board
      .fetch('openai')('http://127.0.0.1:1/v1/chat/completions', { ...POST, body: CHAT })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: 'fetch failed' });
  });
});
