/** However a call is made, its end is a fact, with what the call said of itself. */
import { expect, test } from 'vitest';

import { openBoard, type Breaker } from '../../index.ts';
import type { VirtualClock } from '../kit/virtual-clock.ts';
import { openVirtualBoard } from './open-boards.ts';

const labels = { tags: { tenant: 'acme' }, correlationId: 'c-1' };

test('a permit and a synchronous call say how they ended, as every call does', async () => {
  const { board, factsOf } = await openVirtualBoard();
  const breaker = board.breaker('b');
  await breaker.call(() => 1, labels);
  breaker.callSync(() => 1);
  const permit = breaker.acquire(labels);
  permit.fail(new TypeError('never told'));
  board.flush();
  const ended = { breaker: 'b', attempt: 1, recorded: 'counted' };
  expect(factsOf('call.finished')).toMatchObject([
    { ...ended, ...labels, outcome: 'succeeded' },
    { ...ended, outcome: 'succeeded' },
    { ...ended, ...labels, outcome: 'failed', errorName: 'TypeError' },
  ]);
});

test('a permit settled again says nothing more', async () => {
  const { board, factsOf } = await openVirtualBoard();
  const permit = board.breaker('b').acquire();
  expect([permit.succeed(), permit.fail()]).toEqual(['counted', 'late']);
  board.flush();
  expect(factsOf('call.finished')).toHaveLength(1);
});

const WORK = {
  operation: 'work',
  model: 'm',
  inputTokens: 1,
  maxOutputTokens: 1,
  tags: { t: 'x' },
};

test.each<[string, (clock: VirtualClock, breaker: Breaker) => unknown]>([
  ['succeeds', (clock) => clock.advance(7)],
  [
    'fails',
    (clock) => {
      clock.advance(7);
      throw Object.assign(new RangeError('never told'), { code: 'E_RANGE' });
    },
  ],
  ['succeeds too late', (_, breaker) => breaker.forceOpen('meanwhile')],
])('a call that costs and %s says the same by either way', async (_, work) => {
  const told: unknown[] = [];
  for (const options of [undefined, {}]) {
    const { board, clock, facts } = await openVirtualBoard({ ledger: {}, tokenizer: false });
    const breaker = board.breaker('b');
    // From now on there is money at hand, and no call waits for it.
    await breaker.call(WORK, () => Promise.resolve());
    await breaker.call(WORK, async () => work(clock, breaker), options).catch(() => {});
    board.flush();
    told.push(facts);
    expect(facts.at(-1)).toMatchObject({
      type: 'call.finished',
      operation: 'work',
      tags: { t: 'x' },
    });
    await board.close();
  }
  expect(told[0]).toEqual(told[1]);
});

test('a call that began before anybody listened is not told: nobody timed it', async () => {
  const { board, clock } = await openVirtualBoard({ ledger: {}, observed: false });
  const breaker = board.breaker('b');
  await breaker.call(WORK, () => Promise.resolve());
  let end = (): void => {};
  const running = breaker.call(WORK, () => new Promise<void>((done) => (end = done)));
  await clock.settle();
  const types: string[] = [];
  board.facts$.subscribe(({ type }) => types.push(type));
  end();
  await running;
  board.flush();
  expect(types).toEqual(['cost.settled']);
});

test('a retried call says how each attempt ended, and which it was', async () => {
  const { board, clock, factsOf } = await openVirtualBoard({ random: () => 0 });
  const breaker = board.breaker('b', { retry: { attemptsMax: 2, retryIf: () => true } });
  let calls = 0;
  const result = breaker.call(() => {
    if (++calls === 1) throw new RangeError('once');
    return 'then';
  });
  await clock.advanceAsync(10);
  expect(await result).toBe('then');
  board.flush();
  expect(factsOf('call.finished').map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
    [1, 'failed'],
    [2, 'succeeded'],
  ]);
});

test.each([
  ['clock', { clock: {} }],
  ['random', { random: 0.5 }],
])('a board refuses a %s that is none', async (name, options) => {
  await expect(openBoard(options as never)).rejects.toThrow(`board.${name} must be`);
});
