/** What Perplexity's own client makes of refusals and of the faults of its provider. */
import Perplexity from '@perplexity-ai/perplexity_ai';
import { describe, expect, test } from 'vitest';

import type { Behaviour } from '../../kit/providers/behaviours.ts';
import { REFUSALS, refusedAfter, refusing } from './refusals.ts';
import { errorOf, perplexityClient, perplexityRig, SECRET, SOON, type SdkRig } from './sdk-rig.ts';

const { APIConnectionError, APIError, AuthenticationError, BadRequestError } = Perplexity;
const { ConflictError, InternalServerError, NotFoundError, PermissionDeniedError } = Perplexity;
const { RateLimitError, UnprocessableEntityError } = Perplexity;

const AGENT = { model: 'perplexity/sonar', input: 'Who is who?', max_output_tokens: 100 };
const ONCE = { maxRetries: 0 } as const;

const ask = (rig: SdkRig, options = {}) => perplexityClient(rig, options).responses.create(AGENT);

/** Perplexity tells no limits in headers. */
const CASES = REFUSALS.filter(
  ({ code, retryAfter }) => code !== 'throttled' || retryAfter === null,
);

describe('CRIT-85 every refusal is an error of Perplexity’s client', () => {
  test.each(CASES.map((refusal) => [refusal.code, refusal.name, refusal] as const))(
    '%s, as %s',
    async (code, _, refusal) => {
      const { status, hint, retryAfter } = refusal;
      using rig = await refusing(refusal, perplexityRig, (on) => ask(on, ONCE));
      const [sentCount, askedCount] = [rig.upstream.requestCount, rig.askedCount];
      const error = await refusedAfter(rig, refusal, errorOf(ask(rig)));
      expect(error).toBeInstanceOf(status === 429 ? RateLimitError : InternalServerError);
      // Its errors keep the whole body: what is wrong is inside.
      expect(error).toMatchObject({ status, error: { error: { type: code, code: status } } });
      expect(error.message).toContain(hint);
      expect(error.message).not.toContain(SECRET);
      const { headers } = error as InstanceType<typeof APIError>;
      expect(headers?.get('x-should-retry')).toBe('false');
      expect(headers?.get('retry-after')).toBe(retryAfter);
      expect(rig.upstream.requestCount).toBe(sentCount);
      expect(rig.askedCount).toBe(askedCount + 1);
    },
  );
});

const FAULTS: readonly (readonly [Behaviour, object, string, number])[] = [
  [{ type: 'unauthorized' }, AuthenticationError, 'unauthorized', 1],
  [{ type: 'quota' }, AuthenticationError, 'over_quota', 1],
  [{ type: 'forbidden' }, PermissionDeniedError, 'unauthorized', 1],
  [{ type: 'retired' }, PermissionDeniedError, 'ignored', 1],
  [{ type: 'bad_request' }, BadRequestError, 'ignored', 1],
  [{ type: 'not_found' }, NotFoundError, 'ignored', 1],
  [{ type: 'too_large' }, APIError, 'ignored', 1],
  [{ type: 'unprocessable' }, UnprocessableEntityError, 'ignored', 1],
  [{ type: 'conflict', headers: SOON }, ConflictError, 'ignored', 3],
  [{ type: 'server_error', headers: SOON }, InternalServerError, 'failed', 3],
  [{ type: 'server_error', status: 504, headers: SOON }, InternalServerError, 'failed', 3],
  [{ type: 'overloaded', headers: SOON }, InternalServerError, 'failed', 3],
  [{ type: 'reset' }, APIConnectionError, 'failed', 3],
];

describe('CRIT-45 every fault of Perplexity’s', () => {
  test.each(FAULTS)(
    '%o raises its client’s own error',
    async (behaviour, raised, outcome, tries) => {
      for (const options of behaviour.type === 'reset' ? [ONCE] : [ONCE, {}]) {
        const rig = await perplexityRig();
        rig.behave(behaviour);
        const error = await errorOf(perplexityClient(rig, options).responses.create(AGENT));
        expect(error).toBeInstanceOf(raised);
        const sentCount = options === ONCE ? 1 : tries;
        expect(rig.upstream.requestCount).toBe(sentCount);
        expect(rig.outcomes()).toEqual(Array.from({ length: sentCount }, () => outcome));
      }
    },
  );
});
