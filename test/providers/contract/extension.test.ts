/** Streams that grow beyond what was reserved for them. */
import { describe, expect, test } from 'vitest';

import { lightragProfile, type NanoUsd } from '../../../index.ts';
import { booksOf } from './costs.ts';
import { PROFILES, type ContractProfile } from './profiles.ts';
import { ANSWER, type Call } from './calls.ts';
import { World } from './world.ts';
import type { StreamClient } from './stream-client.ts';

const LONG_ANSWER = Array.from({ length: 80 }, () => ANSWER).join(' ');
/** What is reserved for, where the request does not say; the model does not know of it. */
const FETCH = { outputCap: false, breaker: { defaultMaxOutputTokens: 10 } } as const;
const CAPS = ['max_completion_tokens', 'max_output_tokens', 'max_tokens', 'cap'];
/** Nano-dollars that the budget has beyond the first reservation: about 100 tokens of output. */
const SPARE = 200_000;
/**
 * Text that may pass before its cost is looked at: 256 bytes, or an eighth of what has passed. Here
 * a word has five, and a token costs 2,500 at most.
 */
const STEP_NANO_USD = (256 / 5) * 2_500;

/** The same profile, with requests that name no limit. */
function uncapped(profile: ContractProfile): ContractProfile {
  const without = (body: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(body).filter(([name]) => !CAPS.includes(name)));
  const { stream, whole } = profile.body;
  const isLightrag = profile.title.startsWith('lightrag');
  return {
    ...profile,
    body: { stream: without(stream), whole: without(whole) },
    provider: isLightrag
      ? lightragProfile({ model: 'rag-model', answerTokensMax: 10, contextTokens: 100 })
      : profile.provider,
  };
}

/** Reads a stream to its end, one frame a millisecond. */
async function drip(world: World): Promise<[Call, StreamClient]> {
  const call = world.begin('stream', { type: 'drip', gapMs: 1 });
  const reading = world.reading(call);
  await world.upstream.received(call.earlierCount + 1);
  const client = await reading;
  const rest = client.rest();
  while (!client.isOver) await world.clock.advanceAsync(1);
  await rest;
  return [call, client];
}

describe.each(PROFILES.map(uncapped))('CRIT-47 $title, beyond its reservation', (profile) => {
  test('a longer answer is paid out of the budget', async () => {
    await using world = await World.open(profile, { fetch: FETCH, answer: LONG_ANSWER });
    const [call, client] = await drip(world);
    const ended = await world.ended(call);
    expect(ended.outcome).toBe('succeeded');
    const books = booksOf(profile, client.frames, ended.costNanoUsd);
    books.check(ended, client.frames);
  });

  test('a longer answer is stopped where the budget ends, and its client is told', async () => {
    const worst = await firstReservation();
    const limit = (worst + SPARE) as NanoUsd;
    await using world = await World.open(profile, { fetch: FETCH, answer: LONG_ANSWER, limit });
    const [call, client] = await drip(world);
    await world.settledUntil(call);
    await world.makeRich();
    const ended = await world.ended(call);
    expect(ended.outcome).toBe('cancelled');
    expect(ended.request?.ended).toBe('left');
    expect(client.error).toBe(null);
    expect(client.frames.at(-1)).toMatch(/budget_exceeded/);
    expect(ended.costNanoUsd).toBeLessThanOrEqual(limit + STEP_NANO_USD);
    if (ended.basis === 'assumed') expect(ended.costNanoUsd).toBeLessThanOrEqual(limit);
  });

  async function firstReservation(): Promise<number> {
    await using world = await World.open(profile, { fetch: FETCH, answer: 'one' });
    const [call] = await drip(world);
    return (await world.ended(call)).worstNanoUsd;
  }
});
