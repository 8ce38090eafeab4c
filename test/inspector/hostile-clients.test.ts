/** Clients that are slow, rude or many cost a bounded amount, and hinder nobody. */
import { connect } from 'node:net';

import { expect, test } from 'vitest';

import type { BoardUpdate } from '../../visualizations/inspector/protocol.ts';
import { uncaughtErrors } from '../board/uncaught-errors.ts';
import { act, ask, openInspected, send, TOKEN, watch } from './watching.ts';

/** Sends bytes as they are, and answers with what came back until the server hung up. */
function sayRaw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setEncoding('latin1').on('data', (part: string) => (heard += part));
    socket.on('error', () => {});
    socket.on('close', () => resolve(heard));
  });
}

const HOST = (url: string): string => `Host: ${new URL(url).host}`;

test.each([
  ['bytes that are no HTTP', () => '\x16\x03\x01\x02\x00garbage\r\n\r\n', 400],
  [
    'a header without end',
    (host: string) => `GET / HTTP/1.1\r\n${host}\r\nX: ${'x'.repeat(20_000)}`,
    431,
  ],
  ['a request line without end', () => `GET /${'x'.repeat(20_000)}`, 431],
  ['a request without a host', () => 'GET / HTTP/1.1\r\n\r\n', 400],
  ['an old request without a host', () => 'GET / HTTP/1.0\r\n\r\n', 403],
  [
    'two bodies at once',
    (host: string) =>
      `POST /act HTTP/1.1\r\n${host}\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
])('%s is refused with a status', async (_, textOf, status) => {
  const { url } = await openInspected();
  expect(await sayRaw(url, textOf(HOST(url)))).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect((await ask(url, '/')).status).toBe(200);
});

test('a tunnel is not opened', async () => {
  const { url } = await openInspected();
  expect(await sayRaw(url, `CONNECT evil.example:443 HTTP/1.1\r\n${HOST(url)}\r\n\r\n`)).toBe('');
});

test.each(['*', 'http://evil.example/', '//evil.example/x', '/%', '/?view=%', '/\\..\\x'])(
  'a request for %s is answered and breaks nothing',
  async (path) => {
    const { url } = await openInspected();
    const answer = await sayRaw(
      url,
      `GET ${path} HTTP/1.1\r\n${HOST(url)}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 (200|404) /);
  },
);

test('a body that is streamed without end is cut off at its bound', async () => {
  const { url } = await openInspected({ token: TOKEN });
  const chunk = `1000\r\n${'x'.repeat(4_096)}\r\n`;
  const answer = await sayRaw(
    url,
    `POST /act HTTP/1.1\r\n${HOST(url)}\r\nAuthorization: Bearer ${TOKEN}\r\n` +
      `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(50)}`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test('an act whose connection breaks half-way does nothing', async () => {
  const { board, url } = await openInspected({ token: TOKEN });
  board.breaker('a');
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ act: 'rotate_key', breaker: 'a', by: 'b' });
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST /act HTTP/1.1\r\n${HOST(url)}\r\nAuthorization: Bearer ${TOKEN}\r\n` +
          `Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n${body}`,
        () => socket.resetAndDestroy(),
      );
    });
    socket.on('close', () => resolve());
  });
  expect((await act(url, { act: 'check' })).status).toBe(204);
});

test('thirty-two pages can watch; the next is told to come back, and can', async () => {
  const { url, inspector } = await openInspected();
  const streams = await Promise.all(Array.from({ length: 32 }, () => watch(url)));
  const refused = await ask(url, '/feed');
  expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
    503,
    { code: 'too_many_watchers' },
  ]);
  expect(refused.headers['retry-after']).toBe('5');
  streams[0]?.leave();
  await expect.poll(() => inspector.watcherCount).toBe(31);
  expect(await (await watch(url)).board()).toMatchObject({ isWhole: true });
});

test('a hundred connections that say nothing hinder nobody', async () => {
  const { url } = await openInspected();
  const { hostname, port } = new URL(url);
  const idle = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const socket = connect(Number(port), hostname);
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.on('error', () => {});
      return socket;
    }),
  );
  expect((await ask(url, '/')).status).toBe(200);
  await (await watch(url)).board();
  for (const socket of idle) socket.destroy();
});

test('pages that vanish are forgotten, and nothing is left unhandled', async () => {
  const errors = uncaughtErrors();
  const { clock, url, inspector } = await openInspected();
  const streams = await Promise.all(Array.from({ length: 20 }, () => watch(url)));
  for (const stream of streams) stream.vanish();
  await clock.advanceAsync(1_000);
  await expect.poll(() => inspector.watcherCount).toBe(0);
  const asked = await send(url, '/page.js');
  asked.destroy();
  expect((await ask(url, '/')).status).toBe(200);
  expect(await errors()).toEqual([]);
});

/** So many bytes change with every tick that no buffer of the system holds them for long. */
async function openTalkative() {
  const opened = await openInspected();
  const { board, clock } = opened;
  for (let index = 0; index < 2_000; index++) board.breaker(`${index} ${'x'.repeat(250)}`);
  const talk = async (ticks: number): Promise<void> => {
    for (let tick = 0; tick < ticks; tick++) {
      if (tick % 2 === 0) board.emergencyShutdown('drill', { by: 'ann' });
      else board.resume('over', { by: 'ann' });
      await clock.advanceAsync(250);
    }
  };
  return { ...opened, talk };
}

test('a page that does not read for half a minute is left; others are told all the while', async () => {
  const { url, inspector, talk } = await openTalkative();
  const stuck = await watch(url);
  stuck.stopReading();
  const reader = await watch(url, 'coverage');
  await talk(150);
  await expect.poll(() => inspector.watcherCount).toBe(1);
  expect(reader.isOver).toBe(false);
});

test('a page that reads again is told what changed meanwhile, all at once', async () => {
  const { board, clock, url, talk } = await openTalkative();
  const stream = await watch(url);
  await stream.board();
  stream.stopReading();
  await talk(60);
  board.breaker('last').forceOpen('while nobody read');
  await talk(2);
  stream.readAgain();
  const isLast = ({ rows }: BoardUpdate): boolean =>
    rows?.some((row) => row.name === 'last') === true;
  const told = stream.board(isLast);
  const caughtUp = told.then(() => true);
  while (!(await Promise.race([caughtUp, clock.advanceAsync(250).then(() => false)])));
  expect((await told).rows?.find(({ name }) => name === 'last')?.path).toBe('open.latched');
  expect(stream.events.length).toBeLessThan(60);
});
