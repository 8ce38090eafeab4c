/** Opens every store it is told the path of, saves a row under its own name, and reports. */
import { createInterface } from 'node:readline';

import { openStore } from '../../../persistence/open-store.ts';
import { loadSqlite } from '../../../persistence/native-guard.ts';
import { row } from '../rows.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const name = process.argv[2] ?? '';
loadSqlite();
say('ready');
for await (const path of createInterface({ input: process.stdin })) {
  try {
    const store = openStore(`sqlite:${path}`);
    store.breakerStates.save([row(name)], 0, 5_000);
    store.close();
    say('saved');
  } catch (error) {
    say(String(error));
  }
}
