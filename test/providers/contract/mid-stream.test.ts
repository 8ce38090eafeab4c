/** What may happen to a whole board, or to its time, while a stream is on its way. */
import { describe, expect, test } from 'vitest';

import { hasEnd } from './costs.ts';
import { PROFILES } from './profiles.ts';
import { subjectOf } from './subject.ts';
import { TOTAL_MS } from './calls.ts';
import { World } from './world.ts';

/** Chunks that have come when it happens: some of the start, none of the end. */
const CHUNKS = 5;
const ENDLESS = { firstTokenMs: null, idleMs: null } as const;
const STALL = { type: 'stall', afterChunks: CHUNKS } as const;

describe.each(PROFILES)('CRIT-47 $title, in mid-stream', (profile) => {
  const subject = subjectOf(profile);

  test('a client that waits is let go when the time for all of it is over', async () => {
    await using world = await World.open(profile, {
      fetch: { stream: { ...ENDLESS, totalMs: TOTAL_MS } },
    });
    const call = world.begin('stream', STALL);
    const client = await world.reading(call);
    await client.take(CHUNKS);
    const rest = client.rest();
    await world.clock.advanceAsync(TOTAL_MS - 1);
    expect(client.isOver).toBe(false);
    await world.clock.advanceAsync(1);
    await rest;
    const ended = await world.ended(call);
    expect(ended.outcome).toBe('failed');
    expect(client.frames.at(-1)).toMatch(/stream_timeout/);
    subject.books.check(ended, client.frames.slice(0, -1));
  });

  test('a call that takes too long has failed, and its client is told', async () => {
    await using world = await World.open(profile, {
      fetch: { stream: ENDLESS, breaker: { timeoutMs: 5_000 } },
    });
    const call = world.begin('stream', STALL);
    const client = await world.reading(call);
    await client.take(CHUNKS);
    const rest = client.rest();
    await world.clock.advanceAsync(5_000);
    await rest;
    const ended = await world.ended(call);
    expect(ended.outcome).toBe('failed');
    expect(ended.request?.ended).toBe('left');
    expect(client.frames.at(-1)).toMatch(/stream_timeout/);
    subject.books.check(ended, client.frames.slice(0, -1));
  });

  test('an emergency lets it go on, and stops the next one', async () => {
    const { books, whole } = subject;
    await using world = await World.open(profile);
    const call = world.begin('stream', { ...STALL, forMs: 1_000 });
    const client = await world.reading(call);
    await client.take(CHUNKS);
    world.board.emergencyShutdown('A drill.', { by: 'an operator' });
    const rest = client.rest();
    await world.clock.advanceAsync(1_000);
    await rest;
    const next = await world.begin('stream', { type: 'answer' }).response;
    expect(next.headers.get('x-fuseboard-refusal')).toBe('circuit_latched');
    world.board.resume('The drill is over.', { by: 'an operator' });
    const ended = await world.ended(call);
    expect(ended.outcome).toBe('succeeded');
    expect(client.frames).toHaveLength(whole.length);
    books.check(ended, client.frames);
  });

  test('a board that closes waits for it', async () => {
    const { books, whole } = subject;
    const world = await World.open(profile);
    const call = world.begin('stream', { ...STALL, forMs: 1_000 });
    const client = await world.reading(call);
    await client.take(CHUNKS);
    const closed = world.board.close({ drainTimeoutMs: 2_000 });
    const rest = client.rest();
    await world.clock.advanceAsync(1_000);
    await rest;
    await closed;
    expect(client.frames).toHaveLength(whole.length);
    const [settled, ...others] = world.settled;
    expect(others).toEqual([]);
    expect(settled?.outcome).toBe('succeeded');
    if (settled !== undefined) {
      books.check({ ...settled, state: 'closed', request: null }, client.frames);
    }
    await world[Symbol.asyncDispose]();
  });

  test('a board that cannot wait books its worst, and it goes on to its end', async () => {
    const { whole } = subject;
    const world = await World.open(profile);
    const call = world.begin('stream', { ...STALL, forMs: 2_000 });
    const client = await world.reading(call);
    await client.take(CHUNKS);
    const closed = world.board.close({ drainTimeoutMs: 1_000 });
    const rest = client.rest();
    await world.clock.advanceAsync(1_000);
    await closed;
    expect(world.settled).toHaveLength(1);
    expect(world.settled[0]).toMatchObject({
      basis: 'assumed',
      costNanoUsd: world.settled[0]?.worstNanoUsd,
    });
    await world.clock.advanceAsync(1_000);
    await rest;
    expect(client.error).toBe(null);
    expect(client.frames).toHaveLength(whole.length);
    expect(hasEnd(profile, client.frames)).toBe(true);
    await world[Symbol.asyncDispose]();
  });
});
