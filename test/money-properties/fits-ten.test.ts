/**
 * A budget admits what it has money for, to the last nano-dollar: of two hundred calls at once
 * exactly as many as fit, and of calls that turn out cheaper so many that less than one is left.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { openBoard, usd, type Board, type NanoUsd, type Operation } from '../../index.ts';
import { deferred } from '../board/deferred.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

const CALLS = 200;
const RUNS = process.env['FUSEBOARD_LONG'] === '1' ? 500 : 25;

/** One nano-dollar a token: what a call may put out is what it may cost. */
const PRICES = {
  overrides: [{ model: 'unit', inputPerMillion: usd(0), outputPerMillion: usd('0.001') }],
};

const nano = (amount: number): NanoUsd => amount as NanoUsd;

const costing = (worstNanoUsd: number, more: Partial<Operation> = {}): Operation => ({
  operation: 'llm_call',
  model: 'unit',
  inputTokens: 0,
  maxOutputTokens: worstNanoUsd,
  ...more,
});

interface Purse {
  readonly board: Board;
  readonly clock: VirtualClock;
}

async function openPurse(limits: readonly number[]): Promise<Purse> {
  const clock = new VirtualClock();
  const board = await openBoard({
    clock,
    tokenizer: false,
    prices: PRICES,
    budgets: limits.map((limit, place) => ({
      id: `budget ${place}`,
      limit: nano(limit),
      period: 'day' as const,
      // Nothing is paced or counts as spent before the last of it is.
      warnAt: 1,
      exhaustedBelow: 1e-12,
    })),
  });
  return { board, clock };
}

async function close({ board, clock }: Purse): Promise<void> {
  const closing = board.close();
  await clock.advanceAsync(1);
  await closing;
}

/** What was spent of every budget, once nothing is on its way any more. */
async function spentOf({ board, clock }: Purse): Promise<number[]> {
  const asked = board.budgets();
  await clock.advanceAsync(1_000);
  const summaries = await asked;
  return summaries.map(({ spentNanoUsd }) => spentNanoUsd);
}

const anyWorst = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.integer({ min: 1, max: 500_000_000 }),
);

/** How many of so many calls at once reach the upstream, with the budgets' spending afterwards. */
async function admitted(limits: readonly number[], worstNanoUsd: number, kind: 'plain' | 'full') {
  const purse = await openPurse(limits);
  const breaker = purse.board.breaker('llm', kind === 'full' ? { timeoutMs: 60_000 } : {});
  const gate = deferred();
  let sentCount = 0;
  let refusedCount = 0;
  const calls = Array.from({ length: CALLS }, () =>
    breaker
      .call(costing(worstNanoUsd), async (context) => {
        sentCount += 1;
        await gate.promise;
        context.usage({ outputTokens: worstNanoUsd });
      })
      .catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'budget_exceeded' });
        refusedCount += 1;
      }),
  );
  while (sentCount + refusedCount < CALLS) await purse.clock.settle();
  gate.resolve();
  await Promise.all(calls);
  const spent = await spentOf(purse);
  await close(purse);
  return { sentCount, spent };
}

it('of 200 calls at once against money for 10, exactly 10 are made', async () => {
  const { sentCount, spent } = await admitted([10_000_000], 1_000_000, 'plain');
  expect(sentCount).toBe(10);
  expect(spent).toEqual([10_000_000]);
});

it('of 200 calls at once exactly as many are made as the smallest budget has money for', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyWorst,
      fc.array(fc.integer({ min: 0, max: 250_000 }), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('plain' as const, 'full' as const),
      async (worst, thousandths, kind) => {
        const limits = thousandths.map((share) => Math.floor((share / 1_000) * worst));
        const { sentCount, spent } = await admitted(limits, worst, kind);
        const fits = Math.min(CALLS, ...limits.map((limit) => Math.floor(limit / worst)));
        expect(sentCount).toBe(fits);
        expect(spent).toEqual(limits.map(() => fits * worst));
      },
    ),
    { numRuns: RUNS },
  );
});

it('calls that cost less than feared spend a budget to within one worst case', async () => {
  const anyShare = fc.integer({ min: 2, max: 100 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 10, max: 1_000_000 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 30 }),
      fc.array(anyShare, { minLength: 1, maxLength: 20 }),
      async (worst, worstCount, parallelCount, shares) => {
        const limit = worst * worstCount + 7;
        const purse = await openPurse([limit]);
        const breaker = purse.board.breaker('llm');
        let count = 0;
        const one = async (): Promise<boolean> => {
          const share = shares[count++ % shares.length] ?? 0;
          const outputTokens = Math.max(1, Math.floor((share * worst) / 100));
          const result = await breaker.tryCall(costing(worst), (context) => {
            context.usage({ outputTokens });
          });
          return result.ok;
        };
        for (let isAnyMade = true; isAnyMade;) {
          const made = Promise.all(Array.from({ length: parallelCount }, one));
          await purse.clock.advanceAsync(5);
          isAnyMade = (await made).includes(true);
        }
        const [spent = 0] = await spentOf(purse);
        expect(spent).toBeLessThanOrEqual(limit);
        expect(limit - spent).toBeLessThan(worst);
        await close(purse);
      },
    ),
    { numRuns: RUNS },
  );
});
