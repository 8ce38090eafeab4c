/** The chunk that only we asked for: it is booked, and never reaches the client. */
import { describe, expect, test } from 'vitest';

import { PROFILES, type ContractProfile } from './profiles.ts';
import { atEvery, subjectOf } from './subject.ts';
import { World } from './world.ts';

const CHATS = PROFILES.find(({ title }) => title === 'openai chats') as ContractProfile;
/** Its client does not ask for the usage. */
const UNASKED: ContractProfile = {
  ...CHATS,
  body: {
    ...CHATS.body,
    stream: Object.fromEntries(
      Object.entries(CHATS.body.stream).filter(([name]) => name !== 'stream_options'),
    ),
  },
};
const isUsage = (frame: string): boolean => frame.includes('"choices":[]');

describe('CRIT-47 openai chats whose client asks for no usage', () => {
  const subject = subjectOf(CHATS);

  test('it is booked as if it was asked for, and kept from the client', async () => {
    await using world = await World.open(UNASKED);
    const { whole, books } = subject;
    const call = world.begin('stream', { type: 'answer' });
    const client = await world.reading(call);
    await client.rest();
    const ended = await world.ended(call);
    expect(ended.outcome).toBe('succeeded');
    expect(client.frames).toHaveLength(whole.filter((frame) => !isUsage(frame)).length);
    expect(client.frames.some(isUsage)).toBe(false);
    books.check(ended, whole);
  });

  test('a stream that tells of an error is booked by what came before it, at every chunk', async () => {
    await using world = await World.open(UNASKED);
    const { whole, books } = subject;
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
      expect(client.frames.some(isUsage)).toBe(false);
      books.check(ended, whole.slice(0, chunks));
    });
  });

  test('a stream whose connection breaks is booked by what came, at every chunk', async () => {
    await using world = await World.open(UNASKED);
    const { whole, books } = subject;
    await atEvery(whole.length, async (chunks) => {
      const call = world.begin('stream', { type: 'cut', afterChunks: chunks });
      const client = await world.reading(call);
      await client.rest();
      const ended = await world.ended(call);
      expect(ended.outcome).toBe('failed');
      expect(client.frames.some(isUsage)).toBe(false);
      // The usage may have come, and is not among what the client has.
      const { basis } = ended;
      if (basis === 'usage') books.check(ended, whole);
      else books.check(ended, client.frames.slice(0, -1), whole.slice(0, chunks));
    });
  });
});
