/** Gives up the superuser's rights, for whom no permission is an obstacle, and opens stores. */
import { createInterface } from 'node:readline';

import { openStore } from '../../../persistence/open-store.ts';
import { loadSqlite } from '../../../persistence/native-guard.ts';
import { isFuseboardError } from '../../../services/errors.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const NOBODY = 65_534;

loadSqlite();
if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
say('ready');
for await (const path of createInterface({ input: process.stdin })) {
  try {
    openStore(`sqlite:${path}`).close();
    say('{"code":"opened"}');
  } catch (error) {
    if (!isFuseboardError(error)) throw error;
    say(JSON.stringify({ code: error.code, message: error.message, hint: error.hint }));
  }
}
