/**
 * An hour of real traffic against a budget of 60 % of what it costs: spent to the last hundredth,
 * and never over, at any moment.
 */
import { describe, expect, test } from 'vitest';

import { openBoard, usd, type NanoUsd } from '../../index.ts';
import { hasTraffic, readTraffic, type TrafficCall } from '../cost/azure-traffic.ts';
import { GPT_4O, GPT_4O_MINI } from '../cost/estimated-calls.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

/** A token takes so long to be generated. */
const TOKEN_MS = 30;
/** What each request allows: no answer of the hour is longer. */
const OUTPUT_TOKENS_MAX = 1_000;
const SHARE = 0.6;

const PRICES = {
  overrides: [
    { model: 'gpt-4o', inputPerMillion: usd('2.5'), outputPerMillion: usd('10') },
    { model: 'gpt-4o-mini', inputPerMillion: usd('0.15'), outputPerMillion: usd('0.6') },
  ],
};

interface PricedCall extends TrafficCall {
  readonly model: string;
  readonly costNanoUsd: number;
  readonly worstNanoUsd: number;
}

function pricedCalls(seed: number): PricedCall[] {
  const random = seededRandom(seed);
  return readTraffic().map((call) => {
    const { inputTokens, outputTokens } = call;
    const [model, price] =
      random() < 0.5 ? (['gpt-4o-mini', GPT_4O_MINI] as const) : (['gpt-4o', GPT_4O] as const);
    const costNanoUsd = price.chargeTokens(inputTokens, outputTokens);
    const worstNanoUsd = price.chargeTokens(inputTokens, OUTPUT_TOKENS_MAX);
    return { ...call, model, costNanoUsd, worstNanoUsd };
  });
}

/** Replays the calls at their own times, on virtual time. */
async function replay(calls: readonly PricedCall[], limit: NanoUsd) {
  const startMs = calls[0]?.atMs ?? 0;
  const clock = new VirtualClock({ startMs });
  const board = await openBoard({
    clock,
    tokenizer: false,
    prices: PRICES,
    budgets: [{ id: 'hour', limit, period: 'day', warnAt: 1 }],
  });
  const breaker = board.breaker('openai');
  let [spent, running, mostCommitted, sentCount] = [0, 0, 0, 0];
  const results: Promise<unknown>[] = [];
  let audits = 0;
  for (const [place, call] of calls.entries()) {
    const { atMs, model, inputTokens, outputTokens, costNanoUsd, worstNanoUsd } = call;
    await clock.advanceAsync(Math.max(0, atMs - clock.nowMs()));
    const operation = {
      operation: 'llm_call',
      model,
      inputTokens,
      maxOutputTokens: OUTPUT_TOKENS_MAX,
    };
    const made = breaker.tryCall(operation, async (context) => {
      sentCount += 1;
      running += worstNanoUsd;
      mostCommitted = Math.max(mostCommitted, spent + running);
      await new Promise<void>((resolve) => {
        clock.setTimer(outputTokens * TOKEN_MS, true, resolve);
      });
      running -= worstNanoUsd;
      spent += costNanoUsd;
      context.usage({ inputTokens, outputTokens });
    });
    results.push(made);
    if (place % 100 !== 0) continue;
    const [summary] = await budgetsOf();
    const { spentNanoUsd = 0, reservedNanoUsd = 0 } = summary ?? {};
    expect(spentNanoUsd + reservedNanoUsd).toBeLessThanOrEqual(limit);
    audits += 1;
  }
  await clock.advanceAsync(OUTPUT_TOKENS_MAX * TOKEN_MS + 1_000);
  await Promise.all(results);
  const [last] = await budgetsOf();
  expect(last).toMatchObject({ spentNanoUsd: spent, reservedNanoUsd: 0, overspentNanoUsd: 0 });
  await board.close();
  return { spent, mostCommitted, sentCount, audits };

  async function budgetsOf() {
    const asked = board.budgets();
    await clock.advanceAsync(25);
    return asked;
  }
}

describe.skipIf(!hasTraffic).each([1, 2])('an hour of real traffic, seed %i', (seed) => {
  test('CRIT-82 a budget of 60 % is spent to at least 99 %, and never over', async () => {
    const calls = pricedCalls(seed);
    const total = calls.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
    const limit = Math.floor(total * SHARE) as NanoUsd;
    const { spent, mostCommitted, sentCount, audits } = await replay(calls, limit);
    const share = `${((100 * spent) / limit).toFixed(3)} % of ${(limit / 1e9).toFixed(4)} $`;
    process.stdout.write(`seed ${seed}: ${sentCount} of ${calls.length} calls spent ${share}\n`);
    expect(audits).toBeGreaterThan(10);
    expect(mostCommitted).toBeLessThanOrEqual(limit);
    expect(spent / limit).toBeGreaterThanOrEqual(0.99);
  });
});
