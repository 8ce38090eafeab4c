import { test } from 'vitest';
import { openBoard } from '../../services/board.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { lightragServer, post } from './lightrag-server.ts';
test('dbg', async () => {
  const server = await lightragServer();
  const clock = new VirtualClock();
  const board = await openBoard({ clock, defaults: { failureThreshold: 2, recoveryTimeoutMs: 10_000 }, tokenizer: false });
  const f = board.fetch('lightrag', { breakerKey: ({ scope }) => scope });
  server.reply = () => ({ status: 422, json: { detail: [{ loc: ['query'], msg: 'too short' }] } });
  for (let k=0;k<5;k++) await (await f(server.url + '/query', post({ query: 'who was Ada' }))).text();
  console.log(board.breaker('query').state);
  server.reply = () => ({ status: 500, json: { detail: 'Error code: 429 - Rate limit reached' } });
  for (let i = 0; i < 3; i++) {
    console.log(server.asked.length); const s = await f.send(server.url + '/query', post({ query: 'who was Ada' }));
    console.log(s.fault, s.refusal?.code, board.breaker('query').snapshot().path, board.breaker('query').snapshot().generation);
  }
  await board.close({ drainTimeoutMs: 0 }); await server[Symbol.asyncDispose]();
});
