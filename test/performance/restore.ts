/** Restoring ten thousand breakers from a file, against reading their rows and nothing else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { openBoard, type Board } from '../../index.ts';
import type { Race } from './case.ts';
import { A_DAY_MS, fail } from './rivals.ts';

const COUNT = 10_000;
const nameOf = (index: number): string => `upstream-${index}`;

/** A file with one tripped breaker per row, every tenth held open by an operator. */
async function writeFile(path: string): Promise<void> {
  const board = await openBoard({
    store: `sqlite:${path}`,
    defaults: { failureThreshold: 1, recoveryTimeoutMs: A_DAY_MS },
  });
  for (let index = 0; index < COUNT; index++) {
    const breaker = board.breaker(nameOf(index));
    await breaker.call(fail).catch(() => {});
    if (index % 10 === 0) breaker.forceOpen('maintenance', { by: 'operator' });
  }
  await board.close();
}

const OURS = 'Fuseboard openBoard, breaker and state of each';
const THEIRS = 'better-sqlite3, all rows as objects';

export const RESTORE: readonly Race[] = [
  {
    id: 'restore',
    title: 'restore of 10,000 breakers, per breaker',
    operations: COUNT,
    comparisons: [{ subject: OURS, against: THEIRS, ratioMax: 5 }],
    async contenders() {
      const folder = mkdtempSync(join(tmpdir(), 'fuseboard-bench-'));
      process.once('exit', () => rmSync(folder, { recursive: true }));
      const path = join(folder, 'states.db');
      await writeFile(path);
      let board: Board | undefined;
      let database: Database.Database | undefined;
      return [
        {
          name: OURS,
          async run(count) {
            board = await openBoard({ store: `sqlite:${path}` });
            let openCount = 0;
            for (let index = 0; index < count; index++) {
              if (board.breaker(nameOf(index)).state === 'open') openCount++;
            }
            if (openCount !== count) throw new Error(`${openCount} of ${count} were restored`);
          },
          after: () => board?.close(),
        },
        {
          name: THEIRS,
          run(count) {
            database = new Database(path);
            const rows = database.prepare('SELECT * FROM breaker_states').all();
            if (rows.length !== count) throw new Error(`${rows.length} of ${count} were read`);
          },
          after: () => void database?.close(),
        },
      ];
    },
  },
];
