/**
 * Plants each mutant in memory, runs the tests that must notice, and says which ones did not.
 * Prints a line for each; exits 1 when one survived. `npm run mutants`
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { MUTANTS, testsFor } from './mutants.ts';

const root = join(import.meta.dirname, '..', '..');
const require = createRequire(import.meta.url);
const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');

/** A fault may make the tests hang: that is noticed, too. */
const TIMEOUT_MS = 120_000;

/** Runs tests with a mutant planted; true when they fail. */
function fails(mutant: number | null, tests: string): Promise<boolean> {
  const config = join(import.meta.dirname, 'vitest.config.ts');
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--config', config, '--root', root, '--bail=1', tests],
    {
      cwd: root,
      env: { ...process.env, FUSEBOARD_MUTANT: String(mutant ?? '') },
      stdio: 'ignore',
      detached: true,
    },
  );
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), TIMEOUT_MS);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve(code !== 0);
    });
  });
}

let problems = 0;
const say = (ok: boolean, text: string): void => {
  if (!ok) problems++;
  process.stdout.write(`${ok ? 'caught  ' : 'PROBLEM '} ${text}\n`);
};

for (const tests of new Set(MUTANTS.map(testsFor))) {
  if (await fails(null, tests)) say(false, `${tests} fails without any mutant`);
}
for (const [index, mutant] of MUTANTS.entries()) {
  const { file, find, fault } = mutant;
  const tests = testsFor(mutant);
  const places = (await readFile(join(root, file), 'utf8')).split(find).length - 1;
  if (places !== 1) say(false, `${fault}: its text stands ${places} times in ${file}`);
  else say(await fails(index, tests), `${fault} (${file}, by ${tests})`);
}
process.stdout.write(`${MUTANTS.length} mutants, ${problems} problems\n`);
process.exitCode = problems > 0 ? 1 : 0;
