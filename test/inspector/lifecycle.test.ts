/** An inspector begins when asked for, and ends with its board at the latest. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { describe, expect, test } from 'vitest';

import { openBoard, type InspectOptions, type Inspector } from '../../index.ts';
import { openVirtualBoard } from '../board/open-boards.ts';
import { ask, openInspected, TOKEN, watch } from './watching.ts';

test('it listens on loopback, at the port that was asked for or a free one', async () => {
  const { url } = await openInspected();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect((await ask(url, '/')).status).toBe(200);
});

test('a name and every address can be listened on', async () => {
  const { board } = await openVirtualBoard();
  const named = await board.inspect({ port: 0, host: 'localhost' });
  expect(named.url).toMatch(/^http:\/\/localhost:\d+\/$/);
  const any = await board.inspect({ port: 0, host: '0.0.0.0' });
  expect(any.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect((await ask(any.url as string, '/')).status).toBe(200);
});

test('a port that is taken is said to be, and nothing is left behind', async () => {
  const { board } = await openVirtualBoard();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  await expect(board.inspect({ port })).rejects.toMatchObject({
    code: 'inspector_unavailable',
    message: `the inspector cannot listen on 127.0.0.1:${port}: something else listens there already`,
    hint: expect.stringContaining('inspect.port'),
  });
  await new Promise((resolve) => taken.close(resolve));
  expect((await board.inspect({ port })).url).toBe(`http://127.0.0.1:${port}/`);
});

test('an address that this machine does not have is said not to be there', async () => {
  const { board } = await openVirtualBoard();
  await expect(board.inspect({ port: 0, host: '192.0.2.1' })).rejects.toMatchObject({
    code: 'inspector_unavailable',
    message: expect.stringContaining('this machine does not have that address'),
  });
});

test('closing it ends pages and frees the port; it can be closed twice', async () => {
  const { board, url, inspector } = await openInspected();
  const stream = await watch(url);
  await Promise.all([inspector.close(), inspector.close()]);
  await stream.over();
  await expect(ask(url, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const again = await board.inspect({ port: Number(new URL(url).port) });
  expect((await ask(again.url as string, '/')).status).toBe(200);
});

test('a board that closes closes its inspectors, and starts none any more', async () => {
  const board = await openBoard();
  const inspectors = [await board.inspect({ port: 0 }), await board.inspect({ port: 0 })];
  const { url: freed } = inspectors[0] as Inspector;
  await inspectors[0]?.close();
  const starting = board.inspect({ port: Number(new URL(freed as string).port) });
  await Promise.all([
    board.close(),
    expect(starting).rejects.toMatchObject({ code: 'board_closed' }),
  ]);
  for (const { url } of inspectors) {
    await expect(ask(url as string, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  }
  await expect(board.inspect({ port: 0 })).rejects.toMatchObject({ code: 'board_closed' });
});

test('it is disposed of with `await using`', async () => {
  const { board } = await openVirtualBoard();
  let url = '';
  {
    await using inspector = await board.inspect({ port: 0 });
    url = inspector.url as string;
    expect((await ask(url, '/')).status).toBe(200);
  }
  await expect(ask(url, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

describe('an option that is not what it must be', () => {
  test.each([
    ['port', { port: 65_536 }, 'inspect.port must be an integer from 0 to 65535, got 65536'],
    ['port', { port: 1.5 }, 'inspect.port must be an integer'],
    ['host', { host: '' }, 'inspect.host must be an address or a host name'],
    ['host', { host: 'a b' }, 'inspect.host must be an address or a host name'],
    ['title', { title: '' }, 'inspect.title must be 1 to 80 characters'],
    ['title', { title: 'a\nb' }, 'inspect.title must be 1 to 80 characters'],
    ['forward', { forward: 'http://localhost' }, 'inspect.forward must be null, or a URL'],
    ['forward', { forward: 'nonsense' }, 'inspect.forward must be null, or a URL'],
    ['page', { page: 'no' }, 'inspect.page must be true or false'],
    ['page', { page: false }, 'inspect.page must be true where nothing is forwarded'],
    ['nothing', { colour: 'red' }, 'inspect.colour is not an option'],
  ])('%s: %j', async (_, options, message) => {
    const { board } = await openVirtualBoard();
    await expect(board.inspect(options as InspectOptions)).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining(message),
    });
  });

  test.each([['short'], [`${TOKEN} x`], ['tränen-tränen'], ['x'.repeat(257)], [12_345_678]])(
    'the token, which is not repeated: %j',
    async (token) => {
      const { board } = await openVirtualBoard();
      const error: unknown = await board
        .inspect({ token: token as string })
        .catch((problem: unknown) => problem);
      expect(error).toMatchObject({ code: 'invalid_option' });
      expect((error as Error).message).not.toContain(String(token));
    },
  );
});
