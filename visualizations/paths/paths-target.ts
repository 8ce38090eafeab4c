/** Where written files go, and how a test file imports the user's files. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';

import { CommandError } from '../terminal/command-error.ts';
import type { LoadedExport } from '../terminal/load-export.ts';
import type { ImportedName } from './paths-file.ts';

/** Refuses to overwrite what somebody wrote, before any work is done. @throws CommandError */
export function checkTarget(flag: string, out: string, marker: string, isForced: boolean): void {
  const file = resolve(out);
  if (!existsSync(dirname(file))) {
    throw new CommandError(`${flag}: there is no folder ${dirname(out)}`, 'Make it first.');
  }
  if (isForced || !existsSync(file)) return;
  if (readFileSync(file, 'utf8').startsWith(marker)) return;
  throw new CommandError(
    `${flag}: ${out} exists and was not written by this command`,
    'Give another name, or --force to overwrite it.',
  );
}

/** The report's place: `door.paths.html` beside `door.paths.test.ts`. */
export const reportBeside = (out: string): string =>
  `${out.replace(/(\.(test|spec))?\.[cm]?[jt]sx?$/, '')}.html`;

/** How the written file imports an export: by a relative path, as TypeScript wants it. */
export function importedFrom({ name, file }: LoadedExport, out: string | undefined): ImportedName {
  const target = resolve(out ?? 'paths.test.ts');
  const path = relative(dirname(target), file).split(sep).join('/');
  const isTyped = /^\.[cm]?tsx?$/.test(extname(target));
  const from = isTyped && !keepsExtensions(dirname(target)) ? withJsExtension(path) : path;
  return { name, from: from.startsWith('.') ? from : `./${from}` };
}

const withJsExtension = (path: string): string =>
  path.replace(/\.([cm]?)tsx?$/, (_, kind: string) => `.${kind}js`);

/** True where the nearest tsconfig.json allows imports that end in `.ts`. */
function keepsExtensions(folder: string): boolean {
  const config = join(folder, 'tsconfig.json');
  if (existsSync(config)) {
    const text = readFileSync(config, 'utf8');
    return /"(allowImportingTsExtensions|rewriteRelativeImportExtensions)"\s*:\s*true/.test(text);
  }
  return dirname(folder) === folder ? false : keepsExtensions(dirname(folder));
}
