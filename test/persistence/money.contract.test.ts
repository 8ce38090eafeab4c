/** Every engine of money under one contract. */
import { memoryBooks } from '../../persistence/memory-money.ts';
import { sqliteMoney } from '../../persistence/money/sqlite-money.ts';
import { openSqlite } from '../../persistence/sqlite.ts';
import { moneyContract } from './money.contract.ts';
import { atEnd, scratchFile } from './scratch.ts';

moneyContract('memory', memoryBooks);

moneyContract('SQLite, a connection for every holder', (clock) => {
  const path = scratchFile();
  return {
    engine() {
      const file = openSqlite(path);
      atEnd(() => file.close());
      return sqliteMoney(file, clock);
    },
  };
});
