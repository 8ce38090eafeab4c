import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import {
  positionPath,
  readPosition,
  walkedBy,
  writePosition,
  type Position,
} from '../../visualizations/demo/position.ts';
import { PROJECT, scratchFolder, startNode } from '../cli/process.ts';

const position: Position = {
  version: 1,
  seed: 7,
  durationMs: 20_000,
  elapsedMs: 11_200.5,
  isComplete: false,
  pid: null,
  atMs: 1_000,
};

const file = (): string => positionPath(join(scratchFolder(), 'demo.db'));

describe('the position of a run', () => {
  test('is read as it was written, and nothing else is left beside it', () => {
    const path = file();
    expect(readPosition(path)).toBeNull();
    writePosition(path, position);
    writePosition(path, { ...position, elapsedMs: 12_000 });
    expect(readPosition(path)).toEqual({ ...position, elapsedMs: 12_000 });
    expect(readdirSync(join(path, '..'))).toEqual(['demo.db.position.json']);
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    JSON.stringify({ ...position, version: 2 }),
    JSON.stringify({ ...position, seed: 1.5 }),
    JSON.stringify({ ...position, elapsedMs: -1 }),
    JSON.stringify({ ...position, elapsedMs: 20_001 }),
    JSON.stringify({ ...position, durationMs: '20' }),
    JSON.stringify({ ...position, isComplete: 1 }),
    JSON.stringify({ ...position, isEndless: 1 }),
    JSON.stringify({ ...position, pid: 'me' }),
  ])('is refused with a way out where the file holds %j', (text) => {
    const path = file();
    writeFileSync(path, text);
    const refused = { message: `${path} does not hold the position of a run`, exitCode: 1 };
    expect(() => readPosition(path)).toThrow(expect.objectContaining(refused));
    expect(() => readPosition(path)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('--fresh') }),
    );
  });

  test('says which file cannot be read or written, and why', () => {
    const path = file();
    mkdirSync(path);
    expect(() => readPosition(path)).toThrow(`${path} cannot be read (EISDIR)`);
    const lost = join(path, 'nowhere', 'demo.db');
    expect(() => writePosition(lost, position)).toThrow(`${lost} cannot be written (ENOENT)`);
  });
});

describe('the process that walks a story', () => {
  test('is the one that wrote lately and still lives', async () => {
    const other = startNode(
      ['--eval', 'console.log("up"); process.stdin.resume(); setInterval(() => {}, 1e6)'],
      { cwd: PROJECT },
    );
    await other.seen(/up/);
    const theirs = { ...position, pid: other.pid };
    expect(walkedBy(theirs, 1_100)).toBe(other.pid);
    expect(walkedBy(theirs, 60_000)).toBeNull();
    other.signal('SIGKILL');
    await other.ended;
    expect(walkedBy(theirs, 1_100)).toBeNull();
  });

  test('is nobody where the run ended in good order, or where it is this process', () => {
    expect(walkedBy(position, 1_000)).toBeNull();
    expect(walkedBy({ ...position, pid: process.pid }, 1_000)).toBeNull();
  });
});
