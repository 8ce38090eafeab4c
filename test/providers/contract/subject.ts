/** What the suites of one profile share: its world, and a stream that ended well to compare. */
import { afterAll, beforeAll, expect } from 'vitest';

import { booksOf, type Books } from './costs.ts';
import type { ContractProfile } from './profiles.ts';
import { World } from './world.ts';

export interface Subject {
  readonly world: World;
  /** Frames of a stream that ended well. */
  readonly whole: readonly string[];
  readonly books: Books;
}

/** Opens it for the tests of a `describe`. */
export function subjectOf(profile: ContractProfile): Subject {
  let subject: Subject | null = null;
  const opened = (): Subject => {
    if (subject === null) throw new Error('It is open in tests only.');
    return subject;
  };
  beforeAll(async () => {
    const world = await World.open(profile);
    const call = world.begin('stream', { type: 'answer' });
    const client = await world.reading(call);
    await client.rest();
    const ended = await world.ended(call);
    expect(ended.outcome).toBe('succeeded');
    const books = booksOf(profile, client.frames, ended.costNanoUsd);
    books.check(ended, client.frames);
    subject = { world, whole: client.frames, books };
  });
  afterAll(async () => {
    await subject?.world[Symbol.asyncDispose]();
  });
  return {
    get world() {
      return opened().world;
    },
    get whole() {
      return opened().whole;
    },
    get books() {
      return opened().books;
    },
  };
}

/** Runs a scenario for every number of chunks, and says after how many it went wrong. */
export async function atEvery(
  chunksMax: number,
  run: (chunks: number) => Promise<void>,
): Promise<void> {
  for (let chunks = 0; chunks <= chunksMax; chunks++) {
    try {
      await run(chunks);
    } catch (error) {
      if (error instanceof Error) error.message = `after ${chunks} chunks: ${error.message}`;
      throw error;
    }
  }
}
