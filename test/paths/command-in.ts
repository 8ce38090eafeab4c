/** Runs `fuseboard paths` in this process, in a folder, and tells errors as the program does. */
import { CommandError } from '../../visualizations/terminal/command-error.ts';
import type { Output } from '../../visualizations/terminal/command-io.ts';
import { runPaths } from '../../visualizations/paths/paths-command.ts';
import type { Ended } from '../kit-tests/scratch-project.ts';

export interface CommandSettings {
  /** Whether standard error is a terminal. */
  readonly isTTY?: boolean;
  /** Milliseconds that pass between two looks at the clock. */
  readonly tickMs?: number;
}

export async function commandIn(
  folder: string,
  args: readonly string[],
  { isTTY = false, tickMs = 0 }: CommandSettings = {},
): Promise<Ended> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const before = process.cwd();
  let nowMs = 0;
  process.chdir(folder);
  try {
    const io = { stdout: collect(stdout, false), stderr: collect(stderr, isTTY) };
    const code = await runPaths(args, { io, nowMs: () => (nowMs += tickMs) });
    return { code, stdout: stdout.join(''), stderr: stderr.join('') };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const told = `fuseboard: ${error.message}\nhint: ${error.hint}\n`;
    return { code: error.exitCode, stdout: stdout.join(''), stderr: stderr.join('') + told };
  } finally {
    process.chdir(before);
  }
}

const collect = (texts: string[], isTTY: boolean): Output => ({
  isTTY,
  columns: 60,
  write: (text) => texts.push(text),
  on() {},
  off() {},
});
