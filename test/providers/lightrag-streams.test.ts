/** Streams of LightRAG through `board.fetch`: passed on as they came, and judged by their end. */
import type { ServerResponse } from 'node:http';

import { expect, onTestFinished, test } from 'vitest';

import { openBoard } from '../../services/open-board.ts';
import { usd } from '../../services/cost/money.ts';
import { lightragProfile } from '../../services/providers/lightrag/lightrag.ts';
import { lightragServer, post } from './lightrag-server.ts';

const REFERENCES = '{"references":[{"reference_id":"1","file_path":"ada.txt"}]}\n';
const ANSWER = '{"response":"Ada wrote "}\n{"response":"the first program."}\n';

async function world(write: (response: ServerResponse) => void) {
  const server = await lightragServer();
  const board = await openBoard({
    tokenizer: false,
    defaults: { failureThreshold: 1 },
    budgets: [{ id: 'daily', limit: usd(1), period: 'day', timeZone: 'UTC' }],
  });
  onTestFinished(async () => {
    await board.close();
    await server[Symbol.asyncDispose]();
  });
  server.reply = () => (response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(REFERENCES);
    write(response);
  };
  const fetch = board.fetch(lightragProfile({ model: 'gpt-4o-mini' }), {
    breakerKey: ({ scope }) => scope,
  });
  const ask = async (): Promise<string> =>
    await (await fetch(`${server.url}/query/stream`, post({ query: 'who was Ada' }))).text();
  const spent = async (): Promise<number> => (await board.budget('daily').summary()).spentNanoUsd;
  return { ask, spent, state: () => board.breaker('query').state };
}

test('a stream that ends after its answer is passed on unchanged, and counted', async () => {
  const { ask, spent, state } = await world((response) => response.end(ANSWER));
  expect(await ask()).toBe(REFERENCES + ANSWER);
  expect(state()).toBe('closed');
  expect(await spent()).toBeGreaterThan(usd('0.0048'));
  expect(await spent()).toBeLessThan(usd('0.0055'));
});

test('what no model wrote costs its keywords only', async () => {
  const { ask, spent, state } = await world((response) =>
    response.end('{"response":"nothing is known","llm_generated":false}\n'),
  );
  await ask();
  expect(state()).toBe('closed');
  expect(await spent()).toBeLessThan(usd('0.0004'));
  expect(await spent()).toBeGreaterThan(usd('0.0002'));
});

test.each<[string, (response: ServerResponse) => void, RegExp]>([
  ['without any answer', (response) => response.end(), /stream_cut/],
  ['within a line', (response) => response.end(`${ANSWER}{"respon`), /stream_cut/],
  [
    'with its connection',
    (response) => response.write(ANSWER, () => response.destroy()),
    /stream_cut/,
  ],
  ['with a line of error', (response) => response.end('{"error":"LLM down"}\n'), /LLM down/],
])('a stream that ends %s has failed', async (_, write, told) => {
  const { ask, state } = await world(write);
  expect(await ask()).toMatch(told);
  expect(state()).toBe('open');
});
