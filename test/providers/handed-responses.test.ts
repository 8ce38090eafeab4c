/** What a client is handed is a response in every way, though it was read or is metered. */
import { describe, expect, test } from 'vitest';

import { readResponse } from '../../services/providers/read-response.ts';
import { streamedResponse } from '../../services/providers/streamed-response.ts';

const TEXT = '{"answer":"Kondensator 𝄞"}';
const BYTES = new TextEncoder().encode(TEXT);

const from = (status = 200): Response =>
  new Response(null, { status, statusText: 'Fine', headers: { 'x-request-id': 'req_1' } });

const streamOf = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(BYTES.subarray(0, 7));
      controller.enqueue(BYTES.subarray(7));
      controller.close();
    },
  });

const KINDS: readonly (readonly [string, () => Response])[] = [
  ['read as bytes', () => readResponse(from(), { bytes: BYTES })],
  [
    'read as JSON',
    () => readResponse(from(), { bytes: BYTES, text: TEXT, value: JSON.parse(TEXT) }),
  ],
  ['streamed', () => streamedResponse(from(), streamOf())],
];

describe.each(KINDS)('a response that was %s', (_, make) => {
  test('says what the upstream said', () => {
    const response = make();
    expect(response).toBeInstanceOf(Response);
    expect(response).toMatchObject({
      status: 200,
      statusText: 'Fine',
      ok: true,
      redirected: false,
    });
    expect(response.headers.get('x-request-id')).toBe('req_1');
    expect(response.url).toBe('');
  });

  test('has its body as text, JSON, bytes, blob and stream', async () => {
    expect(await make().text()).toBe(TEXT);
    expect(await make().json()).toEqual(JSON.parse(TEXT));
    expect(new Uint8Array(await make().arrayBuffer())).toEqual(BYTES);
    expect(await (await make().blob()).text()).toBe(TEXT);
    const pieces: Uint8Array[] = [];
    for await (const piece of make().body as unknown as AsyncIterable<Uint8Array>) {
      pieces.push(piece);
    }
    expect(Buffer.concat(pieces).toString()).toBe(TEXT);
  });

  test('gives its body away once', async () => {
    const takes = ['text', 'json', 'arrayBuffer', 'blob'] as const;
    for (const first of takes) {
      for (const second of takes) {
        const response = make();
        expect(response.bodyUsed).toBe(false);
        await response[first]();
        expect(response.bodyUsed).toBe(true);
        await expect(response[second]()).rejects.toBeInstanceOf(TypeError);
        expect(() => response.clone()).toThrow(TypeError);
      }
    }
  });

  test('is used once its stream was read, and locked while it is', async () => {
    const response = make();
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await expect(response.text()).rejects.toBeInstanceOf(TypeError);
    while (!(await reader.read()).done);
    reader.releaseLock();
    expect(response.bodyUsed).toBe(true);
  });

  test('has clones that share nothing', async () => {
    const response = make();
    const clone = response.clone();
    const [one, other] = await Promise.all([response.json(), clone.json()]);
    expect(one).toEqual(other);
    expect(one).not.toBe(other);
  });
});

test('JSON that is none is an error of parsing, as ever', async () => {
  const response = readResponse(from(), {
    bytes: new TextEncoder().encode('{"a":'),
    text: '{"a":',
  });
  await expect(response.json()).rejects.toBeInstanceOf(SyntaxError);
});

test('a status without a body has none', () => {
  expect(readResponse(from(204), { bytes: new Uint8Array(0) }).body).toBe(null);
});
