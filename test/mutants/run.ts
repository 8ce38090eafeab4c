/**
 * Plants each mutant in memory, runs the tests that must notice, and says which ones did not.
 * Prints a line for each; exits 1 when one survived. `npm run mutants`
 */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import { createVitest, type ViteUserConfig } from 'vitest/node';

import { MUTANTS, testsFor, type Mutant } from './mutants.ts';

const root = join(import.meta.dirname, '..', '..');

type Plugin = NonNullable<ViteUserConfig['plugins']>[number];

/** Changes one file as it is loaded. */
const plant = ({ file, find, replace }: Mutant): Plugin => ({
  name: 'mutant',
  enforce: 'pre',
  transform(code, id) {
    return relative(root, id.split('?')[0] ?? '') === file
      ? code.replace(find, () => replace)
      : null;
  },
});

/** True when at least one test fails, or a file does not even load. */
async function fails(mutant: Mutant | null, tests: string): Promise<boolean> {
  const vitest = await createVitest(
    'test',
    { root, watch: false, bail: 1, reporters: [{}], globalSetup: [], passWithNoTests: false },
    { plugins: mutant === null ? [] : [plant(mutant)] },
  );
  try {
    const { testModules, unhandledErrors } = await vitest.start([tests]);
    if (testModules.length === 0) throw new Error(`no test is in ${tests}`);
    return unhandledErrors.length > 0 || testModules.some((module) => !module.ok());
  } finally {
    await vitest.close();
  }
}

let problems = 0;
const say = (ok: boolean, text: string): void => {
  if (!ok) problems++;
  process.stdout.write(`${ok ? 'caught  ' : 'PROBLEM '} ${text}\n`);
};

for (const tests of new Set(MUTANTS.map(testsFor))) {
  if (await fails(null, tests)) say(false, `${tests} fails without any mutant`);
}
for (const mutant of MUTANTS) {
  const { file, find, fault } = mutant;
  const text = await readFile(join(root, file), 'utf8');
  const places = text.split(find).length - 1;
  if (places !== 1) say(false, `${fault}: its text stands ${places} times in ${file}`);
  else say(await fails(mutant, testsFor(mutant)), `${fault} (${file}, by ${testsFor(mutant)})`);
}
process.stdout.write(`${MUTANTS.length} mutants, ${problems} problems\n`);
process.exitCode = problems > 0 ? 1 : 0;
