/** Where a written test file goes, what it says of itself, and how it imports the user's files. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';

import type { GeneratedPaths } from '../../test/kit/generated-paths.ts';
import type { LoadedExport } from '../terminal/load-export.ts';
import { PathsCommandError } from './paths-command-error.ts';
import { MARKER, type ImportedName } from './paths-file.ts';
import type { PathsFlags } from './paths-flags.ts';

/** A written file and what it was written from. */
export interface PathsSource {
  readonly source: string;
  readonly paths: GeneratedPaths;
}

/** Refuses to overwrite what somebody wrote, before any work is done. */
export function checkTarget(out: string, isForced: boolean): void {
  const file = resolve(out);
  if (!existsSync(dirname(file))) {
    throw new PathsCommandError(`--out: there is no folder ${dirname(out)}`, 'Make it first.');
  }
  if (isForced || !existsSync(file)) return;
  if (readFileSync(file, 'utf8').startsWith(MARKER)) return;
  throw new PathsCommandError(
    `--out: ${out} exists and was not written by this command`,
    'Give another name, or --force to overwrite it.',
  );
}

/** What was written, what was not covered, and what to run. */
export function summary(out: string, { paths, coverage }: GeneratedPaths): string {
  const isFound = /\.(test|spec)\.[cm]?[jt]sx?$/.test(out);
  const missed = coverage.uncovered.map(({ transition, because }) => `  ${transition}: ${because}`);
  return [
    `${out}: ${paths.length} paths, ${coverage.covered} of ${coverage.total} configured transitions`,
    ...(missed.length > 0 ? ['not taken:', ...missed] : []),
    ...(isFound ? [] : ['vitest looks for names that end in .test.ts or .spec.ts']),
    `next: npx vitest run ${out}`,
    '',
  ].join('\n');
}

/** The command line that writes the file again. */
export function commandOf({ strategy, force: _, help: __, ...flags }: PathsFlags): string {
  const named = Object.entries({ ...flags, ...(strategy === 'transitions' ? {} : { strategy }) });
  const words = named.map(([flag, value]) => {
    const text = String(value);
    return `--${flag} ${/^[\w./#@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`}`;
  });
  return ['fuseboard paths', ...words].join(' ');
}

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
