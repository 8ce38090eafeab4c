/** Connections are bounded, end with the inspector, and keep no process alive. */
import { connect, type Socket } from 'node:net';

import { afterEach, expect, test } from 'vitest';

import { openInspected } from './watching.ts';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A connection of a client that is no reason for this process to go on. */
async function connected(url: string, text = ''): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on('error', () => {});
  socket.on('data', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.unref();
  await new Promise<void>((resolve) => void socket.write(text, () => resolve()));
  return socket;
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });

test('beyond a hundred and twenty-eight connections new ones are closed', async () => {
  const { url } = await openInspected();
  const all: Socket[] = [];
  for (let index = 0; index < 140; index++) all.push(await connected(url));
  await expect.poll(() => all.filter((socket) => socket.closed).length).toBe(12);
  expect(all.slice(0, 128).filter((socket) => socket.closed)).toEqual([]);
});

test('a request that is half said does not hold up the end', async () => {
  const { url, inspector } = await openInspected();
  const host = new URL(url).host;
  const half = await connected(url, `GET / HTTP/1.1\r\nHost: ${host}\r\nX-Half`);
  const page = await connected(url, `GET /feed HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await new Promise((resolve) => page.once('data', resolve));
  await inspector.close();
  await Promise.all([closed(half), closed(page)]);
});

test('neither the server nor a page that watches keeps the process alive', async () => {
  const holding = (): string[] =>
    process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP'));
  const before = holding();
  const { url } = await openInspected();
  const host = new URL(url).host;
  const page = await connected(url, `GET /feed HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await new Promise((resolve) => page.once('data', resolve));
  expect(holding()).toEqual(before);
});
