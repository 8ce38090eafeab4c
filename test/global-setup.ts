/**
 * Builds `dist/` once before the tests, because some of them use the package as its users do:
 * by its name, through its exports, as a command. Quick when nothing has changed. A type error
 * stops nothing here: that is the business of `npm run check:types`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function setup(): void {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    encoding: 'utf8',
  });
  const page = spawnSync('npm', ['run', '--silent', 'build:page'], { cwd: root, encoding: 'utf8' });
  if (page.status !== 0) throw new Error(`the page cannot be bundled:\n${page.stderr}`);
  if (!existsSync(join(root, 'dist', 'index.js'))) throw new Error(`the build failed:\n${stdout}`);
}
