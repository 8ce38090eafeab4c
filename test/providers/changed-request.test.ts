/** A request that is changed on its way is still one that a server accepts. */
import { expect, test } from 'vitest';

import { openBoard } from '../../index.ts';
import { OutgoingRequest } from '../../services/providers/outgoing-request.ts';

test('a length that the client stated goes when the body grows, and stays when it does not', async () => {
  const lengths: (string | null)[] = [];
  const board = await openBoard();
  const fetch = board.fetch('openai', {
    fetch: (_, init) => {
      lengths.push(new Headers(init?.headers).get('content-length'));
      return Promise.resolve(Response.json({}));
    },
  });
  for (const stream of [true, false]) {
    const body = JSON.stringify({ model: 'gpt-4o', messages: [], stream });
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    await fetch('http://127.0.0.1:1/v1/chat/completions', { method: 'POST', headers, body });
    if (!stream) expect(lengths).toEqual([null, String(body.length)]);
  }
  await board.close();
});

test('bytes that are no UTF-8 stay as they are where members are set', async () => {
  const sent: Uint8Array[] = [];
  const board = await openBoard();
  const fetch = board.fetch('openai', {
    fetch: (_, init) => {
      sent.push(init?.body as Uint8Array);
      return Promise.resolve(Response.json({}));
    },
  });
  const text = '{"model":"gpt-4o","stream":true,"user":"\u00e9","messages":[]}';
  // As Latin-1 the letter is one byte, which no UTF-8 has.
  const body = Buffer.from(text, 'latin1');
  await fetch('http://127.0.0.1:1/v1/chat/completions', { method: 'POST', body });
  const arrived = Buffer.from(sent[0] as Uint8Array);
  expect(arrived.includes(Buffer.from('"user":"\u00e9"', 'latin1'))).toBe(true);
  expect(arrived.toString('latin1')).toContain('"include_usage":true');
  expect(arrived.length).toBeGreaterThan(body.length);
  await board.close();
});

test.each([
  ['http://a/v1/chat', '/v1/chat'],
  ['http://a/v1/chat?x=/y#z', '/v1/chat'],
  ['http://a/v1/chat#z?x=/y', '/v1/chat'],
  ['http://a', '/'],
  ['/v1/chat?x', '/v1/chat'],
])('the path of %s is %s', (url, path) => {
  expect(new OutgoingRequest(url, {}, 1).path).toBe(path);
});
