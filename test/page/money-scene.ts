/** A board that has spent a day's money in several ways, with an inspector, for the money view. */
import { openBoard, usd, type Board, type Inspector } from '../../index.ts';
import { systemClock, type Clock } from '../../services/clock.ts';

const HOUR_MS = 3_600_000;

/** Opened at noon: hours gone by are of the same day at whatever time this runs. */
const NOON_MS = Date.UTC(2026, 5, 15, 12);
const openedMs = systemClock.monotonicMs();
const clock: Clock = {
  ...systemClock,
  nowMs: () => NOON_MS + systemClock.monotonicMs() - openedMs,
};

export interface MoneyScene extends AsyncDisposable {
  readonly board: Board;
  readonly inspector: Inspector;
  /** A call of an operation that bills so much. */
  spend(breaker: string, operation: string, expected: number, bills: number): Promise<void>;
}

/** A script, should anything take this text for markup. */
export const HOSTILE = '<img src=x onerror="document.title=1">';

export async function openMoneyScene(): Promise<MoneyScene> {
  const board = await openBoard({
    clock,
    tokenizer: false,
    prices: {
      overrides: [
        { model: 'unit', inputPerMillion: usd(10), outputPerMillion: usd(10) },
        { model: 'sonar', inputPerMillion: usd(10), outputPerMillion: usd(10) },
      ],
    },
    budgets: [
      { id: 'daily', limit: usd(20), period: 'day' },
      { id: 'monthly', limit: usd(5_000), period: 'month' },
      { id: 'search', limit: usd(3), period: 'day', scope: { breaker: 'perplexity' } },
      { id: 'tenants', limit: usd(8), period: 'day', per: 'tag:tenant' },
    ],
    rules: [
      { id: 'dear call', type: 'operation_cost', threshold: usd(1), action: 'block', priority: 9 },
      { id: 'half the day', type: 'daily_percentage', budget: 'daily', threshold: 50, action: 'alert', cooldownMs: 60_000 }, // prettier-ignore
      { id: 'rush', type: 'cost_rate_per_minute', threshold: usd(90), action: 'throttle', when: { priorityMax: 3 } }, // prettier-ignore
    ],
  });
  const inspector = await board.inspect({ port: 0 });
  return {
    board,
    inspector,
    async spend(breaker, operation, expected, bills) {
      const inputTokens = Math.round(expected * 100_000);
      const model = breaker === 'perplexity' ? 'sonar' : 'unit';
      const call = { operation, model, inputTokens, maxOutputTokens: 0 };
      await board
        .breaker(breaker)
        .call(call, ({ cost }) => cost(usd(bills)))
        .catch(() => {});
    },
    async [Symbol.asyncDispose]() {
      await inspector.close();
      await board.close({ drainTimeoutMs: 0 });
    },
  };
}

/** Costs of hours gone by, which another service reports. */
export async function reportHours(board: Board, hours: readonly number[]): Promise<void> {
  const nowMs = clock.nowMs();
  hours.forEach((dollars, place) => {
    board.ingest.next({
      kind: 'cost',
      id: `hour ${place}`,
      operation: place % 3 === 0 ? 'embedding_call' : 'llm_call',
      breaker: 'openai',
      provider: 'openai',
      model: place % 3 === 0 ? 'text-embedding-3-small' : 'gpt-4o-mini',
      tags: { tenant: place % 2 === 0 ? 'acme' : HOSTILE },
      atMs: nowMs - (hours.length - place) * HOUR_MS,
      costNanoUsd: usd(dollars),
    });
  });
  await board.costs.report();
}
