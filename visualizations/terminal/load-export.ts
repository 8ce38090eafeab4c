/**
 * Loads an export of a user's file, TypeScript included, also where Node itself cannot: through
 * tsx. What is wrong with the file is said in one line.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { isMachine } from '../../test/kit/check-machine.ts';
import { CommandError } from './command-error.ts';
import { safeText } from './safe-text.ts';

/** An export that was found. */
export interface LoadedExport {
  readonly value: unknown;
  readonly name: string;
  /** Absolute path of its file. */
  readonly file: string;
}

/** How to find an export that the user did not name. */
export type GuessExport = (exports: ReadonlyMap<string, unknown>) => string | undefined;

/**
 * Loads `file.ts#export`. Without `#export`, `guess` picks one.
 * @throws CommandError naming what is missing, and what there is instead.
 */
export async function loadExport(
  flag: string,
  reference: string,
  guess: GuessExport,
): Promise<LoadedExport> {
  const [path, named] = splitReference(reference);
  const file = resolve(path);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new CommandError(
      `${flag}: there is no file ${path}`,
      `Paths are relative to the current folder, which is ${resolve('.')}.`,
    );
  }
  const exports = await exportsOf(flag, path, file);
  const name = named ?? guess(exports);
  if (name !== undefined && exports.has(name)) return { value: exports.get(name), name, file };
  throw new CommandError(
    named === undefined
      ? `${flag}: which export of ${path} is meant?`
      : `${flag}: ${path} exports no '${named}'`,
    exports.size === 0
      ? `${basename(path)} exports nothing.`
      : `Name one as ${path}#NAME; it exports ${listed(exports)}.`,
  );
}

/** The same, where the flag was given. */
export const loadIf = (
  flag: string,
  reference: string | undefined,
  guess: GuessExport,
): Promise<LoadedExport | undefined> =>
  reference === undefined ? Promise.resolve(undefined) : loadExport(flag, reference, guess);

/** The first of the names that is exported; else the only export there is. */
export const firstOf =
  (...names: readonly string[]): GuessExport =>
  (exports) =>
    names.find((name) => exports.has(name)) ??
    (exports.size === 1 ? [...exports.keys()][0] : undefined);

/** The file and the export in `file.ts#export`; a `#` in a folder's name is left alone. */
function splitReference(reference: string): readonly [path: string, name: string | undefined] {
  const at = reference.lastIndexOf('#');
  if (at < 0 || existsSync(reference)) return [reference, undefined];
  return [reference.slice(0, at), reference.slice(at + 1)];
}

/** Names of exports, machines first. */
function listed(exports: ReadonlyMap<string, unknown>): string {
  const names = [...exports].map(([name, value]) => ({ name, isMachine: isMachine(value) }));
  const sorted = names.sort((a, b) => Number(b.isMachine) - Number(a.isMachine));
  const shown = sorted.slice(0, 20);
  const texts = shown.map(({ name, isMachine: is }) => (is ? `${name} (a machine)` : name));
  const more = names.length - shown.length;
  return `${texts.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

async function exportsOf(
  flag: string,
  path: string,
  file: string,
): Promise<ReadonlyMap<string, unknown>> {
  const { href } = pathToFileURL(file);
  let module: Record<string, unknown>;
  try {
    if (/^\.[cm]?tsx?$|^\.jsx$/.test(extname(file))) {
      const { tsImport } = await import('tsx/esm/api');
      module = (await tsImport(href, import.meta.url)) as Record<string, unknown>;
    } else module = (await import(href)) as Record<string, unknown>;
  } catch (error) {
    throw new CommandError(
      `${flag}: ${path} cannot be loaded: ${safeText(firstLine(error))}`,
      hintFor(error),
    );
  }
  return new Map(Object.entries(unwrapped(module)));
}

/** A CommonJS file's exports stand below `default`; names found there count as its own. */
function unwrapped(module: Record<string, unknown>): Record<string, unknown> {
  const { default: inner, 'module.exports': _, ...named } = module;
  const isNamespace = typeof inner === 'object' && inner !== null && !isMachine(inner);
  const names = isNamespace && Object.keys(named).length === 0 ? { ...inner } : named;
  return inner === undefined ? names : { ...names, default: inner };
}

function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const lines = error.message.split('\n').filter((line) => line.trim() !== '');
  // esbuild's first line only counts the errors; the second one says where and what.
  const [first = error.name, second] = lines;
  const told = /^Transform failed/.test(first) && second !== undefined ? second : first;
  return told.includes(error.name) || error.name === 'Error' ? told : `${error.name}: ${told}`;
}

const hintFor = (error: unknown): string =>
  (error as { code?: unknown } | null)?.code === 'ERR_MODULE_NOT_FOUND'
    ? 'Something that the file imports is missing; is it installed?'
    : 'The file is run to get at its exports: it must run by itself.';
