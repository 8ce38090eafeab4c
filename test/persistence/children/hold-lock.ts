/** Runs SQL that takes a lock on a file, and keeps it until told to let go. */
import { once } from 'node:events';

import { loadSqlite } from '../../../persistence/native-guard.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const [path = '', take = ''] = process.argv.slice(2);
const handle = new (loadSqlite())(path, { timeout: 0 });
handle.exec(take);
say('held');
await once(process.stdin, 'data');
handle.close();
say('free');
process.exit();
