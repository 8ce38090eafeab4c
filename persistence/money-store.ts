/**
 * Money as it is stored: the small interface that services are handed. Everything here may be a
 * network away, so everything is asynchronous; a call waits for it only when its allowance is
 * empty.
 *
 * An **account** is one budget, for one value of its tag, in one period. Of an account's limit a
 * part is settled, a part forfeited (a holder died with it), and a part held by the processes that
 * drew it. The store keeps `settled + forfeited + held <= limit` in one statement, whoever asks.
 */
import type { BudgetDefinition, BudgetLimit } from './budget-definition.ts';
import type {
  CostReport,
  CostReportQuery,
  LedgerVerdict,
  SpendHour,
  SpendQuery,
} from './cost-report.ts';
import type { LedgerBatch, OutsideCost } from './ledger-batch.ts';

/** Names an account, whether it exists yet or not. */
export interface AccountKey {
  /** Id of the budget; one that begins with `@` is a meter, which only measures. */
  readonly budget: string;
  /** The tag's value; empty for a budget that is not per tag. */
  readonly value: string;
  /** Key of the period. */
  readonly period: string;
  /** Wall-clock milliseconds; null for a period without an end. */
  readonly startMs: number | null;
  readonly endMs: number | null;
}

/** An account as the store has it. All amounts in nano-dollars. */
export interface AccountState {
  /** The store's number for it. */
  readonly account: number;
  /** Null for a meter, or for a budget that nobody has defined. */
  readonly limitNanoUsd: number | null;
  readonly settledNanoUsd: number;
  /** Drawn by holders that died, and not accounted for. Counts as spent. */
  readonly forfeitedNanoUsd: number;
  /** Drawn by holders, neither settled nor returned. */
  readonly heldNanoUsd: number;
  /** The part of what is settled that no draw covered: bills above their own maximum. */
  readonly overspentNanoUsd: number;
}

/** Who holds allowances: one board in one process. */
export interface HolderIdentity {
  readonly pid: number;
  /** Whatever tells this process from a later one of the same number; empty where unknown. */
  readonly processStart: string;
  /** Names the machine and its boot; empty where unknown. */
  readonly bootId: string;
}

export interface Joined {
  /** The store's number for this holder. */
  readonly holder: number;
  /** Every budget's limit as it is in force. */
  readonly limits: readonly BudgetLimit[];
  /** What dead holders left behind, forfeited just now. */
  readonly forfeits: readonly Forfeit[];
  /** What estimators had learnt, as it was saved. */
  readonly learnt: readonly LearntRow[];
}

export interface Forfeit {
  /** Number of the holder that lost it. */
  readonly holder: number;
  readonly account: number;
  readonly budget: string;
  readonly amountNanoUsd: number;
}

export interface DrawItem {
  readonly key: AccountKey;
  /** The least that is of use; all items get it, or none gets anything. */
  readonly needNanoUsd: number;
  /** What would be welcome: at least the need. */
  readonly wantNanoUsd: number;
}

export interface DrawAnswer {
  /** Amount drawn for each item, in order; null when one of them could not have what it needs. */
  readonly drawnNanoUsd: readonly number[] | null;
  /** Place of the first item that could not be satisfied; null when all were. */
  readonly shortOf: number | null;
  /** The accounts of the items afterwards, in order. They exist from now on. */
  readonly accounts: readonly AccountState[];
}

export interface ReturnItem {
  readonly account: number;
  readonly amountNanoUsd: number;
}

export interface Committed {
  /** The accounts that the batch touched, afterwards. */
  readonly accounts: readonly AccountState[];
  /** Amounts that no allowance covered, account by account; empty but for a provider's surprise. */
  readonly overspent: readonly { readonly account: number; readonly amountNanoUsd: number }[];
}

/** What others did since the last look. */
export interface MoneyChanges {
  /** Accounts among those watched that changed. */
  readonly accounts: readonly AccountState[];
  /** Limits that changed. */
  readonly limits: readonly BudgetLimit[];
  readonly forfeits: readonly Forfeit[];
}

