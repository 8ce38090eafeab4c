/**
 * A caller may give up between any two steps of a call. Whatever was sent is paid for, whatever was
 * not costs nothing, and nothing stays reserved.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { openBoard, usd, type BoardOptions, type BreakerOptions } from '../../index.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

const RUNS = process.env['FUSEBOARD_LONG'] === '1' ? 3_000 : 50;
const WORST = 1_000;

const OPTIONS: BoardOptions = {
  tokenizer: false,
  prices: {
    overrides: [{ model: 'unit', inputPerMillion: usd(0), outputPerMillion: usd('0.001') }],
  },
};

const OPERATION = {
  operation: 'llm_call',
  model: 'unit',
  inputTokens: 0,
  maxOutputTokens: WORST,
};

/** Where the second of two calls has to wait, if anywhere. */
const WAYS: Readonly<Record<string, { board: BoardOptions; breaker: BreakerOptions }>> = {
  'for a draw': { board: {}, breaker: {} },
  'for a place': { board: {}, breaker: { bulkhead: { callsMax: 1 } } },
  'for its turn': {
    board: {
      rules: [
        {
          id: 'slow',
          type: 'operation_cost',
          threshold: usd('0.000000001'),
          action: 'throttle',
          factor: 0.5,
        },
      ],
    },
    breaker: {},
  },
  'for its turn and a place': {
    board: {
      rules: [
        {
          id: 'slow',
          type: 'operation_cost',
          threshold: usd('0.000000001'),
          action: 'throttle',
          factor: 0.5,
        },
      ],
    },
    breaker: { bulkhead: { callsMax: 1 } },
  },
};

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
};

it.each(Object.keys(WAYS))('at any moment of a call that waits %s', async (way) => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const anyTurns = fc.nat({ max: 60 });
  const anyMs = fc.constantFrom(0, 0, 1, 500, 2_000, 20_000);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ turns: anyTurns, ms: anyMs, endTurns: anyTurns }), {
        minLength: 1,
        maxLength: 5,
      }),
      async (plans) => {
        const { board: boardOptions, breaker: breakerOptions } = WAYS[way] ?? {};
        const clock = new VirtualClock();
        const board = await openBoard({
          ...OPTIONS,
          ...boardOptions,
          clock,
          random: seededRandom(1),
          budgets: [{ id: 'total', limit: usd('0.0000045'), period: 'total', warnAt: 1 }],
        });
        const breaker = board.breaker('llm', breakerOptions);
        let sentCount = 0;
        const calls = plans.map(async (plan) => {
          const abort = new AbortController();
          const call = breaker.tryCall(
            OPERATION,
            async () => {
              sentCount += 1;
              await turns(plan.endTurns);
            },
            { signal: abort.signal },
          );
          await turns(plan.turns);
          if (plan.ms > 0) {
            await new Promise<void>((resolve) => clock.setTimer(plan.ms, true, resolve));
            await turns(plan.turns);
          }
          abort.abort();
          return call;
        });
        await clock.advanceAsync(30_000);
        const results = await Promise.all(calls);
        expect(results).toHaveLength(plans.length);
        const asked = board.budgets();
        await clock.advanceAsync(1_000);
        const [summary] = await asked;
        // Without a word about usage, whatever was sent is charged at its worst case.
        expect(summary?.spentNanoUsd ?? 0).toBe(sentCount * WORST);
        const closing = board.close();
        await clock.advanceAsync(1);
        await closing;
        expect(clock.pendingCount).toBe(0);
        expect(unhandled).toEqual([]);
      },
    ),
    { numRuns: RUNS },
  );
  process.off('unhandledRejection', note);
});
