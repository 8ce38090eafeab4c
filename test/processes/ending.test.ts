/** Programs that end without a word to their board: what it owes is written all the same. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { openStore } from '../../persistence/open-store.ts';
import { scratchFolder } from '../cli/process.ts';
import { openRaw } from '../persistence/raw-file.ts';
import { lookInto } from './crash-site.ts';
import { start } from './programs.ts';

const TRIPS = {
  facts: ['failing open.cooling', 'held open.latched'],
  rows: [
    { name: 'failing', state: 'open.cooling', cause: 'consecutive_failures', tripCount: 1 },
    { name: 'held', state: 'open.latched', operatorEpoch: 1 },
  ],
};
const CLOSINGS = {
  facts: ['strained budget_limited', 'forced budget_limited', 'forced closed'],
  rows: [
    { name: 'forced', state: 'closed', operatorEpoch: 1, budget: 'ok' },
    { name: 'strained', state: 'budget_limited', budget: 'warned' },
  ],
};

const scratchStore = (): string => join(scratchFolder(), 'board.db');

const statesIn = (path: string): unknown =>
  lookInto(path).rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));

describe.each([
  ['just ends', 0],
  ['sets process.exitCode', 3],
  ['calls process.exit', 3],
  ['throws', 1],
  ['leaves a rejection unhandled', 1],
])('a program that %s', (way, code) => {
  test.each([
    ['trips', TRIPS],
    ['closings', CLOSINGS],
  ])('loses nothing of its last turn: %s', async (what, owed) => {
    const path = scratchStore();
    const program = await start('ending.ts', path, what, way);
    expect(await program.rest()).toEqual(['ending', ...owed.facts]);
    expect(await program.ended).toEqual({ code, signal: null });
    expect(statesIn(path)).toMatchObject(owed.rows);
  });
});

describe('a program that ends while another writes', () => {
  /** A store that somebody else is writing to. */
  function held() {
    const path = scratchStore();
    openStore(`sqlite:${path}`).close();
    const other = openRaw(path);
    other.exec('BEGIN IMMEDIATE');
    return { path, other };
  }

  test('waits for it to be done', async () => {
    const { path, other } = held();
    const program = await start('ending.ts', path, 'closings', 'calls process.exit');
    expect(await program.line()).toBe('ending');
    other.exec('COMMIT');
    expect(await program.rest()).toEqual(CLOSINGS.facts);
    expect(statesIn(path)).toMatchObject(CLOSINGS.rows);
  });

  test('waits no longer than it may, and says what it could not keep', async () => {
    const { path, other } = held();
    const program = await start('ending.ts', path, 'trips', 'calls process.exit');
    expect(await program.rest()).toEqual(['ending', ...TRIPS.facts, 'store.failed']);
    expect(await program.ended).toEqual({ code: 3, signal: null });
    other.exec('COMMIT');
    expect(statesIn(path)).toEqual([]);
  });
});