/** Who did what, why: kept for ever and never dropped. */
export interface AuditEntry {
  /** For example `budget.limit_set`, `override.used`, `forfeit.corrected`. */
  readonly act: string;
  /** What it concerns: a budget's id, a breaker's name. */
  readonly subject: string;
  readonly reason: string;
  readonly by: string;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
  /** More, as plain data: stored as JSON of at most 4,096 characters. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

export interface LearntRow {
  readonly key: string;
  /** JSON. */
  readonly state: string;
}

/**
 * The money of one store, as one holder sees it. Every promise rejects with a FuseboardError
 * (store_unavailable, store_corrupt) when the store could not do it; nothing was done then.
 */
export interface MoneyStore {
  /** True when other processes may write the same data, so that `changes` must be asked. */
  readonly shared: boolean;
  /**
   * Takes a number for this holder, defines its budgets, forfeits what dead holders left. A
   * definition whose own limit differs from the stored definition's replaces it and any limit set
   * at run time; an equal one leaves the limit in force as it is. Asked once, first.
   */
  join(identity: HolderIdentity, budgets: readonly BudgetDefinition[]): Promise<Joined>;
  /** Draws from several accounts, all or nothing, and makes it durable before it answers. */
  draw(items: readonly DrawItem[]): Promise<DrawAnswer>;
  /**
   * Writes settlements and refusals, and gives back what is not needed. Numbered by the holder
   * from 1 without gaps: a batch that was applied before changes nothing and answers as it did.
   */
  commit(batch: LedgerBatch): Promise<Committed>;
  /** What others did since the last call, cheap when they did nothing. Also sweeps the dead. */
  changes(): Promise<MoneyChanges>;
  /** Sets a budget's limit from now on, in force for every holder, with an audit entry. */
  setLimit(budget: string, limitNanoUsd: number, entry: AuditEntry): Promise<MoneyChanges>;
  /**
   * Takes an amount out of what an account counts as forfeited, and fences the leases it came
   * from: whoever settles against one later overspends.
   * @throws FuseboardError invalid_argument when less than the amount is forfeited.
   */
  correctForfeit(key: AccountKey, amountNanoUsd: number, entry: AuditEntry): Promise<AccountState>;
  /** Books costs that others report, each id once. Answers which ids were new, in order. */
  bookOutside(costs: readonly OutsideCost[]): Promise<{
    readonly isNew: readonly boolean[];
    readonly accounts: readonly AccountState[];
  }>;
  /** Keeps audit entries, durably. */
  audit(entries: readonly AuditEntry[]): Promise<void>;
  /** Every audit entry, oldest first, at most `limit` of the newest. */
  auditLog(limit: number): Promise<readonly AuditEntry[]>;
  /** Keeps what estimators have learnt. */
  saveLearnt(rows: readonly LearntRow[]): Promise<void>;
  /** Accounts of periods that hold `atMs`, or all of them when null, with their keys. */
  accounts(atMs: number | null): Promise<readonly (AccountState & { readonly key: AccountKey })[]>;
  report(query: CostReportQuery): Promise<CostReport>;
  /** For each query the hours in which something was spent, oldest first. Reads no row. */
  spendByHour(queries: readonly SpendQuery[]): Promise<readonly (readonly SpendHour[])[]>;
  /** Recomputes every total from the rows. Reads everything. */
  verify(): Promise<LedgerVerdict>;
  /** Removes rows and periods that ended before `beforeMs`, behind checkpoints. */
  compact(beforeMs: number): Promise<{ readonly rowCount: number }>;
  /** Writes a last batch on the calling thread, returns what is held, and leaves. Synchronous. */
  leaveNow(batches: readonly LedgerBatch[]): void;
  /** As `leaveNow`, for a process that goes on. The store answers nothing afterwards. */
  close(batches: readonly LedgerBatch[]): Promise<void>;
}
