/**
 * A provider that Fuseboard does not know, told in a few lines: which paths it has, where its
 * answers say what was used, how its stream ends. A small server on loopback plays a translator
 * that bills by the character of its answers; then it breaks, and is left alone.
 *
 *   npm run build && npx tsx examples/fourth-provider.ts
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { formatUsd, jsonApi, openBoard, usd } from 'fuseboard';

const parrot = jsonApi({
  name: 'parrot',
  operations: [
    {
      path: '/v1/translate',
      operation: 'llm_call',
      input: ({ text }) => String(text),
      outputCap: 'max_characters',
      usage: ({ characters }) => ({ outputTokens: Number(characters) }),
    },
    { path: '/v1/detect', operation: 'detection', costNanoUsd: usd('0.0001') },
    { method: 'GET', path: '/v1/languages', operation: 'lookup', isFree: true },
  ],
  stream: {
    text: ({ piece }) => (typeof piece === 'string' ? piece : undefined),
    isEnd: (_, event) => event === 'end',
  },
  error: ({ problem }) => ({ message: String(problem) }),
  errorBody: (code, message) => ({ problem: message, code }),
});

let isHoarse = false;
let requests = 0;
const server = createServer((request, response) => {
  requests++;
  request.resume();
  response.writeHead(isHoarse ? 500 : 200, { 'content-type': 'application/json' });
  if (isHoarse) response.end('{"problem":"hoarse"}');
  else if (request.url === '/v1/detect') response.end('{"language":"en"}');
  else response.end('{"text":"bonjour","characters":7}');
}).listen(0, '127.0.0.1');
await new Promise((listening) => server.once('listening', listening));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

await using board = await openBoard({
  defaults: { failureThreshold: 2 },
  budgets: [{ id: 'daily', limit: usd(1), period: 'day', timeZone: 'UTC' }],
  prices: {
    overrides: [{ model: 'polly-2', inputPerMillion: usd(0), outputPerMillion: usd(20) }],
  },
  tokenizer: false,
});
const fetch = board.fetch(parrot);

/** As any client of the API would ask. */
async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer demo' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`${url}${path}`, init);
  return { status: response.status, ...((await response.json()) as object) };
}

const hello = { text: 'hello', model: 'polly-2', max_characters: 100 };
console.log('translated:', (await post('/v1/translate', hello)).text);
console.log('detected:', (await post('/v1/detect', { text: 'hello' })).language);
console.log('spent:', formatUsd((await board.budget('daily').summary()).spentNanoUsd));

isHoarse = true;
for (let call = 1; call <= 3; call++) {
  const { status, problem, code = 'its own error' } = await post('/v1/translate', hello);
  console.log(`call ${call}: ${String(status)}, ${String(code)}`);
  if (call === 1) console.log(`  ${String(problem)}`);
}
console.log(`${requests} requests arrived for 5 calls`);
server.close();
