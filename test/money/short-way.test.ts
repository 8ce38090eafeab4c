/** The short way of a costed call through a plain breaker counts and books as the long one does. */
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import { openBoard, usd } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { scratchFile } from '../persistence/scratch.ts';

const OPERATION = { operation: 'llm_call', model: 'gpt-4o', inputTokens: 10, maxOutputTokens: 10 };
const fail = () => Promise.reject(new Error('down'));

test('a success ends a run of failures', async () => {
  const board = await openBoard({
    clock: new VirtualClock(),
    tokenizer: false,
    budgets: [{ id: 'daily', limit: usd(10), period: 'day' }],
  });
  const breaker = board.breaker('chat', { failureThreshold: 2 });
  const attempts = [() => 1, fail, () => 1, fail];
  for (const fn of attempts) await breaker.call(OPERATION, fn).catch(() => {});
  expect(breaker.state).toBe('closed');
  await breaker.call(OPERATION, fail).catch(() => {});
  expect(breaker.state).toBe('open');
  await board.close();
});

test('a row says when its call was reserved, when it ended, and how long it took', async () => {
  const clock = new VirtualClock();
  const path = scratchFile();
  const board = await openBoard({ clock, store: `sqlite:${path}`, tokenizer: false, ledger: {} });
  const startMs = clock.nowMs();
  const breaker = board.breaker('chat');
  await breaker.call(OPERATION, ({ usage }) => {
    usage({ inputTokens: 10, outputTokens: 10 });
    clock.advance(1_500);
  });
  await board.close();
  const file = new Database(path, { readonly: true });
  const row = file.prepare('SELECT reserved_at_ms, settled_at_ms, duration_ms FROM ledger').get();
  file.close();
  expect(row).toEqual({
    reserved_at_ms: startMs,
    settled_at_ms: startMs + 1_500,
    duration_ms: 1_500,
  });
});

test('tryCall tells a value, an error and a refusal apart', async () => {
  const board = await openBoard({
    clock: new VirtualClock(),
    tokenizer: false,
    budgets: [{ id: 'daily', limit: usd(10), period: 'day' }],
    rules: [{ id: 'dear', type: 'operation_cost', threshold: usd(0.01), action: 'block' }],
  });
  const breaker = board.breaker('chat');
  expect(await breaker.tryCall(OPERATION, () => 1)).toEqual({ ok: true, value: 1 });
  const error = new Error('down');
  expect(await breaker.tryCall(OPERATION, () => Promise.reject(error))).toEqual({
    ok: false,
    refused: false,
    error,
  });
  const dear = { ...OPERATION, maxOutputTokens: 10_000 };
  expect(await breaker.tryCall(dear, () => 1)).toMatchObject({
    ok: false,
    refused: true,
    refusal: { code: 'rule_blocked' },
  });
  await expect(breaker.tryCall({ operation: '' }, () => 1)).rejects.toThrow('operation.operation');
  await board.close();
});
