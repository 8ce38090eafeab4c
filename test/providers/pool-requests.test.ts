/** What a member gets of a request: its own address, credential and model, else what was sent. */
import { describe, expect, test } from 'vitest';

import { at, openPool, type Hit } from './pool-rig.ts';

const SECRET = { authorization: 'Bearer of-the-client', 'x-api-key': 'k', cookie: 'c=1' };
const WITH_SECRET = { headers: { ...SECRET, 'x-trace': '7' } };

async function sentTo(
  member: Parameters<typeof openPool>[0][string],
  init: RequestInit = WITH_SECRET,
): Promise<Hit> {
  const rig = await openPool({ a: member });
  await (await rig.ask(init)).text();
  return at(rig, 'a').hits[0] as Hit;
}

describe('where it goes', () => {
  test('the path and query after the base URL of the pool follow that of the member', async () => {
    const { path, method, body } = await sentTo({});
    expect({ path, method, body }).toEqual({
      path: '/v1/chat/completions?a=1',
      method: 'POST',
      body: '{"model":"m","n":1}',
    });
  });

  test.each([
    'https://elsewhere.test/v1/models',
    'https://pool.test/v1x/models',
    'https://pool.test/v1/../models',
    'https://pool.test.evil/v1/models',
  ])('a URL outside the base URL is refused: %s', async (url) => {
    const rig = await openPool({ a: {} });
    const code = 'invalid_argument';
    await expect(rig.pool.fetch(url)).rejects.toMatchObject({ code });
    expect(at(rig, 'a').hits).toEqual([]);
  });

  test('no path leads to another host', async () => {
    const rig = await openPool({ a: {} });
    await rig.pool.fetch('https://pool.test/v1//elsewhere.test/x@y:1');
    expect(at(rig, 'a').hits[0]?.path).toBe('/v1//elsewhere.test/x@y:1');
  });

  test('without a base URL the pool takes that of its first member', async () => {
    const rig = await openPool({ a: {}, b: {} }, { baseUrl: undefined as unknown as string });
    expect(rig.pool.baseUrl).toBe(at(rig, 'a').url);
  });
});

describe('whose credential it carries', () => {
  test('a client’s credential goes to no other origin', async () => {
    const { headers } = await sentTo({});
    expect(headers).toMatchObject({ 'x-trace': '7' });
    for (const name of Object.keys(SECRET)) expect(headers).not.toHaveProperty(name);
  });

  test('a member’s own replaces every credential of the client', async () => {
    const { headers } = await sentTo({ headers: { 'x-api-key': 'own', 'x-trace': null } });
    expect(headers['x-api-key']).toBe('own');
    for (const name of ['authorization', 'cookie', 'x-trace']) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  test('at the base URL itself the client’s credential stays', async () => {
    const rig = await openPool({ a: {} }, { baseUrl: undefined as unknown as string });
    await rig.pool.fetch(`${rig.pool.baseUrl}/models`, WITH_SECRET);
    expect(at(rig, 'a').hits[0]?.headers).toMatchObject(SECRET);
  });

  test('at the base URL itself, too, a member’s own replaces it', async () => {
    const headers = { 'x-api-key': 'own' };
    const rig = await openPool({ a: { headers } }, { baseUrl: undefined as unknown as string });
    await rig.pool.fetch(`${rig.pool.baseUrl}/models`, WITH_SECRET);
    expect(at(rig, 'a').hits[0]?.headers).toMatchObject(headers);
    expect(at(rig, 'a').hits[0]?.headers).not.toHaveProperty('authorization');
  });

  test('a function may take it from the client, and is asked once for each request', async () => {
    const seen: string[] = [];
    const { headers } = await sentTo({
      headers: (request) => {
        seen.push(`${request.method} ${new URL(request.url).pathname}`);
        return { authorization: request.headers.get('authorization') };
      },
    });
    expect(headers['authorization']).toBe(SECRET.authorization);
    expect(seen).toEqual(['POST /v1/chat/completions']);
  });

  test('a member whose function throws is passed over; alone, its error comes out', async () => {
    const broken = {
      headers: () => {
        throw new Error('no key');
      },
    };
    const rig = await openPool({ a: { ...broken, priority: -1 }, b: {} });
    expect(await rig.askTimes(2)).toEqual({ a: 0, b: 2 });
    await expect(sentTo(broken)).rejects.toThrow('no key');
  });
});

describe('what the model is called', () => {
  const SPACED = '{ "n": 1.0, "model" : "small", "é": "\\u00e9" }';

  test.each([
    ['one name for all', 'theirs', '{ "n": 1.0, "model" : "theirs", "é": "\\u00e9" }'],
    ['by the client’s name', { small: 'mini' }, '{ "n": 1.0, "model" : "mini", "é": "\\u00e9" }'],
    ['a name that is not listed', { large: 'max', constructor: 'x' }, SPACED],
  ])('%s: every other byte stays', async (_, model, expected) => {
    expect((await sentTo({ model }, { body: SPACED })).body).toBe(expected);
  });

  test('bytes of a Request are read too, and its length is told anew', async () => {
    const rig = await openPool({ a: { model: 'much-longer' } });
    const body = SPACED;
    const headers = { 'content-length': String(Buffer.byteLength(body)) };
    const request = new Request('https://pool.test/v1/x', { method: 'POST', body, headers });
    await rig.pool.fetch(request);
    expect(at(rig, 'a').hits[0]?.body).toContain('"much-longer"');
  });

  test.each(['not json', '[1]', '{"model":7}', '{}', ''])(
    'a body of %j is left alone',
    async (body) => {
      expect((await sentTo({ model: 'theirs' }, { body })).body).toBe(body);
    },
  );
});
