/** Trips a breaker, lets an operator hold another one, and ends in the way it is told to. */
import { openBoard } from '../../../index.ts';

const [path = '', how = ''] = process.argv.slice(2);
const defaults = { failureThreshold: 1, recoveryTimeoutMs: 3_600_000 };
const board = await openBoard({ store: `sqlite:${path}`, defaults });
// Printing may be slow, which is a fact as well, of the machine it runs on.
board.facts$.subscribe(({ type }) => type === 'subscriber.slow' || console.log(type));
board.breaker('slow').configure({ trip: { policy: 'time', slowCallMs: 60_000 } });
void board.breaker('slow').call(() => new Promise(() => {}));
board.breaker('api').acquire().fail();
board.breaker('held').forceOpen('by hand', { by: 'ann' });

if (how === 'exit') process.exit(0);
if (how === 'exit in a promise') void Promise.resolve().then(() => process.exit(0));
if (how === 'throw') throw new Error('the program’s own');
if (how === 'exit while locked') {
  const { loadSqlite } = await import('../../../persistence/native-guard.ts');
  const other = new (loadSqlite())(path, { timeout: 0 });
  other.exec('BEGIN IMMEDIATE');
  board.flush();
  other.close();
  process.exit(0);
}
