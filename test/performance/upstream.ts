/**
 * An upstream for the bench, in a process of its own, so that the CPU measured is the client's:
 * answers that are the same every time, at the least cost. Prints its port; ends with its input.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const TEXT = 'A capacitor stores charge between two plates. '.repeat(20);
const USAGE = {
  prompt_tokens: 60,
  completion_tokens: 200,
  total_tokens: 260,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
};
const HEAD = { id: 'chatcmpl-1', created: 1_790_000_000, model: 'gpt-4o-mini' } as const;

const JSON_ANSWER = JSON.stringify({
  ...HEAD,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }],
  usage: USAGE,
});

/** Chunks of a stream, its first and its last ones aside. */
export const STREAM_CHUNKS = 400;

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const chunk = (delta: unknown, finish: string | null = null): string =>
  event({
    ...HEAD,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finish }],
    usage: null,
  });
const TOKEN = chunk({ content: ' plates' });
const END =
  chunk({}, 'stop') +
  event({ ...HEAD, object: 'chat.completion.chunk', choices: [], usage: USAGE }) +
  'data: [DONE]\n\n';

/** One chunk a write, as fast as the client takes them. */
function stream(response: ServerResponse, left: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(chunk({ role: 'assistant', content: '' }));
  const next = (): void => {
    if (left-- <= 0) response.end(END);
    else if (response.write(TOKEN)) setImmediate(next);
    else response.once('drain', next);
  };
  setImmediate(next);
}

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const path = request.url ?? '';
    if (path.startsWith('/stream')) stream(response, STREAM_CHUNKS);
    else if (path.startsWith('/held')) {
      // Begins, and goes on only when the client leaves.
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(TOKEN.repeat(4));
    } else {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON_ANSWER);
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
