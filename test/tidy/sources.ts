/** The project's own text files, for tests that read the source rather than run it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const PROJECT = resolve(import.meta.dirname, '../..');

export interface Source {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

const SKIPPED = new Set(['node_modules', 'dist', '.git']);
const TEXT = /\.(css|html|js|json|md|mjs|svg|ts|ya?ml)$|^\.ci\//;

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(join(PROJECT, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.has(entry.name)) continue;
    if (entry.isDirectory()) yield* walk(path);
    else if (TEXT.test(path)) yield path;
  }
}

/** Every text file of the project but what is installed or generated. */
export const SOURCES: readonly Source[] = [...walk('')].map((path) => {
  const text = readFileSync(join(PROJECT, path), 'utf8');
  return { path, text, lines: text.split('\n') };
});

export const TYPESCRIPT = SOURCES.filter(({ path }) => /\.tsx?$/.test(path));
export const TESTS = TYPESCRIPT.filter(({ path }) => path.endsWith('.test.ts'));

/** `path:line` of each line that `matches`. */
export const linesWhere = (
  sources: readonly Source[],
  matches: (line: string) => boolean,
): string[] =>
  sources.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => (matches(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );
