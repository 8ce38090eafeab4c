/** What one breaker learns of a key, the others of that key know. */
import { describe, expect, test } from 'vitest';

import { openBoard, type Board } from '../../index.ts';
import { fingerprintOf } from '../../services/providers/credentials.ts';
import { OutgoingRequest } from '../../services/providers/outgoing-request.ts';
import { rigOf, QUESTION } from './fetch-rig.ts';
import OpenAI from 'openai';

const chat = (model: string) => ({ model, messages: [...QUESTION], max_tokens: 20 });

describe('fingerprints of credentials', () => {
  test('tell keys apart, say nothing of them, and are the same every time', () => {
    const of = (headers: Record<string, string>, names?: string[]): string =>
      fingerprintOf({ header: (name) => headers[name] ?? null }, names);
    const one = of({ authorization: 'Bearer sk-one' });
    expect(one).toMatch(/^[0-9a-f]{12}$/);
    expect(of({ authorization: 'Bearer sk-one' })).toBe(one);
    expect(of({ authorization: 'Bearer sk-two' })).not.toBe(one);
    expect(of({ 'x-api-key': 'k' })).toMatch(/^[0-9a-f]{12}$/);
    expect(of({})).toBe('anonymous');
    expect(of({ 'x-own': 'k' }, ['x-own'])).not.toBe('anonymous');
  });

  test('are the same in whatever form the headers are given', () => {
    const of = (headers: NonNullable<RequestInit['headers']>, names?: string[]): string =>
      fingerprintOf(new OutgoingRequest('http://a/', { headers }, 1), names);
    const one = of(new Headers({ authorization: 'Bearer sk-one' }));
    expect(one).not.toBe('anonymous');
    expect(of({ Authorization: 'Bearer sk-one' })).toBe(one);
    expect(of({ other: 'x', authorization: ' Bearer sk-one ' })).toBe(one);
    expect(of([['AUTHORIZATION', 'Bearer sk-one']])).toBe(one);
    expect(of({ 'x-own': 'Bearer sk-one' }, ['X-Own'])).toBe(one);
    expect(of(Object.create({ authorization: 'Bearer sk-one' }) as Record<string, string>)).toBe(
      'anonymous',
    );
    expect(fingerprintOf(new OutgoingRequest('http://a/', {}, 1))).toBe('anonymous');
    // What comes twice is one header, of both values.
    const twice = { Authorization: 'a', authorization: 'b' };
    expect(of(twice)).toBe(of(new Headers(twice)));
  });
});

describe('API-20 keys: a bad one stops its own breakers and no others', () => {
  test('all models of the key are latched, later ones too; another key goes on', async () => {
    await using rig = await rigOf();
    const { upstream, fetch, client } = rig;
    const other = new OpenAI({ apiKey: 'sk-two', baseURL: upstream.baseUrl, fetch, maxRetries: 0 });
    await client.chat.completions.create(chat('gpt-4o'));
    upstream.acceptKeys(['sk-two']);
    await expect(client.chat.completions.create(chat('gpt-4o-mini'))).rejects.toBeInstanceOf(
      OpenAI.AuthenticationError,
    );
    const seen = upstream.requestCount;
    // One that was healthy, and one that nobody has used yet.
    for (const model of ['gpt-4o', 'gpt-4.1']) {
      await expect(client.chat.completions.create(chat(model))).rejects.toMatchObject({
        code: 'circuit_latched',
      });
    }
    expect(upstream.requestCount).toBe(seen);
    await other.chat.completions.create(chat('gpt-4o'));
    fetch.rotateKey({ by: 'ann' });
    upstream.acceptKeys(null);
    await client.chat.completions.create(chat('gpt-4.1'));
    expect(fetch.breakers().map(({ state }) => state)).toEqual(
      fetch.breakers().map(() => 'closed'),
    );
  });

  test('two fetches of one board share what they know of a key', async () => {
    await using rig = await rigOf();
    const { board, upstream, client } = rig;
    const second = board.fetch('openai', { breakerKey: ({ credential }) => `own:${credential}` });
    const twin = new OpenAI({ apiKey: 'sk-one', baseURL: upstream.baseUrl, fetch: second });
    await twin.chat.completions.create(chat('gpt-4o'));
    upstream.script({ phases: [{ behaviour: { type: 'quota' } }] });
    await expect(client.chat.completions.create(chat('gpt-4o'))).rejects.toMatchObject({
      code: 'insufficient_quota',
    });
    expect(second.breakers()[0]?.snapshot().latches).toEqual(['quota']);
  });

  test('nobody without a key is anybody’s sibling', async () => {
    const board: Board = await openBoard({});
    const fetch = board.fetch('openai', {
      fetch: () => Promise.resolve(new Response('{}', { status: 401 })),
    });
    await fetch('http://127.0.0.1:1/v1/models');
    const init = { method: 'POST', body: '{"model":"gpt-4o","messages":[]}' };
    expect(fetch.outlook('http://127.0.0.1:1/v1/chat/completions', init).refusalCode).toBe(null);
    await board.close();
  });
});
