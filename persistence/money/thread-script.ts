/** Where the writer thread's program lies: it is started by path, not imported. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { FuseboardError } from '../../services/errors.ts';

const SCRIPT = 'money-thread.js';
const IN_PACKAGE = `dist/persistence/money/${SCRIPT}`;

/**
 * Beside this module where the package runs as it is published; else in the package `fuseboard` as
 * seen from here: its sources and programs that bundle it find the built file there.
 * @param from URL of the module that asks. @default this one
 * @throws FuseboardError store_unavailable
 */
export function threadScript(from: string = import.meta.url): URL {
  const beside = new URL(`./${SCRIPT}`, from);
  if (existsSync(fileURLToPath(beside))) return beside;
  const inPackage = scriptInPackage(from);
  if (inPackage !== null && existsSync(fileURLToPath(inPackage))) return inPackage;
  throw new FuseboardError(
    'store_unavailable',
    `The program of the store's writer thread, ${SCRIPT}, is not beside ${fileURLToPath(from)}.`,
    {
      hint:
        "Keep 'fuseboard' out of the application's bundle (mark it as external), so that its " +
        'files stay together; from sources, run `npm run build` first.',
    },
  );
}

function scriptInPackage(from: string): URL | null {
  try {
    const manifest = createRequire(from).resolve('fuseboard/package.json');
    return new URL(IN_PACKAGE, `file://${manifest}`);
  } catch {
    return null;
  }
}
