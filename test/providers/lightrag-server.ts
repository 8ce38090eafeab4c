/** A LightRAG server on loopback that answers what a test tells it to. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A JSON answer, or one that a test writes itself. */
export type Reply =
  | { readonly status?: number; readonly json: unknown; readonly headers?: Record<string, string> }
  | ((response: ServerResponse) => void);

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
  /** How the server answers from now on. */
  reply: (asked: Asked) => Reply | Promise<Reply>;
}

/** What a healthy server with one document says. */
export function healthy({ path }: Asked): Reply {
  const [route = ''] = path.split('?');
  const found = HEALTHY[route];
  return found === undefined ? { status: 404, json: { detail: 'Not Found' } } : { json: found };
}

const HEALTHY: Readonly<Record<string, unknown>> = {
  '/query': {
    response: 'Lovelace wrote the first program.',
    references: [{ reference_id: '1', file_path: 'ada.txt' }],
    response_time: 0.2,
    llm_generated: true,
  },
  '/query/data': {
    status: 'success',
    message: 'Query executed successfully',
    data: { entities: [], relationships: [], chunks: [{ content: 'Ada' }], references: [] },
    metadata: {},
  },
  '/documents/text': { status: 'success', message: 'queued', track_id: 'insert_1' },
  '/documents/status_counts': { status_counts: { processed: 1, failed: 0, all: 1 } },
  '/documents/pipeline_status': { busy: false },
  '/documents/clear_cache': { status: 'success', message: 'cleared' },
  '/graph/label/popular': ['Ada Lovelace', 'Analytical Engine'],
  '/graph/label/list': ['Ada Lovelace', 'Analytical Engine'],
  '/graphs': {
    nodes: [{ id: 'Ada Lovelace' }, { id: 'Analytical Engine' }],
    edges: [{ id: 'e', source: 'Ada Lovelace', target: 'Analytical Engine' }],
    is_truncated: false,
  },
  '/health': { status: 'healthy', pipeline_busy: false },
};

export async function lightragServer(): Promise<TestServer> {
  const asked: Asked[] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = 'GET', url: path = '/' } = request;
      const text = Buffer.concat(chunks).toString();
      const body = (text.startsWith('{') ? JSON.parse(text) : {}) as Asked['body'];
      const one: Asked = { method, path, body };
      asked.push(one);
      void Promise.resolve(server.reply(one)).then((reply) => send(response, reply));
    });
  });
  http.listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  const server: TestServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    asked,
    reply: healthy,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}

function send(response: ServerResponse, reply: Reply): void {
  if (typeof reply === 'function') return reply(response);
  const { status = 200, headers = {}, json } = reply;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(json));
}

export const post = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
