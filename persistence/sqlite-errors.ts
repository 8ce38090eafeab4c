/**
 * What SQLite's codes mean to the person who configured the store: which file, what is wrong with
 * it, what to do. SQLite says "unable to open database file" for five different mistakes, so the
 * file system is asked which one it was.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';

import { FuseboardError, isFuseboardError, type ErrorCode } from '../services/errors.ts';

interface Diagnosis {
  readonly code?: ErrorCode;
  readonly what: string;
  readonly hint: string;
}

const LOCKED: Diagnosis = {
  what: 'is locked by another connection',
  hint: 'Another process holds a long transaction on the file; find it and let it finish.',
};

const DAMAGED: Diagnosis = {
  code: 'store_corrupt',
  what: 'is damaged',
  hint: 'Restore it from a backup, or move it away: a new file is created.',
};

const UNWRITABLE: Diagnosis = {
  what: 'cannot be written',
  hint: 'Its disk or directory may be read-only; make it writable, or name another path.',
};

const UNOPENABLE: Diagnosis = {
  what: 'cannot be opened',
  hint: 'Check the path and its permissions.',
};

/** By SQLite's primary result code; extended codes begin with it. */
const DIAGNOSES: Readonly<Record<string, Diagnosis>> = {
  SQLITE_BUSY: LOCKED,
  SQLITE_LOCKED: LOCKED,
  SQLITE_PROTOCOL: LOCKED,
  SQLITE_CORRUPT: DAMAGED,
  SQLITE_ERROR: { ...DAMAGED, what: 'is not laid out as its version says' },
  SQLITE_NOTADB: {
    code: 'store_corrupt',
    what: 'is not a SQLite database',
    hint: 'Name another path, or move the file away: a new one is created.',
  },
  SQLITE_FULL: { what: 'cannot grow: the disk is full', hint: 'Free some space on its disk.' },
  SQLITE_IOERR: { what: 'cannot be read or written', hint: 'Check its disk and free space.' },
  SQLITE_READONLY: UNWRITABLE,
  SQLITE_CANTOPEN: UNOPENABLE,
  SQLITE_PERM: UNOPENABLE,
};

/** SQLite's own code of an error, such as `SQLITE_BUSY_SNAPSHOT`; undefined for other errors. */
export function sqliteCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

/** Turns an error of SQLite's into one that names the file; the original is its `cause`. */
export function storeError(path: string, cause: unknown): FuseboardError {
  if (isFuseboardError(cause)) return cause;
  const code = sqliteCode(cause);
  const known = DIAGNOSES[code?.split('_', 2).join('_') ?? 'SQLITE_CANTOPEN'] ?? UNOPENABLE;
  const asked = known === UNOPENABLE || known === UNWRITABLE ? askFileSystem(path) : undefined;
  const { code: error = 'store_unavailable', what, hint } = asked ?? known;
  const message = `The store's file ${path} ${what}${code === undefined ? '' : ` (${code})`}.`;
  return new FuseboardError(error, message, { hint, cause });
}

/** What keeps `path` from being opened for writing, as far as the file system can tell. */
function askFileSystem(path: string): Diagnosis | undefined {
  const directory = dirname(path);
  const directoryKind = kindOf(directory);
  if (directoryKind === 'nothing') {
    return {
      what: `cannot be created: its directory ${directory} does not exist`,
      hint: 'Create the directory, or name another path.',
    };
  }
  if (directoryKind === 'file') {
    return {
      what: `cannot be created: ${directory} is not a directory`,
      hint: 'Name a path inside a directory.',
    };
  }
  const kind = kindOf(path);
  if (kind === 'directory') {
    return { what: 'is a directory', hint: 'Name a file inside it, such as fuseboard.db.' };
  }
  if (kind === 'file' && !may(path, constants.R_OK | constants.W_OK)) {
    return forbidden('this user may not read and write it');
  }
  return may(directory, constants.W_OK | constants.X_OK)
    ? undefined
    : forbidden(`this user may not create files in ${directory}`);
}

const forbidden = (why: string): Diagnosis => ({
  what: `cannot be opened: ${why}`,
  hint: 'Grant the permission on the file and on its directory, or name another path.',
});

function kindOf(path: string): 'nothing' | 'directory' | 'file' | 'unknown' {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'nothing' : 'unknown';
  }
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
