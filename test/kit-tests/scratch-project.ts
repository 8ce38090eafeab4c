/**
 * A user's project in a temporary folder: the package, xstate and vitest stand in its
 * node_modules, and `fuseboard/testing` is found there by name, through the built package.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const PROJECT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class ScratchProject {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder, with these packages of ours. */
  static async make(packages = ['xstate', 'vitest']): Promise<ScratchProject> {
    const folder = await mkdtemp(join(tmpdir(), 'fuseboard-kit-'));
    const project = new ScratchProject(folder);
    await project.write('package.json', '{ "type": "module", "private": true }');
    await mkdir(join(folder, 'node_modules'));
    await symlink(PROJECT, join(folder, 'node_modules/fuseboard'));
    for (const name of packages) {
      const link = join(folder, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(PROJECT, 'node_modules', name), link);
    }
    return project;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), text);
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  /** Runs a script of the project's node_modules, or `-e` with a program. */
  node(...args: readonly string[]): Promise<Ended> {
    return this.#run(process.execPath, args);
  }

  /** Runs a line as a shell does. */
  shell(line: string): Promise<Ended> {
    return this.#run('/bin/sh', ['-c', line]);
  }

  async #run(program: string, args: readonly string[]): Promise<Ended> {
    try {
      const { stdout, stderr } = await run(program, [...args], {
        cwd: this.folder,
        env: { ...process.env, NO_COLOR: '1', VITEST: undefined, NODE_OPTIONS: undefined },
      });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as Ended;
      return { code, stdout, stderr };
    }
  }

  /** `fuseboard paths` as a user runs it. */
  paths(...args: readonly string[]): Promise<Ended> {
    return this.node('node_modules/fuseboard/dist/cli.js', 'paths', ...args);
  }

  vitest(...files: readonly string[]): Promise<Ended> {
    return this.node('node_modules/vitest/vitest.mjs', 'run', ...files);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
