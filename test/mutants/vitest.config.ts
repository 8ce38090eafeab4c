/** The project's tests with one mutant planted as its file is loaded. */
import { join, relative } from 'node:path';

import { defineConfig } from 'vitest/config';

import { MUTANTS } from './mutants.ts';

const root = join(import.meta.dirname, '..', '..');
const planted = process.env['FUSEBOARD_MUTANT'];
const mutant = planted === '' || planted === undefined ? undefined : MUTANTS[Number(planted)];

export default defineConfig({
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      transform(code, id) {
        if (relative(root, id.split('?')[0] ?? '') !== mutant?.file) return null;
        return code.replace(mutant.find, () => mutant.replace);
      },
    },
  ],
  test: { include: ['test/**/*.test.ts'], pool: 'forks', maxWorkers: 1, testTimeout: 60_000 },
});
