/**
 * Which transitions of the built-in breaker its generated tests take, as the file that the
 * inspector reads. It cannot be generated there: the generator is for tests.
 *
 *   npx tsx test/inspector/tested-transitions.ts    writes the file anew
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';

import { format } from 'prettier';

import { breakerMachine } from '../../machines/breaker.ts';
import { createBreakerGraph } from '../kit/breaker-graph.ts';
import { generatePaths } from '../kit/generate-paths.ts';

export const TESTED_FILE = join(
  import.meta.dirname,
  '../../visualizations/inspector/tested-transitions.ts',
);

/** The text of the file. */
export async function testedTransitions(): Promise<string> {
  const { paths, transitions } = generatePaths(breakerMachine, createBreakerGraph());
  const taken = new Set(paths.flatMap(({ steps }) => steps.flatMap((step) => step.transitions)));
  const tested = transitions.filter((id) => taken.has(id));
  const text = `/**
 * Which transitions of the built-in breaker its generated tests take. Written by
 * test/inspector/tested-transitions.ts; a test holds it against the generator.
 */

/** Paths that are generated for the built-in breaker. */
export const TEST_COUNT = ${paths.length};

/** Ids of the configured transitions that one of them takes. */
export const TESTED: readonly string[] = ${JSON.stringify(tested)};
`;
  return format(text, { parser: 'typescript', singleQuote: true, printWidth: 100 });
}

if (argv[1] === import.meta.filename) writeFileSync(TESTED_FILE, await testedTransitions());
