/** The platform's fetch with bodies in one piece: the same on the wire, whatever happens there. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { platformFetch } from '../../services/providers/platform-fetch.ts';

/** Everything that came in, and what the server says to each request. */
let requests: string[];
let answers: string[];
let server: Server;
let sockets: Socket[];
let url: string;

const answer = (status: string, headers = '', body = ''): string =>
  `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;

/** Takes requests one after the other, each up to the length that it states itself. */
function serve(socket: Socket): void {
  sockets.push(socket);
  let text = '';
  socket.on('data', (piece) => {
    text += piece.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    const length = Number(/content-length: (\d+)/.exec(text)?.[1] ?? 0);
    if (end < 0 || text.length < end + 4 + length) return;
    requests.push(text);
    text = '';
    socket.write(answers.shift() ?? answer('200 OK'));
  });
  socket.on('error', () => {});
}

beforeEach(async () => {
  requests = [];
  answers = [];
  sockets = [];
  server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat`;
  // The first request of a process finds no dispatcher yet.
  await (await fetch(url)).text();
  requests = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});

interface Dispatcher {
  dispatch(request: { readonly body: unknown }, handler: unknown): boolean;
}

const SHARED = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map(Symbol.for);

/** Those of the process, the one that its fetch uses the last of them. */
function dispatchers(): Dispatcher[] {
  const all = globalThis as Record<symbol, Dispatcher | undefined>;
  return SHARED.flatMap((key) => all[key] ?? []);
}

/** Bodies as the process's dispatcher is handed them while `run` runs. */
async function bodiesOf(run: () => Promise<unknown>): Promise<unknown[]> {
  const bodies: unknown[] = [];
  const spies = [...new Set(dispatchers())].map((dispatcher) => {
    const dispatch = dispatcher.dispatch.bind(dispatcher);
    return vi.spyOn(dispatcher, 'dispatch').mockImplementation((request, handler) => {
      bodies.push(request.body);
      return dispatch(request, handler);
    });
  });
  await run();
  for (const spy of spies) spy.mockRestore();
  return bodies;
}

const post = (body: string, more: RequestInit = {}): RequestInit => ({
  method: 'POST',
  headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
  body,
  ...more,
});

const BODIES = ['{"a":1}', '{"text":"h\u00e9, \u5b57, \u{1f600}"}', 'lone \ud800 half', ' ', ''];

test.each(BODIES)('what is sent is byte for byte what fetch sends: %j', async (body) => {
  await (await fetch(url, post(body))).text();
  await (await platformFetch(url, post(body))).text();
  expect(requests).toHaveLength(2);
  expect(requests[1]).toBe(requests[0]);
});

test('a body that names no type gets the one that fetch gives it', async () => {
  await (await fetch(url, { method: 'POST', body: 'x' })).text();
  await (await platformFetch(url, { method: 'POST', body: 'x' })).text();
  expect(requests[0]).toContain('content-type: text/plain;charset=UTF-8');
  expect(requests[1]).toBe(requests[0]);
});

test('a text goes to the dispatcher of the process as it is, and no stream is made of it', async () => {
  const bodies = await bodiesOf(async () => (await platformFetch(url, post('{"a":1}'))).text());
  expect(bodies).toEqual(['{"a":1}']);
});

test('a request without a body has none', async () => {
  const bodies = await bodiesOf(async () => (await platformFetch(url)).text());
  expect(bodies).toEqual([null]);
});

test.each(['307 Temporary Redirect', '308 Permanent Redirect'])(
  'a redirect that keeps the method sends the body again: %s',
  async (status) => {
    answers = [answer(status, 'location: /elsewhere\r\n'), answer('200 OK', '', 'done')];
    const response = await platformFetch(url, post('{"a":1}'));
    expect(await response.text()).toBe('done');
    expect(requests.map((text) => text.split('\r\n')[0])).toEqual([
      'POST /v1/chat HTTP/1.1',
      'POST /elsewhere HTTP/1.1',
    ]);
    expect(requests.every((text) => text.endsWith('\r\n\r\n{"a":1}'))).toBe(true);
  },
);

test('a redirect that makes a GET of it sends no body', async () => {
  answers = [answer('303 See Other', 'location: /elsewhere\r\n'), answer('200 OK', '', 'done')];
  const response = await platformFetch(url, post('{"a":1}'));
  expect(await response.text()).toBe('done');
  expect(requests[1]).toMatch(/^GET \/elsewhere HTTP\/1\.1\r\n/);
  expect(requests[1]).toMatch(/\r\n\r\n$/);
});

test('a client that aborts is told its own reason', async () => {
  const controller = new AbortController();
  const reason = new Error('left');
  const pending = platformFetch(url, post('{"a":1}', { signal: controller.signal }));
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
});

test("a client's own dispatcher gets what fetch hands it", async () => {
  const bodies: unknown[] = [];
  const shared = dispatchers().at(-1);
  const dispatcher: Dispatcher = {
    dispatch(request, handler) {
      bodies.push(request.body);
      return shared?.dispatch(request, handler) ?? false;
    },
  };
  const init = { ...post('{"a":1}'), dispatcher } as object;
  await (await platformFetch(url, init)).text();
  expect(bodies).toHaveLength(1);
  expect(typeof bodies[0]).toBe('object');
});

test('a fetch that somebody put in its place is called as it was asked', async () => {
  const init = post('{"a":1}');
  const stand = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('made up'));
  const response = await platformFetch(url, init);
  expect(await response.text()).toBe('made up');
  expect(stand).toHaveBeenCalledWith(url, init);
  expect(stand.mock.calls[0]?.[1]).toBe(init);
  stand.mockRestore();
});
