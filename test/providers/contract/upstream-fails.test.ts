/** The contract of streams that the upstream spoils: at every chunk, for every profile. */
import { describe, expect, test } from 'vitest';

import { PROFILES } from './profiles.ts';
import { atEvery, subjectOf } from './subject.ts';
import { ANSWER_TOKENS } from './calls.ts';

describe.each(PROFILES)('CRIT-47 $title', (profile) => {
  const subject = subjectOf(profile);
  const isOurs = (frame: string | undefined): boolean => frame?.includes('stream_cut') === true;

  test('a stream whose connection breaks has failed, at every chunk', async () => {
    const { world, whole, books } = subject;
    await atEvery(whole.length, async (chunks) => {
      const call = world.begin('stream', { type: 'cut', afterChunks: chunks });
      const client = await world.reading(call);
      await client.rest();
      const ended = await world.ended(call);
      expect(ended.outcome).toBe('failed');
      expect(ended.request?.ended).toBe('closed');
      expect(client.error).toBe(null);
      expect(client.frames.at(-1), 'its client is told').toMatch(/stream_cut/);
      books.check(ended, client.frames.slice(0, -1), whole.slice(0, chunks));
    });
  });

  test('a stream that ends without its proper end has failed, at every chunk', async () => {
    const { world, books } = subject;
    await atEvery(ANSWER_TOKENS, async (chunks) => {
      const call = world.begin('stream', { type: 'unfinished', afterChunks: chunks });
      const client = await world.reading(call);
      await client.rest();
      const ended = await world.ended(call);
      expect(ended.outcome).toBe('failed');
      expect(client.error).toBe(null);
      expect(client.frames.at(-1), 'its client is told').toMatch(/stream_cut/);
      books.check(ended, client.frames.slice(0, -1));
    });
  });

  test('a stream that tells of an error has failed, at every chunk', async () => {
    const { world, whole, books } = subject;
    await atEvery(whole.length, async (chunks) => {
      const call = world.begin('stream', {
        type: 'error_frame',
        afterChunks: chunks,
        code: 'server_error',
        message: 'Something broke.',
      });
      const client = await world.reading(call);
      await client.rest();
      const ended = await world.ended(call);
      expect(ended.outcome).toBe('failed');
      expect(client.frames).toHaveLength(chunks + 1);
      expect(client.frames.at(-1), 'in the words of its own').toMatch(/Something broke\./);
      books.check(ended, client.frames.slice(0, -1));
    });
  });

  test('a frame that is no JSON passes as it came, at every chunk', async () => {
    const { world, whole, books } = subject;
    await atEvery(whole.length - 1, async (chunks) => {
      const call = world.begin('stream', { type: 'bad_json', afterChunks: chunks });
      const client = await world.reading(call);
      await client.rest();
      const ended = await world.ended(call);
      const isLast = chunks === whole.length - 1;
      expect(ended.outcome).toBe(profile.failsOnBadJson || isLast ? 'failed' : 'succeeded');
      const frames = isOurs(client.frames.at(-1)) ? client.frames.slice(0, -1) : client.frames;
      expect(frames).toHaveLength(whole.length);
      books.check(ended, frames);
    });
  });

  test('an answer of nothing has failed', async () => {
    const { world, books } = subject;
    const call = world.begin('stream', { type: 'empty' });
    const client = await world.reading(call);
    await client.rest();
    const ended = await world.ended(call);
    expect(ended.outcome).toBe('failed');
    expect(client.frames).toHaveLength(1);
    books.check(ended, []);
  });
});
