/**
 * A board on a shared file that does what it is told, line by line, and says what became of its
 * breaker: the state it came to, the event that moved it, and when.
 *
 *   neighbour STORE
 */
import { createInterface } from 'node:readline';

import { openBoard } from '../../../index.ts';

const [path = ''] = process.argv.slice(2);
const say = (...words: readonly unknown[]): void =>
  void process.stdout.write(`${words.join(' ')}\n`);

const board = await openBoard({ store: `sqlite:${path}`, defaults: { failureThreshold: 1 } });
const api = board.breaker('api');
board.facts$.subscribe((fact) => {
  if (fact.type === 'state.changed') say(fact.to, fact.event, fact.atMs);
});

const by = `process ${process.pid}`;
const ACTS: Readonly<Record<string, () => void>> = {
  trip: () => void api.acquire().fail(new Error('down')),
  open: () => api.forceOpen('maintenance', { by }),
  close: () => api.forceClose('checked', { by }),
};

say(api.snapshot().path);
for await (const act of createInterface({ input: process.stdin })) ACTS[act]?.();
