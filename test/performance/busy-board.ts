/**
 * A board at work: ten thousand breakers, of which a few trip and recover again and again, and
 * about a thousand facts a second.
 */
import { openBoard, usd, type Board, type Breaker } from '../../index.ts';
import { systemClock } from '../../services/clock.ts';
import { seededRandom } from '../kit/seeded-random.ts';

export const CROWD = 10_000;
const FACTS_PER_S = 1_000;
/** Of a call that costs: how it ended, what was paid, and the rule that it fired. */
const FACTS_PER_PAID_CALL = 3;
/** The first of all: every fifth call is of one of these, and of those every third fails. */
const FLAKY = 200;
/** After so many in a row they trip. */
const FAILURES = 2;
/** This flaky one gets a tenth of all calls. */
export const BUSY_NAME = 'upstream-0';
const BEAT_MS = 10;

export interface BusyBoard {
  readonly board: Board;
  /** Calls, until what it returns is called. */
  start(): () => void;
}

const MONEY = {
  budgets: [
    { id: 'day', limit: usd(1_000_000), period: 'day' },
    { id: 'month', limit: usd(1_000_000), period: 'month' },
    { id: 'tenants', limit: usd(1_000), period: 'day', per: 'tag:tenant' },
  ],
  rules: [
    { id: 'dear', type: 'operation_cost', threshold: usd(100), action: 'block' },
    { id: 'rush', type: 'cost_rate_per_minute', threshold: usd(1), action: 'alert' },
  ],
} as const;

const OPERATIONS = ['llm_call', 'embedding_call', 'rerank_call'] as const;

export async function openBusyBoard(hasMoney: boolean): Promise<BusyBoard> {
  const board = await openBoard({
    breakersMax: CROWD,
    defaults: { failureThreshold: FAILURES, recoveryTimeoutMs: 2_000 },
    ...(hasMoney ? { tokenizer: false, ...MONEY } : {}),
  });
  const breakers = Array.from({ length: CROWD }, (_, index) => board.breaker(`upstream-${index}`));
  const random = seededRandom(1);
  const upTo = (count: number): number => Math.floor(random() * count);

  function next(): void {
    const kind = random();
    const index = kind < 0.1 ? 0 : kind < 0.2 ? upTo(FLAKY) : upTo(CROWD);
    const fails = index < FLAKY && random() < 1 / 3;
    void (hasMoney ? pay : call)(breakers[index] as Breaker, fails);
  }

  async function call(breaker: Breaker, fails: boolean): Promise<void> {
    await breaker.tryCall(() => (fails ? Promise.reject(new Error('down')) : Promise.resolve(1)));
  }

  async function pay(breaker: Breaker, fails: boolean): Promise<void> {
    const operation = OPERATIONS[upTo(OPERATIONS.length)] as string;
    const tags = { tenant: `tenant-${upTo(20)}` };
    const cents = 1 + upTo(9);
    await breaker.tryCall(
      { operation, model: 'gpt-4o-mini', inputTokens: 60, maxOutputTokens: 200, tags },
      ({ cost }) => (fails ? Promise.reject(new Error('down')) : cost(usd(cents / 1_000))),
    );
  }

  // What a breaker keeps from its first call on, or its first trip, is no news later.
  for (const breaker of breakers) await call(breaker, false);
  for (const breaker of breakers.slice(0, FLAKY)) {
    for (let failed = 0; failed < FAILURES; failed++) await call(breaker, true);
  }
  return {
    board,
    start() {
      const callsPerMs = FACTS_PER_S / (hasMoney ? FACTS_PER_PAID_CALL : 1) / 1_000;
      let doneMs = systemClock.monotonicMs();
      const beat = setInterval(() => {
        const nowMs = systemClock.monotonicMs();
        for (; doneMs < nowMs; doneMs += 1 / callsPerMs) next();
      }, BEAT_MS);
      return () => clearInterval(beat);
    },
  };
}
