/** From the `store` option to a store: `memory:` or `sqlite:PATH`. */
import type { Clock } from '../services/clock.ts';
import { FuseboardError } from '../services/errors.ts';
import { sqliteBoardStates } from './board-state.ts';
import { sqliteBreakerStates } from './breaker-states.ts';
import { memoryStore } from './memory.ts';
import { openSqlite, type SqliteOptions } from './sqlite.ts';
import type { Store } from './store.ts';

export interface OpenStoreOptions extends SqliteOptions {
  /** Dates what is set aside. @default the machine's own clock */
  readonly clock?: Pick<Clock, 'nowMs'>;
}

/**
 * Opens the store that `target` names. `sqlite:PATH` takes a plain path, relative to the working
 * directory or absolute; the file is created if need be.
 * @throws FuseboardError invalid_option, store_unavailable, store_corrupt, store_incompatible,
 * sqlite_incompatible.
 */
export function openStore(target: string, options: OpenStoreOptions = {}): Store {
  if (target === 'memory:') return memoryStore();
  const file = openSqlite(sqlitePath(target), options);
  try {
    return {
      shared: true,
      breakerStates: sqliteBreakerStates(file, options.clock),
      boardState: sqliteBoardStates(file),
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The path in `sqlite:PATH`. @throws FuseboardError invalid_option */
export function sqlitePath(target: unknown): string {
  const path = typeof target === 'string' && target.startsWith('sqlite:') ? target.slice(7) : '';
  const trimmed = path.trim();
  if (trimmed === '' || trimmed.includes('\0') || isNoPlainPath(trimmed)) {
    throw new FuseboardError(
      'invalid_option',
      `store must be 'memory:' or 'sqlite:PATH' with a plain path, got ${shown(target)}.`,
      { hint: "For example 'sqlite:fuseboard.db' or 'sqlite:/var/lib/app/fuseboard.db'." },
    );
  }
  return trimmed;
}

/** SQLite's own special names and URIs, which would become odd file names. */
const isNoPlainPath = (path: string): boolean =>
  path === ':memory:' || path.startsWith('file:') || /^\/\/(?!\/)/.test(path);

const shown = (target: unknown): string =>
  typeof target === 'string' ? `'${target.slice(0, 200)}'` : String(target);
