/**
 * Settled calls on their way to the ledger: rows of numbers in one growing block, handed to the
 * store every 20 ms at most, one batch at a time and numbered, so that a batch that is sent twice
 * counts once. Texts are told once and then named by a number.
 */
import {
  LEDGER_WIDTH,
  type LedgerBatch,
  type LedgerLabels,
  type RefusedCalls,
} from '../../persistence/ledger-batch.ts';
import type { Committed, MoneyStore } from '../../persistence/money-store.ts';
import type { Clock } from '../clock.ts';
import type { Deadline, Deadlines } from '../deadlines.ts';
import type { Account } from './budgets/account.ts';
import { sumNanoUsd } from './money.ts';

/** Rows reach the store at most this much later. */
const WRITE_BEHIND_MS = 20;
const RETRY_MS = 20;
const RETRY_MAX_MS = 2_000;
/** Rows that are sent at the end of their turn, however soon that is. */
const ROWS_FLUSHED = 1_024;
/** Rows that may wait while the store takes none; beyond them budgets refuse. */
export const UNSETTLED_MAX = 10_000;
/** Texts told longer ago than this many others are told again: nobody remembers them for ever. */
const PLACES_KEPT = 32_768;
const FIRST_ROWS = 64;
/** A block with room for more rows is filled again only while calls fill this share of it. */
const SPARE_ROWS = 4_096;
const SPARE_SHARE = 1 / 8;

/** Something told to the store once, and its place there; -1 until it was told. */
export interface Told<T> {
  readonly what: T;
  place: number;
}

export interface LedgerWriterOptions {
  readonly store: Pick<MoneyStore, 'commit'>;
  readonly holder: number;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** The store took a batch: what it says now. */
  readonly onCommitted: (committed: Committed) => void;
  /** The store did not take a batch, for the nth time in a row. */
  readonly onFailed: (error: unknown, failures: number, pendingCount: number) => void;
  readonly onRecovered: () => void;
}

interface Block {
  rows: Float64Array;
  rowCount: number;
  labels: { place: number; labels: LedgerLabels }[];
  charges: { place: number; accounts: readonly number[] }[];
  refused: Map<number, { count: number; expectedNanoUsd: number; atMs: number }>;
  returns: Map<Account, number>;
  /** Accounts whose settlements are in here. */
  touched: Account[];
}

interface Sent {
  readonly batch: LedgerBatch;
  /** What the batch's rows are part of: filled again once the store has taken them. */
  readonly rows: Float64Array;
  readonly returns: ReadonlyMap<Account, number>;
}

/** Shared, so that a store that writes in a thread of its own reads it where it is. */
const roomFor = (numbers: number): Float64Array =>
  new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT));

const emptyBlock = (rows: Float64Array): Block => ({
  rows,
  rowCount: 0,
  labels: [],
  charges: [],
  refused: new Map(),
  returns: new Map(),
  touched: [],
});

export class LedgerWriter {
  readonly #options: LedgerWriterOptions;
  #block = emptyBlock(roomFor(FIRST_ROWS * LEDGER_WIDTH));
  /** Room for the next block. */
  #spare: Float64Array | null = null;
  /** On its way; null while nothing is. */
  #sent: Sent | null = null;
  /** Of the last batch made, and of the last one that the store took. */
  #seq = 0;
  #takenSeq = 0;
  #nextLabels = 0;
  #nextCharges = 0;
  #failures = 0;
  #deadline: Deadline | null = null;
  #isClosed = false;
  readonly #drained: (() => void)[] = [];

  constructor(options: LedgerWriterOptions) {
    this.#options = options;
  }

