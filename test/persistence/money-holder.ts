/** A holder of money as tests play it: it numbers its batches and tells places as a board does. */
import {
  COST_BASES,
  LEDGER_COLUMNS,
  type CostBasis,
  type LedgerBatch,
  type LedgerLabels,
  type OutsideCost,
} from '../../persistence/ledger-batch.ts';
import type { BudgetDefinition } from '../../persistence/budget-definition.ts';
import type { MoneyEngine } from '../../persistence/money-engine.ts';
import type {
  AccountKey,
  AccountState,
  AuditEntry,
  Committed,
  DrawItem,
  HolderIdentity,
  Joined,
} from '../../persistence/money-store.ts';
import type { VirtualClock } from '../kit/virtual-clock.ts';

/** An engine's verbs, answered at once or later. */
export type Door = {
  readonly [Verb in keyof MoneyEngine]: (
    ...args: Parameters<MoneyEngine[Verb]>
  ) => ReturnType<MoneyEngine[Verb]> | Promise<ReturnType<MoneyEngine[Verb]>>;
};

/** Fresh books, with as many doors as holders are wanted. */
export interface Doors<D extends Door = Door> {
  readonly engine: () => D;
}

/** What a test of the contract starts from. */
export interface Fresh {
  readonly clock: VirtualClock;
  readonly doors: Doors;
}

/** This very process, so that nobody takes the holder for dead before its lease has ended. */
export const ALIVE: HolderIdentity = { pid: process.pid, processStart: '', bootId: '' };

export const HOUR_MS = 3_600_000;

export const keyOf = (budget: string, more: Partial<AccountKey> = {}): AccountKey => ({
  budget,
  value: '',
  period: 'total',
  startMs: null,
  endMs: null,
  ...more,
});

export const item = (
  budget: string | AccountKey,
  needNanoUsd: number,
  wantNanoUsd = needNanoUsd,
): DrawItem => ({
  key: typeof budget === 'string' ? keyOf(budget) : budget,
  needNanoUsd,
  wantNanoUsd,
});

export const labels = (more: Partial<LedgerLabels> = {}): LedgerLabels => ({
  breaker: 'openai',
  provider: 'openai',
  operation: 'llm_call',
  model: 'gpt-4o-mini',
  tags: [],
  method: 'tokens',
  priceSource: 'table',
  priceVersion: '1',
  ...more,
});

export const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  act: 'budget.limit_set',
  subject: 'daily',
  reason: 'month end',
  by: 'ops',
  atMs: 1,
  details: {},
  ...more,
});

export const outside = (id: string, costNanoUsd: number, keys: readonly AccountKey[]) =>
  ({
    id,
    atMs: 1_700_000_000_000,
    labels: labels(),
    costNanoUsd,
    inputTokens: null,
    outputTokens: null,
    kind: 'booked',
    accounts: keys,
  }) satisfies OutsideCost;

