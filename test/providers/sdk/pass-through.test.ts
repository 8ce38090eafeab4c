/**
 * Request and response pass through byte for byte, save the usage request, its final chunk, an
 * enforced output cap and an injected error event, each of which can be switched off.
 */
import { describe, expect, test } from 'vitest';

import type { FetchOptions } from '../../../services/providers/fetch-options.ts';
import { openVirtualBoard } from '../../board/open-boards.ts';
import { rawUpstream, type RawAnswer } from './raw-upstream.ts';

/** JSON as nobody's serialiser writes it. */
const REQUEST =
  '{ "model" : "gpt-4o-mini",\t"messages":[{"role":"user","content":"\\u00e9\\ud83d\\ude00 é"}],\n' +
  ' "seed":12345678901234567890, "top_p":1.0, "user":"a","user":"b" }\n';
const STREAMED = REQUEST.replace('"seed"', '"stream": true,"seed"');
const ANSWER =
  '\n{"id":"x",  "choices":[{"index":0,"message":{"role":"assistant","content":"\\u00fc"},' +
  '"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4},' +
  '"n":1e400,"big":12345678901234567890}  ';
const SSE = { 'content-type': 'text/event-stream; charset=utf-8' };
const chunk = (text: string): string =>
  `data: {"choices":[{"index":0,"delta":{"content":"${text}"},"finish_reason":null}]}\n\n`;
const LAST = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const USAGE =
  'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n';
const DONE = 'data: [DONE]\n\n';
/** Comments, named events, CRLF, and a character that is split between two pieces. */
const ODD = [': keep-alive\r\n\r\n', 'event: message\r\ndata: {"odd": 1}\r\n\r\n', chunk('ü')];
const WHOLE = Buffer.from([...ODD, chunk('b'), LAST].join(''));
const split = (bytes: Buffer): Uint8Array[] => [bytes.subarray(0, 101), bytes.subarray(101)];

const JSON_ANSWER: RawAnswer = {
  headers: { 'content-type': 'application/json', 'x-request-id': 'req-1', 'x-odd': 'a, b' },
  pieces: [ANSWER],
};

async function exchange(
  answer: RawAnswer,
  body: string,
  options: FetchOptions | null,
  boardOptions: Parameters<typeof openVirtualBoard>[0] = {},
) {
  const upstream = await rawUpstream(answer);
  const { board } = await openVirtualBoard(boardOptions);
  const send = options === null ? globalThis.fetch : board.fetch('openai', options);
  const response = await send(`${upstream.url}/v1/chat/completions?a=%20b&a`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-any', 'content-type': 'application/json', 'X-Odd': '1' },
    body,
  });
  const { status, statusText } = response;
  const { date: _, 'keep-alive': __, ...headers } = Object.fromEntries(response.headers);
  const bytes = Buffer.from(await response.arrayBuffer());
  const [request] = upstream.requests;
  return { request, response: { status, statusText, headers, bytes } };
}

/** Where nothing of what we do is asked for. */
const UNTOUCHED: FetchOptions = {
  usageRequest: false,
  outputCap: false,
  errorEvent: false,
  retryAdvice: false,
};
const CAPPED = { budgets: [], tokenizer: false, defaultMaxOutputTokens: 77 } as const;

describe('CRIT-85 with and without a protected fetch the same bytes pass', () => {
  const cases: readonly (readonly [string, RawAnswer, string])[] = [
    ['a JSON answer', JSON_ANSWER, REQUEST],
    ['a stream', { headers: SSE, pieces: [...split(WHOLE), USAGE, DONE] }, STREAMED],
    ['a stream without its end', { headers: SSE, pieces: split(WHOLE.subarray(0, 150)) }, STREAMED],
    ['an error', { ...JSON_ANSWER, status: 429, pieces: ['{"error":  {"code":"x"}}'] }, REQUEST],
    [
      'an error in a stream',
      { headers: SSE, pieces: ['data: {"error":{"code":"x"}}\n\n'] },
      STREAMED,
    ],
    ['an error that is no JSON', { status: 500, pieces: ['<html>\r\n'] }, REQUEST],
    ['an error of the key', { ...JSON_ANSWER, status: 401, pieces: ['{"error":{}}'] }, REQUEST],
    ['an answer that is no JSON', { ...JSON_ANSWER, pieces: ['{"broken'] }, REQUEST],
    ['an empty answer', { status: 204, pieces: [] }, REQUEST],
    ['bytes that are no text', { pieces: [Buffer.from([0, 255, 254, 200, 10, 13])] }, REQUEST],
    ['a request that is no JSON', JSON_ANSWER, 'model=gpt-4o-mini&stream=true'],
  ];
  test.each(cases)('%s, with all changes switched off', async (_, answer, body) => {
    const plain = await exchange(answer, body, null, CAPPED);
    expect(await exchange(answer, body, UNTOUCHED, CAPPED)).toEqual(plain);
    expect(plain.request?.url).toBe('/v1/chat/completions?a=%20b&a');
  });

  test('a JSON exchange passes untouched with everything switched on', async () => {
    const plain = await exchange(JSON_ANSWER, REQUEST, null);
    expect(await exchange(JSON_ANSWER, REQUEST, {})).toEqual(plain);
  });
});

