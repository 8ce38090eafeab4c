/**
 * Changes breakers, so that its board owes the store their states and its subscribers the facts,
 * and ends in the same turn, without closing anything.
 *
 *   ending STORE trips|closings WAY
 */
import { writeSync } from 'node:fs';

import { openBoard } from '../../../index.ts';

const [path = '', what = '', way = ''] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

const board = await openBoard({ store: `sqlite:${path}`, defaults: { failureThreshold: 1 } });
board.facts$.subscribe((fact) => {
  if (fact.type === 'state.changed') say(`${fact.breaker} ${fact.to}`);
  if (fact.type === 'store.failed') say('store.failed');
});

/** Written at the end of the turn, had it one. */
function trips(): void {
  board.breaker('failing').acquire().fail(new Error('down'));
  board.breaker('held').forceOpen('maintenance', { by: 'ann' });
}

/** Written within 10 ms, if somebody waited for them. */
function closings(): void {
  board.breaker('strained').actor.send({ type: 'budget.warned', atMs: Date.now() });
  board.breaker('forced').forceClose('checked', { by: 'ann' });
  board.breaker('forced').actor.send({ type: 'budget.warned', atMs: Date.now() });
  board.breaker('forced').actor.send({ type: 'budget.recovered', atMs: Date.now() });
}

const WAYS: Readonly<Record<string, () => unknown>> = {
  'just ends': () => {},
  'calls process.exit': () => process.exit(3),
  'sets process.exitCode': () => (process.exitCode = 3),
  throws: () => {
    throw new Error('mine');
  },
  'leaves a rejection unhandled': () => Promise.reject(new Error('mine')),
};

// A turn of its own, as an event handler has one; in a module a throw would only reject it.
setImmediate(() => {
  if (what === 'trips') trips();
  else closings();
  say('ending');
  void WAYS[way]?.();
});