/** A settled call; what is not given is of no interest to the test. */
export interface Settlement {
  /** Numbers of accounts. */
  readonly accounts: readonly number[];
  readonly costNanoUsd: number;
  /** @default the next one */
  readonly number?: number;
  readonly labels?: LedgerLabels;
  readonly reservedAtMs?: number;
  readonly basis?: CostBasis;
  /** Place in the runtime's list of outcomes. @default 0, succeeded */
  readonly outcome?: number;
  readonly expectedNanoUsd?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** A batch before it is numbered. */
export interface Contents {
  readonly rows?: readonly Settlement[];
  readonly returns?: LedgerBatch['returns'];
  readonly refused?: readonly {
    readonly labels: LedgerLabels;
    readonly count: number;
    readonly expectedNanoUsd: number;
    readonly atMs: number;
  }[];
}

export interface TestHolder<D extends Door = Door> {
  readonly door: D;
  readonly joined: Joined;
  readonly number: number;
  /** The account of a budget without tags and periods, opened if need be. */
  account(budget: string | AccountKey): Promise<AccountState>;
  /** The amount drawn; null when there was not enough. */
  draw(budget: string | AccountKey, need: number, want?: number): Promise<number | null>;
  /** The next batch, to be committed by the test. */
  batch(contents: Contents): LedgerBatch;
  commit(contents: Contents): Promise<Committed>;
}

const places = <T>() => {
  const known = new Map<string, number>();
  return (value: T, tell: (place: number) => void): number => {
    const key = JSON.stringify(value);
    let place = known.get(key);
    if (place === undefined) {
      place = known.size;
      known.set(key, place);
      tell(place);
    }
    return place;
  };
};

/** Makes batches of one holder: numbers them, and tells what was not told before. */
export function batchMaker(holder: number, nowMs: () => number) {
  const placeOfLabels = places<LedgerLabels>();
  const placeOfCharges = places<readonly number[]>();
  let seq = 0;
  let lastNumber = 0;

  return ({ rows = [], returns = [], refused = [] }: Contents): LedgerBatch => {
    const told: { place: number; labels: LedgerLabels }[] = [];
    const charged: { place: number; accounts: readonly number[] }[] = [];
    const labelsAt = (given: LedgerLabels = labels()): number =>
      placeOfLabels(given, (place) => told.push({ place, labels: given }));

    const numbers = rows.flatMap((row) => {
      const reservedAtMs = row.reservedAtMs ?? nowMs();
      const columns: Record<(typeof LEDGER_COLUMNS)[number], number> = {
        number: row.number ?? ++lastNumber,
        reservedAtMs,
        settledAtMs: Math.max(reservedAtMs, nowMs()),
        labels: labelsAt(row.labels),
        charges: placeOfCharges(row.accounts, (place) =>
          charged.push({ place, accounts: row.accounts }),
        ),
        expectedNanoUsd: row.expectedNanoUsd ?? row.costNanoUsd,
        worstNanoUsd: row.costNanoUsd,
        costNanoUsd: row.costNanoUsd,
        tableNanoUsd: Number.NaN,
        basis: COST_BASES.indexOf(row.basis ?? 'usage'),
        outcome: row.outcome ?? 0,
        inputTokens: row.inputTokens ?? Number.NaN,
        cachedInputTokens: Number.NaN,
        outputTokens: row.outputTokens ?? Number.NaN,
        durationMs: 12.5,
      };
      lastNumber = Math.max(lastNumber, columns.number);
      return LEDGER_COLUMNS.map((column) => columns[column]);
    });
    return {
      holder,
      seq: ++seq,
      refused: refused.map((one) => ({ ...one, labels: labelsAt(one.labels) })),
      labels: told,
      charges: charged,
      rows: Float64Array.from(numbers),
      rowCount: rows.length,
      returns,
    };
  };
}

/** Joins the books through a new door. */
export async function join<D extends Door>(
  doors: Doors<D>,
  budgets: readonly BudgetDefinition[] = [],
  nowMs: () => number = () => 1_700_000_000_000,
): Promise<TestHolder<D>> {
  const door = doors.engine();
  const joined = await door.join(ALIVE, budgets);
  const batch = batchMaker(joined.holder, nowMs);
  return {
    door,
    joined,
    number: joined.holder,
    async account(budget) {
      const { accounts } = await door.draw([item(budget, 0)]);
      return accounts[0] as AccountState;
    },
    async draw(budget, need, want) {
      const { drawnNanoUsd } = await door.draw([item(budget, need, want)]);
      return drawnNanoUsd === null ? null : (drawnNanoUsd[0] as number);
    },
    batch,
    commit: async (contents) => door.commit(batch(contents)),
  };
}

/** A budget of an id and a limit. */
export const budget = (id: string, limitNanoUsd: number): BudgetDefinition => ({
  id,
  limitNanoUsd,
});
