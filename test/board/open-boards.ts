/** Boards on virtual time, with their facts collected, closed when the test ends. */
import { afterEach } from 'vitest';

import {
  openBoard,
  type Board,
  type BoardOptions,
  type Breaker,
  type Fact,
  type FactOf,
  type FactType,
} from '../../index.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

export interface OpenedBoard {
  readonly board: Board;
  readonly clock: VirtualClock;
  /** Every fact delivered so far. */
  readonly facts: Fact[];
  factsOf<T extends FactType>(type: T): FactOf<T>[];
}

export type VirtualBoardOptions = Omit<BoardOptions, 'clock'> & {
  readonly clock?: VirtualClock;
  /** Whether somebody listens to the facts. @default true */
  readonly observed?: boolean;
};

const opened: OpenedBoard[] = [];

afterEach(async () => {
  for (const { board, clock } of opened.splice(0)) {
    const closing = board.close({ drainTimeoutMs: 0 });
    clock.advance(0);
    await closing;
  }
});

export async function openVirtualBoard(options: VirtualBoardOptions = {}): Promise<OpenedBoard> {
  const { clock = new VirtualClock(), observed = true, ...rest } = options;
  const board = await openBoard({ ...rest, clock });
  const facts: Fact[] = [];
  const entry: OpenedBoard = {
    board,
    clock,
    facts,
    factsOf: <T extends FactType>(type: T) =>
      facts.filter((fact): fact is FactOf<T> => fact.type === type),
  };
  opened.push(entry);
  if (observed) board.facts$.subscribe((fact) => facts.push(fact));
  return entry;
}

/** So many calls that fail, one after the other. */
export function failTimes(breaker: Breaker, times: number, error: unknown = new Error('no')): void {
  for (let call = 0; call < times; call++) breaker.acquire().fail(error);
}

/** Options of a breaker that trips at its first failure and stays open for a minute. */
export const QUICK = { failureThreshold: 1, recoveryTimeoutMs: 60_000 } as const;
