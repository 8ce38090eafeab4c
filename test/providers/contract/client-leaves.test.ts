/** The contract of streams whose client leaves, or waits in vain: at every chunk, every profile. */
import { describe, expect, test } from 'vitest';

import { hasEnd, hasText } from './costs.ts';
import { PROFILES } from './profiles.ts';
import { atEvery, subjectOf } from './subject.ts';
import { FIRST_TOKEN_MS, IDLE_MS, TOTAL_MS } from './calls.ts';

const REASON = new Error('The client has changed its mind.');

describe.each(PROFILES)('CRIT-47 $title', (profile) => {
  const subject = subjectOf(profile);

  test('a client that aborts is no failure, and the upstream is told, at every chunk', async () => {
    const { world, whole, books } = subject;
    await atEvery(whole.length, async (chunks) => {
      const call = world.begin('stream', { type: 'stall', afterChunks: chunks });
      const client = await world.reading(call);
      await client.take(chunks);
      call.controller.abort(REASON);
      await client.rest();
      const ended = await world.ended(call);
      expect(client.error).toBe(REASON);
      // Whoever stops where the answer ends has had all of it.
      expect(ended.outcome).toBe(hasEnd(profile, client.frames) ? 'succeeded' : 'cancelled');
      expect(ended.request?.ended).toBe('left');
      books.check(ended, client.frames);
    });
  });

  test('a client that cancels the body pays for what came, at every chunk', async () => {
    const { world, whole, books } = subject;
    await atEvery(whole.length, async (chunks) => {
      const call = world.begin('stream', { type: 'stall', afterChunks: chunks });
      const client = await world.reading(call);
      await client.take(chunks);
      await client.cancel();
      const ended = await world.ended(call);
      expect(ended.outcome).toBe(hasEnd(profile, client.frames) ? 'succeeded' : 'cancelled');
      expect(ended.request?.ended).toBe('left');
      books.check(ended, client.frames);
    });
  });

  test('a stream that falls silent is stopped at its deadline, at every chunk', async () => {
    const { world, whole, books } = subject;
    await atEvery(whole.length, async (chunks) => {
      const call = world.begin('stream', { type: 'stall', afterChunks: chunks });
      const client = await world.reading(call);
      await client.take(chunks);
      const { frames } = client;
      const isEnded = hasEnd(profile, frames);
      const waitsMs = hasText(profile, frames) ? IDLE_MS : FIRST_TOKEN_MS;
      const rest = client.rest();
      await world.clock.advanceAsync(waitsMs - 1);
      expect(client.isOver).toBe(false);
      await world.clock.advanceAsync(1);
      await rest;
      const ended = await world.ended(call);
      expect(ended.outcome).toBe(isEnded ? 'succeeded' : 'failed');
      expect(ended.request?.ended).toBe('left');
      expect(client.error).toBe(null);
      expect(frames).toHaveLength(chunks + (isEnded ? 0 : 1));
      if (!isEnded) expect(frames.at(-1)).toMatch(/stream_timeout/);
      books.check(ended, isEnded ? frames : frames.slice(0, -1));
    });
  });

  test('a stream whose client stops reading ends at its deadline, at every chunk', async () => {
    const { world, whole, books } = subject;
    await atEvery(whole.length, async (chunks) => {
      const call = world.begin('stream', { type: 'stall', afterChunks: chunks });
      const client = await world.reading(call);
      await client.take(chunks);
      const isEnded = hasEnd(profile, client.frames);
      // Where the answer has ended, nobody needs to read on for the call to end.
      await world.clock.advanceAsync(isEnded ? IDLE_MS : TOTAL_MS);
      const ended = await world.ended(call);
      // The provider did not keep anybody waiting.
      expect(ended.outcome).toBe(isEnded ? 'succeeded' : 'cancelled');
      expect(ended.request?.ended).toBe('left');
      books.check(ended, client.frames);
      await client.rest();
      expect(client.frames.at(-1)?.includes('stream_timeout')).toBe(!isEnded);
    });
  });

  test('before the first byte a client may abort, and a deadline passes', async () => {
    const { world } = subject;
    const aborted = world.begin('stream', { type: 'stall' });
    await world.upstream.received(aborted.earlierCount + 1);
    aborted.controller.abort(REASON);
    await expect(aborted.response).rejects.toBe(REASON);
    expect(await world.ended(aborted)).toMatchObject({ outcome: 'cancelled', basis: 'assumed' });

    const late = world.begin('stream', { type: 'stall' });
    await world.upstream.received(late.earlierCount + 1);
    await world.clock.advanceAsync(FIRST_TOKEN_MS);
    await expect(late.response).rejects.toMatchObject({ code: 'timeout' });
    expect(await world.ended(late)).toMatchObject({ outcome: 'failed', basis: 'assumed' });
  });
});
