/** Whose fault a key is: one tenant's bad key, or one model's limit, does not stop the others. */
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';

import { QUOTA_CODES } from '../../kit/providers/behaviours.ts';
import { CHAT, errorOf, openaiClient, openaiRig } from './sdk-rig.ts';

const { AuthenticationError, InternalServerError, RateLimitError } = OpenAI;
const OTHER = { ...CHAT, model: 'gpt-4o' };
const REFUSED = { status: 503, code: 'circuit_latched' };

const chat = (client: OpenAI, body = CHAT) => client.chat.completions.create(body);

async function tenants(keys: readonly string[] = ['sk-good']) {
  const rig = await openaiRig({}, {}, { keys });
  const good = openaiClient(rig, { apiKey: 'sk-good' });
  const bad = openaiClient(rig, { apiKey: 'sk-bad' });
  const states = () => rig.fetch.breakers().map(({ state }) => state);
  return { rig, good, bad, states };
}

describe('API-04 openai authentication error handling', () => {
  test('a wrong key is tried once and latches every breaker of that key', async () => {
    const { rig, bad, good, states } = await tenants(['sk-good', 'sk-bad']);
    await chat(bad, OTHER);
    await bad.embeddings.create({ model: 'text-embedding-3-small', input: 'Hello' });
    await chat(good);
    rig.upstream.acceptKeys(['sk-good']);
    expect(await errorOf(chat(bad))).toBeInstanceOf(AuthenticationError);
    expect(rig.upstream.requestCount).toBe(4);
    for (const body of [CHAT, OTHER]) {
      const refused = await errorOf(chat(bad, body));
      expect(refused).toBeInstanceOf(InternalServerError);
      expect(refused).toMatchObject(REFUSED);
    }
    const embedding = bad.embeddings.create({ model: 'text-embedding-3-small', input: 'Hello' });
    expect(await errorOf(embedding)).toMatchObject(REFUSED);
    expect(rig.upstream.requestCount).toBe(4);
    expect(states().sort()).toEqual(['closed', 'open', 'open', 'open']);
  });

  test('CRIT-42 the other tenant notices nothing, and nothing counts as a failure', async () => {
    const { rig, bad, good } = await tenants();
    await chat(good);
    for (let call = 0; call < 20; call++) await errorOf(chat(bad));
    await chat(good);
    expect(rig.upstream.requestCount).toBe(3);
    expect(rig.outcomes()).toEqual(['succeeded', 'unauthorized', 'succeeded']);
    const [own] = rig.fetch.breakers();
    expect(own?.snapshot()).toMatchObject({ state: 'closed', tripCount: 0, latches: [] });
    for (const breaker of rig.fetch.breakers()) {
      expect(breaker.snapshot()).toMatchObject({ consecutiveFailures: 0, inFlightCount: 0 });
    }
  });

  test('a model that was never asked for is latched with its key before its first request', async () => {
    const { rig, bad } = await tenants();
    await errorOf(chat(bad));
    expect(await errorOf(chat(bad, OTHER))).toMatchObject(REFUSED);
    expect(rig.upstream.requestCount).toBe(1);
  });

  test('no time brings it back, and rotateKey() does: each breaker, once', async () => {
    const { rig, bad, states } = await tenants();
    await errorOf(chat(bad));
    await errorOf(chat(bad, OTHER));
    await rig.clock.advanceAsync(7 * 86_400_000);
    expect(states()).toEqual(['open', 'open']);
    rig.upstream.acceptKeys(['sk-bad']);
    rig.fetch.rotateKey({ by: 'ann' });
    await chat(bad);
    await chat(bad, OTHER);
    expect(states()).toEqual(['closed', 'closed']);
    expect(rig.facts().filter(({ type }) => type === 'operator.acted')).toMatchObject([
      { act: 'rotate_key', by: 'ann' },
      { act: 'rotate_key', by: 'ann' },
    ]);
  });

  test('a key that is still wrong after rotateKey() is tried once more', async () => {
    const { rig, bad, states } = await tenants();
    await errorOf(chat(bad));
    rig.fetch.rotateKey();
    expect(await errorOf(chat(bad))).toBeInstanceOf(AuthenticationError);
    expect(await errorOf(chat(bad))).toMatchObject(REFUSED);
    expect(rig.upstream.requestCount).toBe(2);
    expect(states()).toEqual(['open']);
  });
});

describe('API-05 openai quota exceeded scenarios', () => {
  test.each(QUOTA_CODES)(
    '%s: one request, then none with that key, whatever the model',
    async (code) => {
      const { rig, good, bad } = await tenants(['sk-good', 'sk-bad']);
      await chat(bad, OTHER);
      rig.upstream.script([{ type: 'quota', code }]);
      const error = await errorOf(chat(bad));
      expect(error).toBeInstanceOf(RateLimitError);
      expect(error).toMatchObject({ status: 429, code, type: 'insufficient_quota' });
      for (const body of [CHAT, OTHER])
        expect(await errorOf(chat(bad, body))).toMatchObject(REFUSED);
      await chat(good);
      expect(rig.upstream.requestCount).toBe(3);
      rig.fetch.rotateKey();
      await chat(bad);
      await chat(bad, OTHER);
      expect(rig.upstream.requestCount).toBe(5);
    },
  );

  test('no waiting helps, and a spent key is known in a stream as well', async () => {
    const { rig, bad } = await tenants(['sk-bad']);
    rig.upstream.script([{ type: 'quota' }]);
    const streamed = bad.chat.completions.create({ ...CHAT, stream: true });
    expect(await errorOf(streamed)).toMatchObject({ code: 'insufficient_quota' });
    await rig.clock.advanceAsync(32 * 86_400_000);
    expect(await errorOf(chat(bad))).toMatchObject(REFUSED);
    expect(rig.breaker.snapshot().latches).toEqual(['quota']);
  });
});
