/** Runs Node programs as users do, in processes of their own, and waits for what they print. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

export const PROJECT = resolve(import.meta.dirname, '../..');
export const CLI = join(PROJECT, 'dist/cli.js');

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  /** The first text that matches in what it has printed, or will. Rejects when it ends before. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** With these a demo calls real providers, which no test may. */
const CREDENTIALS = ['OPENAI_API_KEY', 'PERPLEXITY_API_KEY', 'LIGHTRAG_URL'] as const;

const running = new Set<ChildProcess>();
const folders: string[] = [];

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed when the file's tests are over. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fuseboard-'));
  folders.push(folder);
  return folder;
}

export const startCli = (args: readonly string[], options: StartOptions): Running =>
  startNode([CLI, ...args], options);

export const runCli = (args: readonly string[], options: StartOptions): Promise<Ended> =>
  startCli(args, options).ended;

export function startNode(args: readonly string[], { cwd, env = {} }: StartOptions): Running {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  for (const name of CREDENTIALS) delete inherited[name];
  const child = spawn(process.execPath, args, { cwd, env: { ...inherited, ...env } });
  running.add(child);
  child.stdin.end();
  const texts = { stdout: '', stderr: '' };
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    running.delete(child);
    return { code: code as Ended['code'], signal: signal as Ended['signal'], ...texts };
  });
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      child.emit('printed');
    });
  }
  const seen = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((found, lost) => {
      const look = (): void => {
        const match = pattern.exec(texts.stdout + texts.stderr);
        if (match === null) return;
        child.off('printed', look);
        found(match);
      };
      child.on('printed', look);
      look();
      void ended.then(() => {
        lost(new Error(`ended without ${String(pattern)}:\n${texts.stdout}${texts.stderr}`));
      });
    });
  return { pid: child.pid as number, seen, signal: (name) => void child.kill(name), ended };
}
