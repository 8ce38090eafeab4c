/**
 * A board on a SQLite file: a breaker that is open when the program ends is still open when it
 * starts again, and wakes at the same instant. Here one program closes its board and opens another.
 *
 *   npm run build && npx tsx examples/state-survives-a-restart.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openBoard, type Board } from 'fuseboard';

const folder = await mkdtemp(join(tmpdir(), 'fuseboard-example-'));
const open = (): Promise<Board> =>
  openBoard({
    store: `sqlite:${join(folder, 'board.db')}`,
    defaults: { failureThreshold: 2, recoveryTimeoutMs: 30_000 },
  });

const board = await open();
board.facts$.subscribe((fact) => {
  if (fact.type === 'state.changed') console.log(`${fact.breaker}: ${fact.from} → ${fact.to}`);
});
for (let call = 1; call <= 2; call++) {
  await board.breaker('search').tryCall(() => Promise.reject(new Error('down')));
}
const before = board.breaker('search').snapshot();
await board.close();

await using restarted = await open();
const search = restarted.breaker('search');
console.log(`after the restart: ${search.state}, because of ${search.snapshot().cause}`);
console.log(`same instant of the next probe: ${search.snapshot().probeAtMs === before.probeAtMs}`);

search.forceClose('the provider says it is back', { by: 'on-call' });
console.log(`an operator may know better: ${search.state}`);
await restarted.close();
await rm(folder, { recursive: true });
