/**
 * Stands before better-sqlite3's native code: version 13 on a Node that lacks N-API 10 does not
 * throw but ends the process with a segmentation fault at the first `new Database()`. Nothing here
 * runs when the package is imported; only opening a SQLite store loads the module.
 */
import { createRequire } from 'node:module';

import { FuseboardError } from '../services/errors.ts';
import type { SqliteConstructor } from './sqlite-handle.ts';

/** From this major version on better-sqlite3 is built on N-API 10. */
const NAPI_10_MAJOR = 13;

/** The part of `process.versions` that decides. */
export interface NodeVersions {
  readonly node: string;
  /** The highest N-API version that this Node speaks. */
  readonly napi?: string;
}

/** Loads CommonJS modules, as made by `createRequire`. */
export type RequireModule = (id: string) => unknown;

export interface LoadSqliteOptions {
  /** @default require, as seen from this package */
  readonly requireModule?: RequireModule;
  /** @default process.versions */
  readonly nodeVersions?: NodeVersions;
}

/** Says why this better-sqlite3 must not be loaded by this Node, or null when it may. */
export function sqliteProblem(sqliteVersion: string, nodeVersions: NodeVersions): string | null {
  const major = Number.parseInt(sqliteVersion, 10);
  if (major < NAPI_10_MAJOR || Number(nodeVersions.napi) >= 10) return null;
  return (
    `better-sqlite3 ${sqliteVersion} needs N-API 10 (Node 22.14 or later), ` +
    `but this is Node ${nodeVersions.node} with N-API ${nodeVersions.napi ?? 'unknown'}: ` +
    'opening a database would crash the process.'
  );
}

/**
 * Loads better-sqlite3 and its native code.
 * @throws FuseboardError store_unavailable when it is not installed, sqlite_incompatible when it
 * would crash this Node or its native code cannot be loaded.
 */
export function loadSqlite(options: LoadSqliteOptions = {}): SqliteConstructor {
  const requireModule = options.requireModule ?? createRequire(import.meta.url);
  const version = installedVersion(requireModule);
  const problem = sqliteProblem(version, options.nodeVersions ?? process.versions);
  if (problem !== null) {
    throw new FuseboardError('sqlite_incompatible', problem, {
      hint: 'Run `npm install better-sqlite3@12`, or use a later Node.',
    });
  }
  try {
    const Database = requireModule('better-sqlite3') as SqliteConstructor;
    new Database(':memory:', { timeout: 0 }).close();
    return Database;
  } catch (cause) {
    throw new FuseboardError(
      'sqlite_incompatible',
      `The native code of better-sqlite3 ${version} cannot be loaded by Node ` +
        `${process.versions.node}: ${firstLine(cause)}`,
      {
        hint: 'Run `npm rebuild better-sqlite3`, with install scripts allowed and the same Node.',
        cause,
      },
    );
  }
}

function installedVersion(requireModule: RequireModule): string {
  try {
    const manifest = requireModule('better-sqlite3/package.json');
    return String((manifest as { readonly version?: unknown }).version);
  } catch (cause) {
    throw new FuseboardError('store_unavailable', 'better-sqlite3 is not installed.', {
      hint: "Run `npm install better-sqlite3`, or use the store 'memory:'.",
      cause,
    });
  }
}

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
