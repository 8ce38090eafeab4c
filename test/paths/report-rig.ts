/** Reports as files in a folder of their own, and a machine to report on. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll } from 'vitest';
import { setup, type AnyStateMachine } from 'xstate';

import { reportPage } from '../../visualizations/paths/report/report-page.ts';
import { generatePaths, type GeneratePathsOptions } from '../kit/index.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

/** Writes the report of a machine's paths; answers with its address. */
export async function reportOf(
  machine: AnyStateMachine,
  options: GeneratePathsOptions = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fuseboard-report-'));
  folders.push(folder);
  const file = join(folder, 'report.html');
  await writeFile(file, await reportPage(machine, generatePaths(machine, options), 'a command'));
  return pathToFileURL(file).href;
}

/** Two of its transitions are never taken. */
export const gateMachine = setup({
  types: { events: {} as { type: 'OPEN' | 'CLOSE' | 'KICK' | 'LOCK' | 'TURN' } },
  guards: { isBroken: () => false },
}).createMachine({
  id: 'gate',
  description: 'A gate in a wall.',
  initial: 'closed',
  states: {
    closed: { on: { OPEN: 'open', LOCK: 'locked', KICK: { guard: 'isBroken', target: 'open' } } },
    open: { on: { CLOSE: 'closed' }, after: { 5_000: 'closed' } },
    locked: {
      initial: 'once',
      states: { once: { on: { TURN: 'twice' } }, twice: {} },
      on: { OPEN: { guard: 'isBroken', target: 'open' } },
    },
  },
});
