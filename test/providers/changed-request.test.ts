/** A request that is changed on its way is still one that a server accepts. */
import { expect, test } from 'vitest';

import { openBoard } from '../../index.ts';

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
