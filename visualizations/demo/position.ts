/**
 * Where a run stands, in a small file beside the database: written whole or not at all, so that a
 * run that was killed can be taken up where it was.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

import { CommandError } from '../terminal/command-error.ts';

export interface Position {
  readonly version: 1;
  readonly seed: number;
  readonly durationMs: number;
  /** Number of the run on its database. @default 1 */
  readonly run?: number;
  /** Milliseconds from the story's beginning. */
  readonly elapsedMs: number;
  readonly isComplete: boolean;
  /** Whether another day follows. @default false */
  readonly isEndless?: boolean;
  /** The process that walks the story; null when it ended in good order. */
  readonly pid: number | null;
  /** Wall-clock milliseconds of the writing. */
  readonly atMs: number;
}

/** A run that has not written for so long has ended, whoever has its process id now. */
const ALIVE_FOR_MS = 3_000;

export const positionPath = (databasePath: string): string => `${databasePath}.position.json`;

/**
 * The position last written; null when there is none.
 * @throws CommandError when the file cannot be read or holds something else.
 */
export function readPosition(path: string): Position | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // Whether the path can be used at all is the store's to say.
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return null;
    throw new CommandError(
      `${path} cannot be read (${codeOf(error)})`,
      'Grant the permission, or name another database with --db.',
    );
  }
  const position = parsed(text);
  if (position !== null) return position;
  throw new CommandError(
    `${path} does not hold the position of a run`,
    'Start over with --fresh, which replaces it.',
  );
}

/** @throws CommandError when the file cannot be written; the old one stays as it was. */
export function writePosition(path: string, position: Position): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, `${JSON.stringify(position)}\n`);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new CommandError(
      `${path} cannot be written (${codeOf(error)})`,
      'Grant the permission, free some disk space, or name another database with --db.',
    );
  }
}

/** The process that is walking this story right now; null when none is. */
export function walkedBy(position: Position, nowMs: number): number | null {
  const { pid, atMs } = position;
  if (pid === null || pid === process.pid || nowMs - atMs > ALIVE_FOR_MS) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return codeOf(error) === 'EPERM' ? pid : null;
  }
}

function parsed(text: string): Position | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const {
    version,
    seed,
    run = 1,
    durationMs,
    elapsedMs,
    isComplete,
    isEndless = false,
    pid,
    atMs,
  } = value as Position;
  const isSpan = (ms: unknown): boolean => typeof ms === 'number' && ms >= 0 && Number.isFinite(ms);
  const isSound =
    version === 1 &&
    Number.isSafeInteger(seed) &&
    seed >= 0 &&
    Number.isSafeInteger(run) &&
    run >= 1 &&
    isSpan(durationMs) &&
    isSpan(elapsedMs) &&
    elapsedMs <= durationMs &&
    typeof isComplete === 'boolean' &&
    typeof isEndless === 'boolean' &&
    (pid === null || Number.isSafeInteger(pid)) &&
    isSpan(atMs);
  return isSound ? (value as Position) : null;
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';
