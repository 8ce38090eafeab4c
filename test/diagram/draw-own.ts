/** `npm run diagrams`: draws our own machines anew. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { ownFiles } from './own-files.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

for (const { path, text } of await ownFiles()) {
  await mkdir(dirname(join(PROJECT, path)), { recursive: true });
  await writeFile(join(PROJECT, path), text);
  process.stdout.write(`${path}\n`);
}
