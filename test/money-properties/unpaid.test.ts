/** Calls that are only watched: made without their money, and booked all the same, to the cent. */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { openBoard, usd, type NanoUsd } from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

async function openWatching(limit: number) {
  const clock = new VirtualClock();
  const board = await openBoard({
    clock,
    tokenizer: false,
    prices: {
      overrides: [{ model: 'unit', inputPerMillion: usd(0), outputPerMillion: usd('0.001') }],
    },
    budgets: [
      { id: 'total', limit: limit as NanoUsd, period: 'total' },
      { id: 'tenants', limit: limit as NanoUsd, period: 'day', per: 'tag:tenant' },
    ],
  });
  const breaker = board.breaker('llm', { mode: 'observe' });
  const call = async (costNanoUsd: number, tenant: string): Promise<void> => {
    const made = breaker.call(
      {
        operation: 'llm_call',
        model: 'unit',
        inputTokens: 0,
        maxOutputTokens: costNanoUsd,
        tags: { tenant },
      },
      async ({ usage }) => {
        await new Promise<void>((resolve) => clock.setTimer(5, true, resolve));
        usage({ outputTokens: costNanoUsd });
      },
    );
    await clock.advanceAsync(50);
    await made;
  };
  const ask = async <T>(asked: Promise<T>): Promise<T> => {
    await clock.advanceAsync(50);
    return asked;
  };
  const close = async (): Promise<void> => ask(board.close());
  return { board, call, ask, close };
}

it('a call that cannot wait is charged to budgets that nobody had asked about', async () => {
  const { board, ask, close } = await openWatching(1_000);
  const operation = {
    operation: 'llm_call',
    model: 'unit',
    inputTokens: 0,
    maxOutputTokens: 300,
    tags: { tenant: 'acme' },
  };
  const permit = board.breaker('llm').acquire(operation);
  await ask(Promise.resolve());
  permit.usage({ outputTokens: 300 });
  permit.succeed();
  expect((await ask(board.budget('tenants').summary('acme'))).spentNanoUsd).toBe(300);
  expect((await ask(board.budget('total').summary())).spentNanoUsd).toBe(300);
  await close();
});

it('a budget that is passed so many times holds nothing back once its limit is raised', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 600 }),
      async (costs, limit) => {
        const { board, call, ask, close } = await openWatching(limit);
        for (const cost of costs) await call(cost, 'acme');
        const spent = costs.reduce((sum, cost) => sum + cost, 0);
        const act = { reason: 'a test', by: 'a test' };
        await ask(board.budget('total').setLimit((spent + 1_000) as NanoUsd, act));
        await ask(board.budget('tenants').setLimit((spent + 1_000) as NanoUsd, act));
        await call(1_000, 'acme');
        await ask(new Promise<void>((resolve) => resolve()));
        for (const summary of [
          await ask(board.budget('total').summary()),
          await ask(board.budget('tenants').summary('acme')),
        ]) {
          expect(summary).toMatchObject({ spentNanoUsd: spent + 1_000, reservedNanoUsd: 0 });
        }
        expect((await ask(board.costs.verify())).mismatches).toEqual([]);
        await close();
      },
    ),
    { numRuns: 40 },
  );
});
