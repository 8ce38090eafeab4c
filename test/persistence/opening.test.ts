/** Opening a store that cannot be opened: which file, what is wrong, what to do. Never a crash. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openStore } from '../../persistence/open-store.ts';
import type { Store } from '../../persistence/store.ts';
import { isFuseboardError, type FuseboardError } from '../../services/errors.ts';
import { startChild, type ReportedError } from './child.ts';
import { rowsOf, tamper } from './raw-file.ts';
import { coolingRow, row } from './rows.ts';
import { openSqliteStore, scratchFile, scratchFolder } from './scratch.ts';

function failure(target: unknown): FuseboardError {
  try {
    openStore(target as string, { openWaitMs: 0 }).close();
  } catch (error) {
    if (isFuseboardError(error)) return error;
    throw error;
  }
  throw new Error('It opened.');
}

function filledFile(count = 1_000): string {
  const path = scratchFile();
  const store = openSqliteStore(path);
  store.breakerStates.save(
    Array.from({ length: count }, (_, index) => coolingRow(`b${index}`, 9_000)),
    0,
  );
  store.close();
  return path;
}

describe('the store option', () => {
  it.each([
    '',
    'memory',
    ':memory:',
    'memory:x',
    'sqlite:',
    'sqlite:  ',
    'sqlite::memory:',
    'sqlite:file:x.db?mode=ro',
    'sqlite://x.db',
    'sqlite:x\0y',
    'postgres://localhost',
    undefined,
    null,
    7,
  ])('refuses %j and says what is allowed', (target) => {
    const error = failure(target);
    expect(error.code).toBe('invalid_option');
    expect(error.message).toContain("store must be 'memory:' or 'sqlite:PATH'");
    expect(error.message).toContain(String(target));
  });

  it('opens memory, which nobody shares', () => {
    expect(openStore('memory:').shared).toBe(false);
  });

  it('opens and creates a file, which others may share', () => {
    const path = join(scratchFolder(), 'name with spaces, ümläut and %41.db');
    expect(openSqliteStore(path).shared).toBe(true);
    expect(existsSync(path)).toBe(true);
  });

  it('takes a path relative to the working directory', () => {
    const path = scratchFile();
    openSqliteStore(relative(process.cwd(), path));
    expect(existsSync(path)).toBe(true);
  });
});

describe('a file that cannot be opened', () => {
  it('names a directory that does not exist', () => {
    const path = join(scratchFolder(), 'missing', 'board.db');
    const error = failure(`sqlite:${path}`);
    expect(error.code).toBe('store_unavailable');
    expect(error.message).toBe(
      `The store's file ${path} cannot be created: its directory ${dirname(path)} does not exist.`,
    );
    expect(error.hint).toContain('Create the directory');
  });

  it('says when the directory is a file', () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'file'), '');
    const error = failure(`sqlite:${join(folder, 'file', 'board.db')}`);
    expect(error).toMatchObject({ code: 'store_unavailable' });
    expect(error.message).toContain('is not a directory');
  });

  it('says when the path is a directory', () => {
    const error = failure(`sqlite:${scratchFolder()}`);
    expect(error).toMatchObject({ code: 'store_unavailable' });
    expect(error.message).toContain('is a directory');
    expect(error.cause).toMatchObject({ code: 'SQLITE_CANTOPEN' });
  });

  it('says which permission is missing', async () => {
    const folder = scratchFolder();
    chmodSync(folder, 0o755);
    const readable = filledFile();
    chmodSync(dirname(readable), 0o755);
    chmodSync(readable, 0o444);
    const protectedFile = filledFile();
    chmodSync(dirname(protectedFile), 0o777);
    chmodSync(protectedFile, 0o444);
    const secret = join(folder, 'secret.db');
    writeFileSync(secret, '');
    chmodSync(secret, 0o000);
    const hidden = join(folder, 'hidden');
    mkdirSync(hidden);
    chmodSync(hidden, 0o000);
    chmodSync(folder, 0o555);

    const child = startChild('as-nobody.ts');
    expect(await child.line()).toBe('ready');
    const failureOf = async (path: string): Promise<ReportedError> => {
      child.tell(path);
      return JSON.parse(await child.line()) as ReportedError;
    };
    for (const [path, why] of [
      [join(folder, 'new.db'), `this user may not create files in ${folder}`],
      [join(hidden, 'new.db'), `this user may not create files in ${hidden}`],
      [secret, 'this user may not read and write it'],
      [readable, 'this user may not read and write it'],
      [protectedFile, 'this user may not read and write it'],
    ] as const) {
      const { code, message, hint } = await failureOf(path);
      expect(message).toContain(`The store's file ${path} cannot be opened: ${why}`);
      expect(code).toBe('store_unavailable');
      expect(hint).toContain('Grant the permission');
    }
    chmodSync(folder, 0o755);
  });
});

describe('a file that is no store', () => {
  it.each([
    ['text', 'Dear diary, today nothing failed.\n'.repeat(200)],
    ['half a page', 'SQLite'.repeat(40)],
  ])('says that %s is no database and leaves it as it was', (_, text) => {
    const path = scratchFile();
    writeFileSync(path, text);
    const error = failure(`sqlite:${path}`);
    expect(error).toMatchObject({ code: 'store_corrupt', cause: { code: 'SQLITE_NOTADB' } });
    expect(error.message).toContain(`${path} is not a SQLite database`);
    expect(error.hint).toContain('move the file away');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('refuses the database of another application and leaves it as it was', () => {
    const path = scratchFile();
    tamper(path, 'CREATE TABLE theirs (id); PRAGMA user_version = 1');
    const before = readFileSync(path);
    const error = failure(`sqlite:${path}`);
    expect(error).toMatchObject({ code: 'store_incompatible' });
    expect(error.message).toContain('is a database of another application');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a file of a later schema and leaves it as it was', () => {
    const path = filledFile(1);
    tamper(path, 'PRAGMA user_version = 41');
    const error = failure(`sqlite:${path}`);
    expect(error).toMatchObject({ code: 'store_incompatible' });
    expect(error.message).toContain('its schema is number 41');
    expect(error.hint).toContain('Upgrade fuseboard');
    expect(rowsOf(path, 'SELECT count(*) AS count FROM breaker_states')).toEqual([{ count: 1 }]);
  });

  it('says when a table is missing', () => {
    const path = filledFile(1);
    tamper(path, 'DROP TABLE breaker_states');
    const error = failure(`sqlite:${path}`);
    expect(error).toMatchObject({ code: 'store_corrupt', cause: { code: 'SQLITE_ERROR' } });
    expect(error.message).toContain('is not laid out as its version says');
  });

  it.each([0.1, 0.5, 0.9])('says that a file cut at %d of its length is damaged', (share) => {
    const path = filledFile();
    truncateSync(path, Math.floor((statSync(path).size * share) / 4096) * 4096 + 100);
    const error = failure(`sqlite:${path}`);
    expect(error.code).toBe('store_corrupt');
    expect(error.message).toContain(`${path} is damaged (SQLITE_CORRUPT`);
    expect(error.hint).toContain('Restore it from a backup');
  });

  it('starts anew in a file that was cut to nothing', () => {
    const path = filledFile();
    truncateSync(path, 0);
    expect(openSqliteStore(path).breakerStates.load()).toEqual({ rows: [], setAside: [] });
  });

  it('throws store_corrupt, and nothing else, from whatever part is overwritten', () => {
    const path = filledFile();
    const sound = readFileSync(path);
    let corruptCount = 0;
    for (let page = 1; page < sound.length / 4096; page++) {
      const damaged = Buffer.from(sound);
      damaged.fill(0xa5, page * 4096, page * 4096 + 4096);
      writeFileSync(path, damaged);
      let store: Store | undefined;
      try {
        store = openSqliteStore(path);
        store.breakerStates.load();
        store.breakerStates.save([row('b1', { operatorEpoch: 1 }), row('new')], 0);
      } catch (error) {
        expect(error).toMatchObject({ code: 'store_corrupt' });
        corruptCount++;
      }
      store?.close();
    }
    expect(corruptCount).toBeGreaterThan(10);
  });
});
