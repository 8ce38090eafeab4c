/** Names that were made to point here, and pages of other origins, get nothing. */
import { expect, test } from 'vitest';

import { createRequestChecks } from '../../visualizations/inspector/request-checks.ts';
import { act, ask, openInspected, TOKEN } from './watching.ts';

const portOf = (url: string): string => new URL(url).port;

test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])(
  'Host %s with the port is ours',
  async (host) => {
    const { url } = await openInspected();
    const headers = { host: `${host}:${portOf(url)}` };
    expect((await ask(url, '/', { headers })).status).toBe(200);
  },
);

test.each([
  ['a name elsewhere', () => 'evil.example'],
  ['a name elsewhere with our port', (port: string) => `evil.example:${port}`],
  ['ours with another port', () => '127.0.0.1:1'],
  ['ours without the port', () => 'localhost'],
  ['ours as part of a name', (port: string) => `localhost.evil.example:${port}`],
  ['ours behind a name', (port: string) => `evil@localhost:${port}`],
  ['ours with a dot', (port: string) => `localhost.:${port}`],
  ['another address of this machine', (port: string) => `127.0.0.2:${port}`],
])('Host that is %s gets nothing, wherever it asks', async (_, hostOf) => {
  const { url } = await openInspected({ token: TOKEN });
  const headers = { host: hostOf(portOf(url)) };
  for (const path of ['/', '/page.js', '/feed', '/drawing/breaker.json', '/act']) {
    const answer = await ask(url, path, { headers });
    expect([path, answer.status]).toEqual([path, 403]);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'wrong_host' });
  }
});

test.each([
  ['of a page elsewhere', () => ({ origin: 'https://evil.example' })],
  ['of a page that hides its own', () => ({ origin: 'null' })],
  ['of another port here', () => ({ origin: 'http://127.0.0.1:1' })],
  ['of another scheme', (host: string) => ({ origin: `https://${host}` })],
  ['as the browser says, elsewhere', () => ({ 'sec-fetch-site': 'cross-site' })],
])('an Origin %s gets neither feed nor act', async (_, headersOf) => {
  const { board, url } = await openInspected({ token: TOKEN });
  board.breaker('a');
  const headers = headersOf(new URL(url).host) as unknown as Record<string, string>;
  expect((await ask(url, '/feed', { headers })).status).toBe(403);
  const wanted = { act: 'force_open', breaker: 'a', reason: 'r', by: 'b' };
  const answer = await ask(url, '/act', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(wanted),
  });
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([403, { code: 'wrong_origin' }]);
  expect(board.breaker('a').state).toBe('closed');
  expect((await act(url, wanted)).status).toBe(204);
});

test('an Origin of our own may act', async () => {
  const { url } = await openInspected({ token: TOKEN });
  const answer = await ask(url, '/act', {
    method: 'POST',
    headers: {
      origin: new URL(url).origin,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
      authorization: `Bearer ${TOKEN}`,
    },
    body: '{"act":"check"}',
  });
  expect(answer.status).toBe(204);
});

test.each([
  ['192.168.1.5', '192.168.1.5:7787', true],
  ['192.168.1.5', 'localhost:7787', true],
  ['192.168.1.5', '192.168.1.6:7787', false],
  ['Board.lan', 'board.lan:7787', true],
  ['fe80::1', '[fe80::1]:7787', true],
  ['0.0.0.0', '10.1.2.3:7787', true],
  ['::', '[fd00::7]:7787', true],
  ['0.0.0.0', 'evil.example:7787', false],
])('listening on %s, Host %s is ours: %s', (host, asked, isOurs) => {
  const checks = createRequestChecks(host, 7787);
  const problem = checks.check({ headers: { host: asked }, url: '/' } as never);
  expect(problem === null).toBe(isOurs);
});
