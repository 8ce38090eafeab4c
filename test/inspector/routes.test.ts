/** What each address of the inspector answers, and with which headers. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { ask, openInspected, send, TOKEN } from './watching.ts';

const BUILT = join(import.meta.dirname, '../../dist/visualizations/page');

/** Code that one view alone needs. */
const CHARTS = readdirSync(BUILT).find((file) => file.startsWith('uPlot')) as string;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

test.each([
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  [`/${CHARTS}`, CHARTS, 'text/javascript; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
])(
  '%s is the built page, compressed for who takes it, and known again',
  async (path, file, type) => {
    const { url } = await openInspected();
    const built = await readFile(join(BUILT, file));
    const plain = await ask(url, path);
    expect([plain.status, plain.headers['content-type']]).toEqual([200, type]);
    expect(plain.body.equals(built)).toBe(true);
    const gzipped = await ask(url, path, { headers: { 'accept-encoding': 'br, gzip;q=0.5' } });
    expect(gzipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzipped.body).equals(built)).toBe(true);
    const refused = await ask(url, path, { headers: { 'accept-encoding': 'gzip;q=0, br' } });
    expect(refused.headers['content-encoding']).toBeUndefined();
    const { etag } = plain.headers;
    const known = await ask(url, path, { headers: { 'if-none-match': etag as string } });
    expect([known.status, known.body.length]).toEqual([304, 0]);
    const head = await ask(url, path, { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
      200,
      String(built.length),
      0,
    ]);
  },
);

test.each([
  ['the page', 'GET', '/', 'no-cache'],
  ['a feed', 'GET', '/feed', 'no-store'],
  ['a drawing', 'GET', '/drawing/breaker.json', 'no-store'],
  ['a problem', 'GET', '/nowhere', 'no-store'],
  ['an act refused', 'POST', '/act', 'no-store'],
])('%s comes with every guard that browsers know', async (_, method, path, cache) => {
  const { url } = await openInspected({ token: TOKEN });
  const response = await send(url, path, { method });
  response.destroy();
  expect(response.headers).toMatchObject({
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': cache,
  });
  expect(response.headers['access-control-allow-origin']).toBeUndefined();
});

test('the drawing of the breaker has its chart', async () => {
  const { url } = await openInspected();
  const { status, text } = await ask(url, '/drawing/breaker.json');
  expect(status).toBe(200);
  const { chart, drawing } = JSON.parse(text) as { chart: { id: string }; drawing: unknown };
  expect(chart.id).toBe('breaker');
  expect(drawing).toBeTypeOf('object');
});

test.each([
  ['/nowhere', 404, 'not_found'],
  ['/../../package.json', 404, 'not_found'],
  ['/%2e%2e/%2e%2e/package.json', 404, 'not_found'],
  ['/page/../../../index.js', 404, 'not_found'],
  ['/drawing/..%2f..%2fpackage.json', 404, 'not_found'],
  ['/drawing/toString.json', 404, 'not_found'],
  ['/drawing/__proto__.json', 404, 'not_found'],
  ['/feed?view=nowhere', 400, 'unknown_view'],
  ['/feed?view=breaker/', 400, 'unknown_view'],
  ['/feed?view=breaker/%25E0%25', 400, 'unknown_view'],
  [`/feed?view=breaker/${'x'.repeat(257)}`, 400, 'unknown_view'],
  [`/${'x'.repeat(2_048)}`, 414, 'url_too_long'],
])('GET %s is a problem: %i %s', async (path, status, code) => {
  const { url } = await openInspected();
  const answer = await ask(url, path);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.text)).toEqual({ code, message: expect.any(String) });
});

test.each([
  ['POST', '/', 'GET, HEAD'],
  ['DELETE', '/page.js', 'GET, HEAD'],
  ['GET', '/act', 'POST'],
  ['OPTIONS', '/act', 'POST'],
  ['POST', '/feed', 'GET'],
  ['PUT', '/drawing/breaker.json', 'GET, HEAD'],
])('%s %s is not a way to ask', async (method, path, allow) => {
  const { url } = await openInspected();
  const answer = await ask(url, path, { method });
  expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
});

test('an icon is not missed', async () => {
  const { url } = await openInspected();
  expect((await ask(url, '/favicon.ico')).status).toBe(204);
});
