/**
 * An OpenAI-shaped HTTP server on loopback that fails on command: it asks what to do with each
 * request, so that a story, or a test, decides.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Asked, Plan } from './behaviour.ts';
import * as answers from './upstream-answers.ts';
import type { Answer } from './upstream-answers.ts';

/** The key that the upstream takes. It guards nothing: the server listens on loopback only. */
export const DEMO_KEY = 'sk-fuseboard-demo';

const BODY_BYTES_MAX = 1_000_000;

const PATHS: Readonly<Record<string, Asked['path']>> = {
  '/v1/chat/completions': 'chat',
  '/v1/embeddings': 'embeddings',
};

export interface Upstream extends AsyncDisposable {
  /** For the client, for example `http://127.0.0.1:38211/v1`. */
  readonly baseURL: string;
  /** Requests that arrived, whatever became of them. */
  readonly requestCount: number;
  /** Stops listening and cuts every connection. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. `decide` is asked once for each well-formed request. */
export async function startUpstream(decide: (asked: Asked) => Plan): Promise<Upstream> {
  let requestCount = 0;
  const server = createServer((request, response) => {
    const id = String(++requestCount).padStart(8, '0');
    response.setHeader('x-request-id', `req_${id}`);
    handle(request, response, id, decide).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve).once('error', reject);
  });
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get requestCount() {
      return requestCount;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  decide: (asked: Asked) => Plan,
): Promise<void> {
  const read = await readRequest(request);
  if ('status' in read) return send(response, read);
  const { asked, body } = read;
  const plan = decide(asked);
  if (plan.act === 'hang') return;
  const timer = setTimeout(() => {
    if (plan.act === 'reset') return request.socket.resetAndDestroy();
    send(response, answerTo(plan, asked, body, id));
  }, plan.delayMs);
  response.once('close', () => clearTimeout(timer));
}

interface Read {
  readonly asked: Asked;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What is asked, or the answer to a request that is none. */
async function readRequest(request: IncomingMessage): Promise<Read | Answer> {
  const url = request.url ?? '';
  const path = request.method === 'POST' ? PATHS[url.split('?', 1)[0] ?? ''] : undefined;
  if (path === undefined) return answers.notFound(request.method ?? '', url);
  if (request.headers.authorization !== `Bearer ${DEMO_KEY}`) return answers.wrongKey();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return answers.tooLarge(BODY_BYTES_MAX);
    chunks.push(chunk);
  }
  const body = parsed(Buffer.concat(chunks).toString());
  if (body === null) return answers.badRequest('We could not parse the JSON body of your request.');
  const { model } = body;
  if (typeof model !== 'string') return answers.badRequest('you must provide a model parameter');
  if (body['stream'] === true) return answers.badRequest('This upstream does not stream.');
  const needed = path === 'chat' ? 'messages' : 'input';
  if (body[needed] === undefined) {
    return answers.badRequest(`Missing required parameter: '${needed}'.`);
  }
  return { asked: { path, model }, body };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function answerTo(
  plan: Exclude<Plan, { act: 'hang' | 'reset' }>,
  asked: Asked,
  body: Read['body'],
  id: string,
): Answer {
  switch (plan.act) {
    case 'overloaded':
      return answers.overloaded();
    case 'rate_limited':
      return answers.rateLimited(asked, plan.retryAfterMs);
    case 'over_quota':
      return answers.overQuota();
    case 'answer':
      return asked.path === 'chat'
        ? answers.chatCompletion(
            id,
            asked.model,
            body['messages'],
            outputTokens(plan.outputShare, body['max_completion_tokens']),
            Date.now(),
          )
        : answers.embeddings(asked.model, body['input'], body['encoding_format']);
  }
}

/** Longer answers than this are not written here. */
const OUTPUT_TOKENS_MAX = 4_096;

/** Null where the request allows what it takes, or nobody says how much of it is taken. */
function outputTokens(share: number | undefined, max: unknown): number | null {
  if (share === undefined || typeof max !== 'number' || !(max >= 1)) return null;
  return Math.max(1, Math.round(share * Math.min(max, OUTPUT_TOKENS_MAX)));
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  // What was not read of a request would be taken for the next one.
  if (!response.req.complete) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
