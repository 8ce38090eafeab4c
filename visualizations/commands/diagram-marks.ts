/** What `fuseboard diagram` is told to mark: a state by its name, transitions by their counts. */
import { readFile, stat } from 'node:fs/promises';

import { parentsOf, statesOf } from '../diagram/arrows.ts';
import type { Chart } from '../diagram/chart.ts';
import { CommandError, usageError } from '../terminal/command-error.ts';

const BYTES_MAX = 16_000_000;
const LISTED_MAX = 20;

/**
 * The states of a name such as `open.cooling`, or `door.shut + lamp.off`, with all around them.
 * @throws CommandError for a state that is not there, naming those that are.
 */
export function activeIdsOf(chart: Chart, name: string): ReadonlySet<string> {
  const states = statesOf(chart.root);
  const parents = parentsOf(chart.root);
  const active = new Set<string>();
  for (const part of name.split('+').map((each) => each.trim())) {
    const state = states.find((each) => each.name === part || each.id === part);
    if (state === undefined) {
      throw usageError(
        `--state: ${chart.id} has no state '${part}'`,
        `It has ${listed(states.slice(1).map((each) => each.name))}.`,
      );
    }
    active.add(state.id);
    for (let at = parents.get(state.id); at !== undefined; at = parents.get(at.id)) {
      active.add(at.id);
    }
  }
  return active;
}

/**
 * Counts of transitions from a file, or from stdin for `-`.
 * @throws CommandError for what cannot be read, is no such JSON, or names no transition.
 */
export async function hitsOf(
  chart: Chart,
  source: string,
  readStdin: () => Promise<string>,
): Promise<ReadonlyMap<string, number>> {
  const where = source === '-' ? 'stdin' : source;
  const text = source === '-' ? await readStdin() : await fileText(source);
  const counts = objectIn(text, where);
  const ids = new Set(chart.transitions.map(({ id }) => id));
  for (const [id, count] of counts) {
    if (!ids.has(id)) {
      throw new CommandError(
        `--heat: ${chart.id} has no transition '${id.slice(0, 200)}'`,
        `Its ids are in --format json; the first is '${[...ids][0] ?? ''}'.`,
      );
    }
    if (!Number.isSafeInteger(count) || (count as number) < 0) {
      throw new CommandError(
        `--heat: the count of '${id}' must be an integer of at least 0, got ${JSON.stringify(count).slice(0, 100)}`,
        SHAPE,
      );
    }
  }
  return new Map(counts as readonly (readonly [string, number])[]);
}

const SHAPE = 'For example { "closed --trip--> open.cooling": 3 }.';

async function fileText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= BYTES_MAX) return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      code === 'ENOENT' ? `--heat: there is no file ${path}` : `--heat: ${path} cannot be read`,
      'Give a file of JSON, or - to read it from stdin.',
    );
  }
  throw new CommandError(`--heat: ${path} is larger than ${BYTES_MAX / 1e6} MB`, SHAPE);
}

function objectIn(text: string, where: string): readonly (readonly [string, unknown])[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CommandError(`--heat: ${where} holds no JSON`, SHAPE);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value);
  }
  throw new CommandError(`--heat: ${where} holds no object of ids and counts`, SHAPE);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED_MAX).join(', ');
  const moreCount = names.length - LISTED_MAX;
  if (names.length === 0) return 'no states but itself';
  return moreCount > 0 ? `${shown} and ${moreCount} more` : shown;
}
