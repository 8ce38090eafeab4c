/** What the official client makes of a refusal: its own typed error, at once, and no request. */
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';

import { FuseboardError } from '../../../index.ts';
import type { FetchOptions } from '../../../services/providers/fetch-options.ts';
import { REFUSALS, refusedAfter, refusing, type RefusalCase } from './refusals.ts';
import { CHAT, errorOf, openaiClient, openaiRig, PROMPT, SECRET, type SdkRig } from './sdk-rig.ts';

const CLASSES = {
  400: OpenAI.BadRequestError,
  429: OpenAI.RateLimitError,
  503: OpenAI.InternalServerError,
} as const;

const once = (rig: SdkRig) => openaiClient(rig, { maxRetries: 0 }).chat.completions.create(CHAT);
const provoked = (refusal: RefusalCase, options?: FetchOptions) =>
  refusing(refusal, openaiRig, once, options);
const refusedCall = (rig: SdkRig, refusal: RefusalCase, client: OpenAI) =>
  refusedAfter(rig, refusal, errorOf(client.chat.completions.create(CHAT)));

const named = REFUSALS.map((refusal) => [refusal.code, refusal.name, refusal] as const);

describe('CRIT-85 every refusal is an error of the official client', () => {
  test.each(named)('%s, as %s', async (code, _, refusal) => {
    using rig = await provoked(refusal);
    const sentCount = rig.upstream.requestCount;
    for (const options of [{}, { maxRetries: 0 }]) {
      const askedCount = rig.askedCount;
      const error = await refusedCall(rig, refusal, openaiClient(rig, options));
      expect(error).toBeInstanceOf(CLASSES[refusal.status]);
      expect(error).toMatchObject({ status: refusal.status, code, type: refusal.type });
      const { headers } = error as InstanceType<typeof OpenAI.APIError>;
      expect(headers?.get('x-should-retry')).toBe('false');
      expect(headers?.get('x-fuseboard-refusal')).toBe(code);
      expect(headers?.get('retry-after')).toBe(refusal.retryAfter);
      expect(error.message).toContain(`${refusal.status} Not sent: breaker "openai:`);
      expect(error.message).toContain(refusal.hint);
      expect(rig.askedCount - askedCount).toBe(1);
    }
    expect(rig.upstream.requestCount).toBe(sentCount);
  });
});

describe('CRIT-46 what a refusal says', () => {
  test.each(named)('holds neither key nor prompt: %s, as %s', async (_, __, refusal) => {
    using rig = await provoked(refusal);
    const client = openaiClient(rig);
    const error = (await refusedCall(rig, refusal, client)) as InstanceType<typeof OpenAI.APIError>;
    const said = [error.message, error.stack, error.error, [...(error.headers ?? [])], rig.facts()];
    const names = rig.fetch.breakers().map(({ name }) => name);
    const text = JSON.stringify([...said, names]);
    for (const secret of [SECRET, PROMPT, 'rosebud', SECRET.slice(8)]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('onRefusal: throw', () => {
  test.each(named)(
    '%s, as %s, is the cause of an error of the client',
    async (code, _, refusal) => {
      using rig = await provoked(refusal, { onRefusal: 'throw' });
      const sentCount = rig.upstream.requestCount;
      const error = await refusedCall(rig, refusal, openaiClient(rig, { maxRetries: 0 }));
      expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
      expect(error.cause).toBeInstanceOf(FuseboardError);
      expect(error.cause).toMatchObject({ code, hint: expect.stringContaining(refusal.hint) });
      expect(rig.upstream.requestCount).toBe(sentCount);
    },
  );
});
