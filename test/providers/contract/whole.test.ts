/** The contract of answers that are no streams: every fault, for every profile. */
import { describe, expect, test } from 'vitest';

import type { Outcome } from '../../../services/outcome.ts';
import { simulateOpenAI } from '../../kit/providers/openai/simulate-openai.ts';
import type { Behaviour } from '../../kit/providers/behaviours.ts';
import { PROFILES } from './profiles.ts';
import { atEvery, subjectOf } from './subject.ts';
import { World } from './world.ts';

const REASON = new Error('The client has changed its mind.');
/** Pieces in which a whole answer is sent. */
const PIECES = 8;

/** Errors of the API: nothing was produced, so nothing is paid. */
const REFUSALS: readonly [Behaviour, Outcome][] = [
  [{ type: 'rate_limited' }, 'rate_limited'],
  [{ type: 'quota' }, 'over_quota'],
  [{ type: 'unauthorized' }, 'unauthorized'],
  [{ type: 'forbidden' }, 'unauthorized'],
  [{ type: 'bad_request' }, 'ignored'],
  [{ type: 'not_found' }, 'ignored'],
  [{ type: 'conflict' }, 'ignored'],
  [{ type: 'too_large' }, 'ignored'],
  [{ type: 'unprocessable' }, 'ignored'],
  [{ type: 'server_error', status: 500 }, 'failed'],
  [{ type: 'server_error', status: 502 }, 'failed'],
  [{ type: 'server_error', status: 503 }, 'failed'],
  [{ type: 'server_error', status: 504 }, 'failed'],
  [{ type: 'overloaded' }, 'failed'],
];

describe.each(PROFILES)('CRIT-47 $title, whole', (profile) => {
  const subject = subjectOf(profile);

  test('an answer is passed on as it came, and booked at what it says', async () => {
    const { world } = subject;
    const call = world.begin('whole', { type: 'answer' });
    const answer = (await (await call.response).json()) as Record<string, unknown>;
    const ended = await world.ended(call);
    expect(ended.outcome).toBe('succeeded');
    const billed = profile.billed(answer);
    if (billed !== null) expect(ended.costNanoUsd).toBe(billed);
    else expect(ended.basis).toMatch(/estimated|assumed/);
  });

  test.each(REFUSALS)('a refusal costs nothing and is told as it is: %o', async (...row) => {
    const [behaviour, usual] = row;
    const { world } = subject;
    const outcome = profile.outcomes?.[behaviour.type] ?? usual;
    const call = world.begin('whole', behaviour);
    const response = await call.response;
    expect(response.ok).toBe(false);
    await response.text();
    const ended = await world.ended(call);
    expect(ended).toMatchObject({ outcome, costNanoUsd: 0, basis: 'none' });
  });

  test('a connection that breaks within the answer is a failure, at every piece', async () => {
    const { world } = subject;
    await atEvery(PIECES - 1, async (pieces) => {
      const call = world.begin('whole', { type: 'cut', afterChunks: pieces });
      await expect(call.response).rejects.toThrow(/terminated|fetch failed/);
      expect(await world.ended(call)).toMatchObject({ outcome: 'failed', basis: 'assumed' });
    });
  });

  test('an answer that ends within its JSON is a failure, at every piece', async () => {
    const { world } = subject;
    await atEvery(PIECES - 1, async (pieces) => {
      const call = world.begin('whole', { type: 'unfinished', afterChunks: pieces });
      await (await call.response).text();
      expect(await world.ended(call)).toMatchObject({ outcome: 'failed', basis: 'assumed' });
    });
  });

  test('a client that aborts is no failure, at every piece', async () => {
    const { world } = subject;
    await atEvery(PIECES - 1, async (pieces) => {
      const call = world.begin('whole', { type: 'stall', afterChunks: pieces });
      await world.upstream.received(call.earlierCount + 1);
      const request = world.upstream.requests.at(-1);
      await world.until(() => request?.chunkCount === pieces, 'its pieces are sent');
      call.controller.abort(REASON);
      await expect(call.response).rejects.toBe(REASON);
      const ended = await world.ended(call);
      expect(ended).toMatchObject({ outcome: 'cancelled', basis: 'assumed' });
      expect(ended.request?.ended).toBe('left');
    });
  });

  test('a connection that is reset may have been paid for', async () => {
    const { world } = subject;
    const call = world.begin('whole', { type: 'reset' });
    await expect(call.response).rejects.toThrow('fetch failed');
    expect(await world.ended(call)).toMatchObject({ outcome: 'failed', basis: 'assumed' });
  });

  test.each<Behaviour>([{ type: 'bad_json' }, { type: 'empty' }])(
    'an answer that is no JSON is a failure: %o',
    async (behaviour) => {
      const { world } = subject;
      const call = world.begin('whole', behaviour);
      await (await call.response).text();
      expect(await world.ended(call)).toMatchObject({ outcome: 'failed', basis: 'assumed' });
    },
  );

  test('where nobody listens nothing was sent, and nothing is paid', async () => {
    await using world = await World.open(profile);
    const nobody = await simulateOpenAI();
    await nobody.close();
    const call = world.begin('whole', { type: 'answer' }, world.fetch, nobody.url);
    await expect(call.response).rejects.toThrow('fetch failed');
    const ended = await world.ended(call);
    expect(ended).toMatchObject({ outcome: 'failed', costNanoUsd: 0, basis: 'none' });
    expect(ended.request).toBe(null);
  });

  test('a call that takes too long has failed, before its headers and within its body', async () => {
    await using world = await World.open(profile, { fetch: { breaker: { timeoutMs: 2_000 } } });
    for (const behaviour of [{ type: 'stall' }, { type: 'stall', afterChunks: 4 }] as const) {
      const call = world.begin('whole', behaviour);
      await world.upstream.received(call.earlierCount + 1);
      await world.clock.advanceAsync(2_000);
      await expect(call.response).rejects.toMatchObject({ code: 'timeout' });
      const ended = await world.ended(call);
      expect(ended).toMatchObject({ outcome: 'failed', basis: 'assumed' });
      expect(ended.request?.ended).toBe('left');
    }
  });

  test('an answer that is too long to be looked at is passed on, and may be aborted', async () => {
    const bytes = 2_000_000;
    await using world = await World.open(profile, { fetch: { bodyBytesMax: 10_000 } });
    const call = world.begin('whole', { type: 'huge', bytes });
    const answer = (await (await call.response).json()) as { readonly padding: string };
    expect(answer.padding).toHaveLength(bytes);
    expect(await world.ended(call)).toMatchObject({ outcome: 'succeeded', basis: 'assumed' });

    const aborted = world.begin('whole', { type: 'huge', bytes: 5 * bytes });
    const reading = (await aborted.response).text();
    aborted.controller.abort(REASON);
    await expect(reading).rejects.toBe(REASON);
    expect((await world.ended(aborted)).request?.ended).toBe('left');
  });
});
