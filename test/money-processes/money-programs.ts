/**
 * The programs in `children/`, each bundled once and run under plain Node, as processes of their
 * own. What they print are lines of JSON. The package's dynamic imports stay files of their own, so
 * that a child loads no more than a user's program does.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import { PROJECT, scratchFolder } from '../cli/process.ts';
import { atEnd } from '../persistence/scratch.ts';

const built = new Map<string, Promise<string>>();

/** What is needed of esbuild, which tsx brings along. */
interface Bundler {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

async function bundled(file: string): Promise<string> {
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const { build } = createRequire(tsx)('esbuild') as Bundler;
  const outdir = scratchFolder();
  await build({
    entryPoints: [join(import.meta.dirname, 'children', file)],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // So that better-sqlite3 and the writer's thread, which are no part of a bundle, are found.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(PROJECT, 'index.ts')).href) },
  });
  return join(outdir, file.replace(/\.ts$/, '.mjs'));
}

/** Path of a child as plain JavaScript. `file` is its name in `children/`. */
export function programOf(file: string): Promise<string> {
  let path = built.get(file);
  if (path === undefined) built.set(file, (path = bundled(file)));
  return path;
}

/** A line that a child printed. */
export type Said = Readonly<Record<string, unknown>>;

export interface Child {
  readonly pid: number;
  /** Everything that it said so far. */
  readonly said: readonly Said[];
  /** Hands it a line of JSON. */
  tell(command: Said): void;
  /** The first line with these values, said already or later. Rejects when it ends without. */
  says(what: Said): Promise<Said>;
  kill(signal: NodeJS.Signals): void;
  /** `code`, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface StartOptions {
  /** A command to run node with, such as `prlimit`. @default none */
  readonly under?: readonly string[];
}

/** Starts a child; it is killed at the end of the test, if it has not ended. */
export async function startChild(
  file: string,
  args: readonly (string | number)[],
  { under = [] }: StartOptions = {},
): Promise<Child> {
  const path = await programOf(file);
  const { NODE_OPTIONS: _, ...env } = process.env;
  const [command, ...rest] = [...under, process.execPath, path, ...args.map(String)];
  const child = spawn(command as string, rest, { env });
  atEnd(() => void child.kill('SIGKILL'));
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  child.stdin.on('error', () => {});
  const said: Said[] = [];
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(JSON.parse(line) as Said);
    for (const listen of listeners) listen();
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    for (const listen of listeners) listen();
    return (code ?? signal) as number | NodeJS.Signals;
  });
  return {
    pid: child.pid as number,
    said,
    tell: (command) => void child.stdin.write(`${JSON.stringify(command)}\n`),
    says: (what) =>
      new Promise((found, lost) => {
        const look = (): void => {
          const line = said.find((one) => Object.entries(what).every(([key, v]) => one[key] === v));
          if (line === undefined) return;
          listeners.delete(look);
          found(line);
        };
        listeners.add(look);
        look();
        void ended.then(() => {
          look();
          const heard = said.map((line) => JSON.stringify(line)).join('\n');
          lost(new Error(`${file} never said ${JSON.stringify(what)}:\n${heard}\n${complaints}`));
        });
      }),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
