/**
 * The programs in `children/`, as processes or threads of their own. Each is bundled into one file
 * and runs under plain Node: hundreds of them are started, and loading modules one by one, or
 * through tsx, would take most of their time.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import { afterAll } from 'vitest';

import { PROJECT, scratchFolder } from '../cli/process.ts';

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

const built = new Map<string, Promise<string>>();

/** Path of a child as plain JavaScript. `file` is its name in `children/`. */
export function programOf(file: string): Promise<string> {
  let path = built.get(file);
  if (path === undefined) built.set(file, (path = bundled(file)));
  return path;
}

/** What is needed of esbuild, which tsx brings along. */
interface Bundler {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

async function bundled(file: string): Promise<string> {
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const { build } = createRequire(tsx)('esbuild') as Bundler;
  const path = join(scratchFolder(), file.replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [join(import.meta.dirname, 'children', file)],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // So that better-sqlite3, which is no part of a bundle, is found.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(PROJECT, 'index.ts'))) },
  });
  return path;
}

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program {
  /** The next line it prints. Rejects with what it complained of when it ends before. */
  line(): Promise<string>;
  tell(line: string): void;
  kill(): void;
  /** Every line that `line()` has not given, once it has ended. */
  rest(): Promise<readonly string[]>;
  readonly ended: Promise<Ended>;
}

/** Starts a child as a process. */
export async function start(file: string, ...args: readonly string[]): Promise<Program> {
  const path = await programOf(file);
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [path, ...args], { env });
  running.add(child);
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  child.stdin.on('error', () => {});
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    running.delete(child);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async line() {
      const next = await lines.next();
      if (next.done !== true) return next.value;
      await ended;
      throw new Error(`${file} ended: ${complaints}`);
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    kill: () => void child.kill('SIGKILL'),
    async rest() {
      const rest: string[] = [];
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
        rest.push(next.value);
      }
      return rest;
    },
    ended,
  };
}
