/** Every engine of money lives many lives, and agrees with a list of what happened. */
import { it } from 'vitest';

import { memoryBooks } from '../../persistence/memory-money.ts';
import { sqliteMoney } from '../../persistence/money/sqlite-money.ts';
import { openSqlite, type SqliteFile } from '../../persistence/sqlite.ts';
import { assertLives } from './money-lives.ts';
import { scratchFile } from './scratch.ts';

it('money in memory is neither overspent nor lost, whatever its holders do', () => {
  assertLives(memoryBooks, { numRuns: 600, length: 50 });
});

it('money in SQLite is neither overspent nor lost, whatever its holders do', () => {
  assertLives(
    (clock) => {
      const path = scratchFile();
      const files: SqliteFile[] = [];
      return {
        engine() {
          const file = openSqlite(path);
          files.push(file);
          return sqliteMoney(file, clock);
        },
        close: () => files.forEach((file) => file.close()),
      };
    },
    { numRuns: 25, length: 30 },
  );
});
