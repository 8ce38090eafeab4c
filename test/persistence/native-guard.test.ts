/** Which better-sqlite3 may be loaded by which Node, decided before its native code runs. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import { loadSqlite, sqliteProblem } from '../../persistence/native-guard.ts';
import { scratchFile, scratchFolder } from './scratch.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NODE_20 = { node: '20.20.2', napi: '9' };

/** A folder in which better-sqlite3 is a package of this version whose code is `code`. */
function requireFrom(version: string, code: string) {
  const folder = scratchFolder();
  const home = join(folder, 'node_modules', 'better-sqlite3');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ version, main: 'index.js' }));
  writeFileSync(join(home, 'index.js'), code);
  return createRequire(join(folder, 'app.js'));
}

describe('sqliteProblem', () => {
  it.each([
    // better-sqlite3, Node, N-API, may load
    ['12.11.1', '20.19.0', '9', true],
    ['12.11.1', '22.22.0', '10', true],
    ['12.11.1', '26.10.0', '10', true],
    ['11.0.0', '20.19.0', '9', true],
    ['13.2.0', '20.20.2', '9', false],
    ['13.0.0-beta.1', '20.20.2', '9', false],
    ['13.2.0', '22.13.1', '9', false],
    ['13.2.0', '22.14.0', '10', true],
    ['13.2.0', '24.21.0', '10', true],
    ['13.2.0', '26.10.0', '11', true],
    ['14.0.0', '20.20.2', '9', false],
    ['13.2.0', '20.20.2', undefined, false],
    ['what?', '20.20.2', '9', false],
    ['what?', '24.21.0', '10', true],
  ])('better-sqlite3 %s on Node %s with N-API %s: %s', (sqlite, node, napi, mayLoad) => {
    const problem = sqliteProblem(sqlite, napi === undefined ? { node } : { node, napi });
    if (mayLoad) return expect(problem).toBeNull();
    expect(problem).toContain(`better-sqlite3 ${sqlite}`);
    expect(problem).toContain(`Node ${node}`);
  });
});

describe('loadSqlite', () => {
  it('loads the installed module', () => {
    const handle = new (loadSqlite())(':memory:', { timeout: 0 });
    expect(handle.prepare('SELECT 1').pluck().get()).toBe(1);
    handle.close();
  });

  it('refuses a version that would crash, before any of its code runs', () => {
    const requireModule = requireFrom('13.2.0', 'globalThis.nativeCodeRan = true');
    expect(() => loadSqlite({ requireModule, nodeVersions: NODE_20 })).toThrow(
      expect.objectContaining({
        code: 'sqlite_incompatible',
        message: expect.stringMatching(/better-sqlite3 13\.2\.0 .* Node 20\.20\.2/),
        hint: expect.stringContaining('npm install better-sqlite3@12'),
      }),
    );
    expect(globalThis).not.toHaveProperty('nativeCodeRan');
  });

  it('says that native code which cannot be loaded must be rebuilt', () => {
    const code = `throw new Error('compiled against NODE_MODULE_VERSION 115\\nand so on')`;
    const requireModule = requireFrom('12.11.1', code);
    expect(() => loadSqlite({ requireModule })).toThrow(
      expect.objectContaining({
        code: 'sqlite_incompatible',
        message: expect.stringMatching(/better-sqlite3 12\.11\.1 .* NODE_MODULE_VERSION 115$/),
        hint: expect.stringContaining('npm rebuild better-sqlite3'),
        cause: expect.objectContaining({ message: expect.stringContaining('and so on') }),
      }),
    );
  });

  it('says that the module is not installed', () => {
    const requireModule = createRequire(join(scratchFolder(), 'app.js'));
    expect(() => loadSqlite({ requireModule })).toThrow(
      expect.objectContaining({
        code: 'store_unavailable',
        message: 'better-sqlite3 is not installed.',
        hint: expect.stringContaining("'memory:'"),
      }),
    );
  });

  it('is not what a store in memory needs', async () => {
    const program = `
      import { openStore } from './persistence/open-store.ts';
      openStore(process.argv[1]).close();
      const natives = process.report.getReport().sharedObjects;
      console.log(natives.some((path) => /better[-_]sqlite3/.test(path)));`;
    const loadsNativeCode = async (target: string): Promise<string> => {
      const args = ['--import', 'tsx', '--input-type=module', '--eval', program, target];
      return (await promisify(execFile)(process.execPath, args, { cwd: ROOT })).stdout.trim();
    };
    expect(await loadsNativeCode('memory:')).toBe('false');
    expect(await loadsNativeCode(`sqlite:${scratchFile()}`)).toBe('true');
  });
});
