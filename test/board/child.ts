/** Runs a program in a process of its own and hears how it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { atEnd } from '../persistence/scratch.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface EndedChild {
  readonly exitCode: number | null;
  readonly lines: readonly string[];
  readonly complaints: string;
}

/** Path of a script in `children/`. */
export const childPath = (script: string): string =>
  fileURLToPath(new URL(`children/${script}`, import.meta.url));

/** Waits until the program ends by itself. */
export async function runChild(script: string, ...args: string[]): Promise<EndedChild> {
  const command = ['--import', 'tsx', childPath(script), ...args];
  const child = spawn(process.execPath, command, { cwd: ROOT });
  atEnd(() => void child.kill('SIGKILL'));
  let output = '';
  let complaints = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, lines: output.split('\n').filter((line) => line !== ''), complaints };
}