describe('each change is made, and nothing else is', () => {
  const streamed = { headers: SSE, pieces: [...split(WHOLE), USAGE, DONE] };

  test('usage is asked for, and its chunk is kept from the client', async () => {
    const plain = await exchange(streamed, STREAMED, null);
    const { request, response } = await exchange(streamed, STREAMED, {});
    const asked = request?.body.toString() ?? '';
    expect(JSON.parse(asked)).toMatchObject({ stream_options: { include_usage: true } });
    expect(withoutMember(asked, 'stream_options')).toBe(STREAMED);
    expect(request?.headers).toEqual({
      ...plain.request?.headers,
      'content-length': String(Buffer.byteLength(asked)),
    });
    expect(response.bytes.toString()).toBe(`${WHOLE.toString()}${DONE}`);
    expect(response.headers).toEqual(plain.response.headers);
  });

  test('a client that asks for usage itself gets it, and its request is its own', async () => {
    const body = STREAMED.replace(
      '"stream": true',
      '"stream_options":{"include_usage":true},"stream":true',
    );
    expect(await exchange(streamed, body, {})).toEqual(await exchange(streamed, body, null));
  });

  test('an output cap is written where somebody names one, and can be switched off', async () => {
    const { request } = await exchange(JSON_ANSWER, REQUEST, {}, CAPPED);
    const capped = request?.body.toString() ?? '';
    expect(JSON.parse(capped)).toMatchObject({ max_completion_tokens: 77 });
    expect(withoutMember(capped, 'max_completion_tokens')).toBe(REQUEST);
    const off = await exchange(JSON_ANSWER, REQUEST, { outputCap: false }, CAPPED);
    expect(off.request?.body.toString()).toBe(REQUEST);
    const own = REQUEST.replace('"top_p"', '"max_tokens": 5,"top_p"');
    const kept = await exchange(JSON_ANSWER, own, {}, CAPPED);
    expect(kept.request?.body.toString()).toBe(own);
  });

  test('an error event ends a stream that was cut, after all that came, and can be switched off', async () => {
    const cut = { headers: SSE, pieces: split(Buffer.from([...ODD, chunk('b')].join(''))) };
    const on = { ...UNTOUCHED, errorEvent: true };
    const plain = await exchange(cut, STREAMED, null);
    const { request, response } = await exchange(cut, STREAMED, on);
    const came = plain.response.bytes.toString();
    const text = response.bytes.toString();
    expect(text.startsWith(came)).toBe(true);
    expect(text.slice(came.length)).toMatch(/^data: \{.*"code":"stream_cut".*\}\n\n$/);
    expect(request).toEqual(plain.request);
  });

  test('retry advice is one header, on failures that nobody should try again', async () => {
    const answer = { ...JSON_ANSWER, status: 401, pieces: ['{"error":{}}'] };
    const plain = await exchange(answer, REQUEST, null);
    const advised = await exchange(answer, REQUEST, {});
    expect(advised.response).toEqual({
      ...plain.response,
      headers: { ...plain.response.headers, 'x-should-retry': 'false' },
    });
  });
});

/** The text without a member that was written into it: every other byte is as it was. */
function withoutMember(text: string, name: string): string {
  const start = text.indexOf(`"${name}"`);
  const end =
    name === 'stream_options' ? text.indexOf('}', start) + 1 : text.indexOf('77', start) + 2;
  const before = text.slice(0, start);
  const after = text.slice(end);
  return before.trimEnd().endsWith(',')
    ? `${before.slice(0, before.lastIndexOf(','))}${after}`
    : `${before}${after.replace(',', '')}`;
}
