/**
 * A board that counts money, on virtual time. Its model `unit` costs a cent a token, so that a call
 * costs what its test says and every figure can be checked in the head; `free` is free.
 */
import {
  usd,
  type BoardOptions,
  type Breaker,
  type BreakerOptions,
  type BudgetOptions,
  type BudgetSummary,
  type CallOptions,
  type CostEvent,
  type NanoUsd,
  type Operation,
} from '../../index.ts';
import { openVirtualBoard, type OpenedBoard } from '../board/open-boards.ts';
import { ending } from '../breaker/rig.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

/** A Tuesday, at noon. */
export const NOON_MS = Date.parse('2026-03-10T12:00:00Z');
export const MIDNIGHT_MS = Date.parse('2026-03-11T00:00:00Z');

export const PRICES = {
  overrides: [
    { model: 'unit', inputPerMillion: usd(10_000), outputPerMillion: usd(10_000) },
    { model: 'free', free: true },
  ],
} as const;

export const DAILY: BudgetOptions = { id: 'daily', limit: usd(100), period: 'day' };

/** After so long a rest no allowance is held that no call has reserved. */
export const REST_MS = 15_000;

/** A call that is expected to cost so much, and can cost no more. */
export const costing = (dollars: number, more: Partial<Operation> = {}): Operation => ({
  operation: 'llm_call',
  model: 'unit',
  inputTokens: Math.round(dollars * 100),
  maxOutputTokens: 0,
  ...more,
});

export const FREE: Operation = { operation: 'llm_call', model: 'free', inputTokens: 1_000 };

export type MoneyBoardOptions = Omit<BoardOptions, 'clock'> & {
  readonly startMs?: number;
  readonly clock?: VirtualClock;
  readonly observed?: boolean;
  readonly breaker?: BreakerOptions;
};

export interface MoneyRig extends OpenedBoard {
  readonly breaker: Breaker;
  /** A call that costs so much, with time passing while it waits; how it ended, in a word. */
  spend(dollars: number, options?: SpendOptions): Promise<string>;
  /** A promise's value, with time passing while it waits. */
  pass<T>(promise: Promise<T>): Promise<T>;
  summary(id?: string, value?: string): Promise<BudgetSummary>;
  /** Costs that another service reports, booked. */
  outside(dollars: number, more?: Partial<CostEvent>): Promise<void>;
}

export interface SpendOptions extends CallOptions {
  readonly breaker?: Breaker;
  readonly operation?: Partial<Operation>;
  /** What the upstream bills, in dollars. @default what was expected */
  readonly bills?: number;
}

let nextId = 0;

export async function openMoney(options: MoneyBoardOptions = {}): Promise<MoneyRig> {
  const { startMs = NOON_MS, breaker: breakerOptions, ...rest } = options;
  const opened = await openVirtualBoard({
    clock: new VirtualClock({ startMs }),
    random: seededRandom(1),
    tokenizer: false,
    prices: PRICES,
    ...rest,
  });
  const { board, clock } = opened;
  const breaker = board.breaker('api', breakerOptions);
  // A file has a thread of its own, whose answers come in order: this one after all before it.
  const heard = async (): Promise<void> => {
    if (rest.store !== undefined) await board.costs.audit(1).catch(() => {});
  };
  const rig: MoneyRig = {
    ...opened,
    breaker,
    pass: (promise) => passing(clock, promise, heard),
    spend(dollars, { breaker: on = breaker, operation, bills = dollars, ...call } = {}) {
      const made = on.call(
        costing(dollars, operation),
        ({ cost }) => {
          cost(usd(bills));
          return 'ok';
        },
        call,
      );
      return passing(clock, ending(made), heard);
    },
    summary: (id = 'daily', value) => board.budget(id).summary(value),
    async outside(dollars, more = {}) {
      const costNanoUsd = usd(dollars);
      const id = `outside ${nextId++}`;
      board.ingest.next({ kind: 'cost', id, operation: 'llm_call', costNanoUsd, ...more });
      await board.costs.report({ sinceMs: clock.nowMs() });
    },
  };
  return rig;
}

const SECOND_MS = 1_000;
const SECONDS_MAX = 3_600;
const ANSWERS_MAX = 4;

/** Waits for a promise, and lets a second pass whenever nothing else can happen. */
async function passing<T>(
  clock: VirtualClock,
  promise: Promise<T>,
  heard: () => Promise<void>,
): Promise<T> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  promise.then(over, over);
  const rest = async (): Promise<void> => {
    await clock.settle();
    // One answer may lead to the next question: of a draw, an audit entry, a draw again.
    for (let answer = 0; !isOver && answer < ANSWERS_MAX; answer++) await heard();
    await clock.settle();
  };
  await rest();
  for (let second = 0; !isOver && second < SECONDS_MAX; second++) {
    await clock.advanceAsync(SECOND_MS);
    await rest();
  }
  if (!isOver) throw new Error(`has not ended within ${SECONDS_MAX} s`);
  return promise;
}

/** An amount in dollars, for figures that a person reads. */
export const dollars = (nanoUsd: NanoUsd | number): number => nanoUsd / usd(1);
