/**
 * A board with budgets that does what it is told, line by line, and says what became of it. It does
 * nothing about signals and the end of the process that a user's program would not do by itself.
 *
 *   teller SETTINGS
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { isFuseboardError, openBoard } from '../../../index.ts';
import { operationOf, PRICES } from '../tariff.ts';
import type { ChildSettings, Order, ToldCall } from '../orders.ts';
import { request } from './provider.ts';

// Without a listener the signal of a write beyond the disk's end would end the process.
process.on('SIGXFSZ', () => {});

const settings = JSON.parse(process.argv[2] ?? '') as ChildSettings;
const say = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);

const board = await openBoard({
  store: `sqlite:${settings.path}`,
  tokenizer: false,
  prices: PRICES,
  budgets: settings.budgets,
  defaults: { failureThreshold: 1_000 },
});
const breaker = board.breaker('api');
board.facts$.subscribe((fact) => {
  if (fact.type === 'state.changed') say({ is: fact.type, to: fact.to, atMs: fact.atMs });
  if (/^(budget|books)\./.test(fact.type)) say({ is: fact.type, ...fact });
});

/** Tried again until it is let in, or so long. */
async function call(told: ToldCall): Promise<void> {
  const untilMs = performance.now() + (told.triedForMs ?? 0);
  const attempt = async (): Promise<void> => {
    let end = 'ok';
    try {
      await breaker.call(operationOf(told), (context) =>
        request(settings, told, context, context.signal),
      );
    } catch (error) {
      end = isFuseboardError(error) ? error.code : 'failed';
    }
    if (end.startsWith('budget_') && performance.now() < untilMs) {
      setTimeout(() => void attempt(), 20);
      return;
    }
    if (told.then !== undefined) void call(told.then);
    say({ is: 'called', number: told.number, end, atMs: Date.now() });
  };
  await attempt();
}

async function summary(budget: string): Promise<void> {
  say({ is: 'summary', ...(await board.budget(budget).summary()) });
}

async function limit({ budget, limit: to }: Extract<Order, { do: 'limit' }>): Promise<void> {
  await board.budget(budget).setLimit(to, { reason: 'told', by: 'ann' });
  say({ is: 'limited', limitNanoUsd: to, atMs: Date.now() });
}

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const order = JSON.parse(line) as Order;
  switch (order.do) {
    case 'calls':
      for (const told of order.calls) void call(told);
      break;
    case 'limit':
      void limit(order);
      break;
    case 'summary':
      void summary(order.budget);
      break;
    case 'close':
      void board.close(order).then(() => say({ is: 'closed' }));
      break;
    case 'throw':
      throw new Error('mine');
    case 'exit':
      setTimeout(() => {
        say({ is: 'exiting' });
        process.exit(3);
      }, order.afterMs ?? 0);
      break;
    case 'end':
      input.close();
      process.stdin.unref();
      break;
  }
});
say({ is: 'ready' });
