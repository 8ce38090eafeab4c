/** Runs a TypeScript program in a process of its own and talks with it, line by line. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { atEnd } from './scratch.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Child {
  /** The next line it writes. Rejects with what it wrote to stderr when it ends before. */
  line(): Promise<string>;
  tell(line: string): void;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Every line that `line()` has not given, once it has ended. */
  rest(): Promise<readonly string[]>;
}

/** `script` is the name of a file in `children/`. */
export function startChild(script: string, ...args: readonly string[]): Child {
  const file = fileURLToPath(new URL(`children/${script}`, import.meta.url));
  const process_ = spawn(process.execPath, ['--import', 'tsx', file, ...args], { cwd: ROOT });
  atEnd(() => void process_.kill('SIGKILL'));
  const closed = once(process_, 'close');
  let complaints = '';
  process_.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  process_.stdin.on('error', () => {});
  const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();

  return {
    async line() {
      const next = await lines.next();
      if (next.done !== true) return next.value;
      await closed;
      throw new Error(`${script} ended: ${complaints}`);
    },
    tell: (line) => void process_.stdin.write(`${line}\n`),
    async kill() {
      process_.kill('SIGKILL');
      await closed;
    },
    async rest() {
      const rest: string[] = [];
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
        rest.push(next.value);
      }
      return rest;
    },
  };
}

/** What a child reports of an error. */
export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}
