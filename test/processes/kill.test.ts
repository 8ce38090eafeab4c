/** kill -9 while breakers change state: the store holds one moment, whole, and a late one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { scratchFolder } from '../cli/process.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { agreementOf, parseLog, rowsByName, type Rows } from './churn-log.ts';
import { lookInto, lookIntoCopy } from './crash-site.ts';
import { start } from './programs.ts';

const KILLS = 200;
/** Programs at a time, each with a file of its own, which it hands on to its successor. */
const LANES = 2;
/** Every so many programs one does only what may be written a little later. */
const QUIET_EVERY = 20;
const CHANGES_MAX = 200;

interface Tally {
  kills: number;
  /** Kills between a change and its storing. */
  early: number;
  changes: number;
}

/** Programs, one after the other, on one file: each is killed, and each goes on where it ended. */
async function live(lane: number, lives: number, tally: Tally): Promise<void> {
  const folder = scratchFolder();
  const path = join(folder, 'board.db');
  const random = seededRandom(lane);
  let before: Rows = new Map();
  for (let life = 1; life <= lives; life += 1) {
    const mood = life % QUIET_EVERY === 0 ? 'quiet' : 'loud';
    const seed = Math.floor(random() * 2 ** 32);
    const changesMax = Math.ceil(random() ** 2 * CHANGES_MAX);
    const told = `lane ${lane}, life ${life}: seed ${seed}, ${mood}, killed at ${changesMax}`;

    const logPath = join(folder, `${life}.log`);
    const program = await start('churn.ts', path, logPath, String(seed), mood);
    expect(await program.line(), told).toBe('ready');
    for (let heard = 0; heard < changesMax; heard += 1) await program.line();
    program.kill();
    expect(await program.ended, told).toEqual({ code: null, signal: 'SIGKILL' });

    const { rows, setAside, integrity } = lookIntoCopy(path);
    expect(integrity, told).toBe('ok');
    expect(setAside, told).toEqual([]);
    const stored = rowsByName(rows);
    const log = parseLog(readFileSync(logPath, 'utf8'));
    const { found, atLeast, last } = agreementOf(before, log, stored);
    if (found === null) {
      throw new Error(`${told}: no moment of the log is what is stored:\n${String([...stored])}`);
    }
    expect(found, `${told}: the stored states are too old`).toBeGreaterThanOrEqual(atLeast);

    tally.kills += 1;
    tally.early += found < last ? 1 : 0;
    tally.changes += log.filter((line) => 'row' in line).length;
    before = stored;
  }
  expect(lookInto(path)).toMatchObject({ integrity: 'ok', setAside: [] });
}

test(`kill -9 during transitions, ${KILLS} times: the restored state really was, never torn`, async () => {
  const tally: Tally = { kills: 0, early: 0, changes: 0 };
  const lanes = Array.from({ length: LANES }, (_, lane) => live(lane, KILLS / LANES, tally));
  await Promise.all(lanes);
  expect(tally.kills).toBe(KILLS);
  // Or the kills came when nothing was going on, and all of the above says little.
  expect(tally.early).toBeGreaterThan(KILLS / 20);
}, 300_000);