  /** Rows that the store has not taken yet. */
  get pendingCount(): number {
    return this.#block.rowCount + (this.#sent?.batch.rowCount ?? 0);
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Whether the store is so far behind that no call should be added. */
  get isFull(): boolean {
    return this.pendingCount >= UNSETTLED_MAX;
  }

  /** Resolves when the store has taken a batch, or has failed to. */
  caughtUp(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      this.flush();
    });
  }

  /** Place of the first number of a new row: the caller fills {@link LEDGER_WIDTH} of them. */
  row(accounts: readonly Account[]): number {
    const block = this.#block;
    const offset = block.rowCount * LEDGER_WIDTH;
    if (offset === block.rows.length) {
      const grown = roomFor(block.rows.length * 2);
      grown.set(block.rows);
      block.rows = grown;
    }
    block.rowCount++;
    for (const account of accounts) {
      if (account.isTouched) continue;
      account.isTouched = true;
      block.touched.push(account);
    }
    if (block.rowCount === ROWS_FLUSHED) this.#options.clock.defer(this.#flushSoon);
    this.#soon();
    return offset;
  }

  /** The numbers that {@link row} points into. */
  get rows(): Float64Array {
    return this.#block.rows;
  }

  /** The place of some labels, told if need be. */
  labelsPlace(told: Told<LedgerLabels>): number {
    if (told.place < 0 || told.place + PLACES_KEPT < this.#nextLabels) {
      told.place = this.#nextLabels++;
      this.#block.labels.push({ place: told.place, labels: told.what });
    }
    return told.place;
  }

  /** The place of a set of accounts, told if need be. */
  chargesPlace(told: Told<readonly number[]>): number {
    if (told.place < 0 || told.place + PLACES_KEPT < this.#nextCharges) {
      told.place = this.#nextCharges++;
      this.#block.charges.push({ place: told.place, accounts: told.what });
    }
    return told.place;
  }

  /** Notes a call that was refused for money. */
  refused(labels: Told<LedgerLabels>, expectedNanoUsd: number, atMs: number): void {
    const place = this.labelsPlace(labels);
    const known = this.#block.refused.get(place);
    if (known === undefined) this.#block.refused.set(place, { count: 1, expectedNanoUsd, atMs });
    else {
      known.count++;
      known.expectedNanoUsd = sumNanoUsd(known.expectedNanoUsd, expectedNanoUsd);
      known.atMs = atMs;
    }
    this.#soon();
  }

  /** Gives allowance back. */
  giveBack(account: Account, amountNanoUsd: number): void {
    if (amountNanoUsd <= 0) return;
    const { returns } = this.#block;
    returns.set(account, (returns.get(account) ?? 0) + amountNanoUsd);
    this.#soon();
  }

  /**
   * Takes back, for a caller who waits, what was to be given back and is not on its way yet: at
   * most so much. Answers how much that is.
   */
  takeBack(account: Account, mostNanoUsd: number): number {
    const { returns } = this.#block;
    const unsentNanoUsd = returns.get(account) ?? 0;
    const amountNanoUsd = Math.min(unsentNanoUsd, mostNanoUsd);
    if (amountNanoUsd <= 0) return 0;
    if (amountNanoUsd === unsentNanoUsd) returns.delete(account);
    else returns.set(account, unsentNanoUsd - amountNanoUsd);
    account.reclaim(amountNanoUsd);
    return amountNanoUsd;
  }

  readonly #flushSoon = (): void => this.flush();

  /** Sends what there is, now, unless something is on its way. */
  flush(): void {
    // What is on its way, or waits to be sent again, goes first.
    if (this.#sent !== null || this.#isClosed) return;
    this.#options.deadlines.cancel(this.#deadline);
    this.#deadline = null;
    if (!this.#isEmpty()) this.#send();
  }

  /** Resolves when everything noted so far is in the store, or the store has failed. */
  async settled(): Promise<void> {
    const lastSeq = this.#seq + (this.#isEmpty() ? 0 : 1);
    while (!this.#isClosed && this.#takenSeq < lastSeq) {
      const failuresBefore = this.#failures;
      await this.caughtUp();
      if (this.#failures > failuresBefore) return;
    }
  }

  /** What the store has not confirmed, as batches: for the last moment. Nothing goes out later. */
  end(): LedgerBatch[] {
    this.#options.deadlines.cancel(this.#deadline);
    this.#isClosed = true;
    const owed = this.#sent === null ? [] : [this.#sent.batch];
    this.#sent = null;
    if (!this.#isEmpty()) owed.push(this.#take().batch);
    this.#release();
    return owed;
  }

  #isEmpty(): boolean {
    const { rowCount, refused, returns } = this.#block;
    return rowCount === 0 && refused.size === 0 && returns.size === 0;
  }

  #soon(): void {
    if (this.#deadline !== null || this.#sent !== null || this.#isClosed) return;
    const { clock, deadlines } = this.#options;
    this.#deadline = deadlines.at(clock.monotonicMs() + WRITE_BEHIND_MS, () => {
      this.#deadline = null;
      this.flush();
    });
  }

  /** The block as a numbered batch; a new block takes its place. */
  #take(): Sent {
    const block = this.#block;
    this.#block = emptyBlock(this.#spare ?? roomFor(FIRST_ROWS * LEDGER_WIDTH));
    this.#spare = null;
    for (const account of block.touched) account.send();
    const refused: RefusedCalls[] = [];
    for (const [labels, calls] of block.refused) refused.push({ labels, ...calls });
    const returns: { account: number; amountNanoUsd: number }[] = [];
    for (const [account, amountNanoUsd] of block.returns) {
      returns.push({ account: account.number, amountNanoUsd });
    }
    const batch: LedgerBatch = {
      holder: this.#options.holder,
      seq: ++this.#seq,
      labels: block.labels,
      charges: block.charges,
      rows: block.rows.subarray(0, block.rowCount * LEDGER_WIDTH),
      rowCount: block.rowCount,
      refused,
      returns,
    };
    return { batch, rows: block.rows, returns: block.returns };
  }

  #send(): void {
    this.#sent ??= this.#take();
    const { batch } = this.#sent;
    this.#options.store.commit(batch).then(
      (committed) => this.#committed(batch, committed),
      (error: unknown) => this.#failed(batch, error),
    );
  }

  #committed(batch: LedgerBatch, committed: Committed): void {
    if (this.#sent?.batch !== batch) return;
    const { rows, returns } = this.#sent;
    for (const [account, amountNanoUsd] of returns) account.returned(amountNanoUsd);
    const keptMax = Math.max(SPARE_ROWS, batch.rowCount / SPARE_SHARE) * LEDGER_WIDTH;
    if (rows.length <= keptMax) this.#spare = rows;
    this.#takenSeq = batch.seq;
    this.#sent = null;
    const { onCommitted, onRecovered } = this.#options;
    if (this.#failures > 0) {
      this.#failures = 0;
      onRecovered();
    }
    onCommitted(committed);
    if (!this.#isEmpty()) this.#soon();
    this.#release();
  }

  #failed(batch: LedgerBatch, error: unknown): void {
    if (this.#sent?.batch !== batch) return;
    const { clock, deadlines, onFailed } = this.#options;
    this.#failures++;
    onFailed(error, this.#failures, this.pendingCount);
    const delayMs = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (this.#failures - 1));
    this.#deadline = deadlines.at(clock.monotonicMs() + delayMs, () => {
      this.#deadline = null;
      if (this.#sent !== null && !this.#isClosed) this.#send();
    });
    this.#release();
  }

  #release(): void {
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
