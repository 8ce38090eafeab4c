/**
 * The board as who watches it knows it: every breaker with what passed through it, kept up to date
 * by what the feed tells.
 */
import type { BoardUpdate, BreakerRow, Rates } from './protocol.ts';
import { columnAt, NO_RATES, Traffic, trafficOf } from './traffic.ts';

/** One breaker on the board: a new object whenever anything about it changed. */
export interface BoardRow extends BreakerRow, Rates {
  /** Booked in the last 24 hours; null where the board counts no costs. */
  readonly spentNanoUsd: number | null;
  /** Its columns, as of now; null where nothing passed. */
  readonly traffic: Traffic | null;
}

/** Numbers of each breaker in `passed`. */
const PASSED_WIDTH = 5;

export class BoardRows {
  readonly #byName = new Map<string, BoardRow>();
  readonly #names = new Map<number, string>();
  #column = -1;

  get byName(): ReadonlyMap<string, BoardRow> {
    return this.#byName;
  }

  /** Takes in what an update of the view `board` tells. */
  take(update: BoardUpdate): { readonly hasNewMembers: boolean; readonly hasChanged: boolean } {
    const { isWhole, rows, gone, passed, traffic, nowMs } = update;
    if (rows === null) return { hasNewMembers: false, hasChanged: false };
    let hasNewMembers = isWhole;
    if (isWhole) {
      this.#byName.clear();
      this.#names.clear();
    }
    for (const name of gone) if (this.#drop(name)) hasNewMembers = true;
    for (const row of rows) if (this.#put(row)) hasNewMembers = true;
    for (const [number, spentNanoUsd, column, ...columns] of traffic) {
      this.#renew(number, spentNanoUsd, trafficOf(column, columns), update);
    }
    for (let at = 0; at < passed.length; at += PASSED_WIDTH) this.#pass(passed, at, update);
    const hasMovedOn = this.#moveOn(columnAt(nowMs), update);
    const hasChanged =
      hasNewMembers || hasMovedOn || rows.length + traffic.length + passed.length > 0;
    return { hasNewMembers, hasChanged };
  }

  /** True for a breaker that was not known. */
  #put(row: BreakerRow): boolean {
    const before = this.#byName.get(row.name);
    const isKnown = before?.number === row.number;
    if (before !== undefined && !isKnown) this.#drop(row.name);
    this.#names.set(row.number, row.name);
    const known = isKnown ? before : { ...NO_RATES, spentNanoUsd: null, traffic: null };
    this.#byName.set(row.name, { ...known, ...row });
    return !isKnown;
  }

  #drop(name: string): boolean {
    const row = this.#byName.get(name);
    if (row === undefined) return false;
    this.#names.delete(row.number);
    return this.#byName.delete(name);
  }

  #pass(passed: BoardUpdate['passed'], at: number, update: BoardUpdate): void {
    const number = passed[at] as number;
    const row = this.#rowOf(number);
    if (row === undefined) return;
    const [calls, failed, refused] = passed.slice(at + 1, at + 4) as [number, number, number];
    let { traffic } = row;
    if (calls > 0) {
      const column = columnAt(update.nowMs);
      traffic ??= new Traffic(column);
      traffic.add(column, calls, failed, refused);
    }
    this.#renew(number, passed[at + 4] ?? null, traffic, update);
  }

  #rowOf(number: number): BoardRow | undefined {
    const name = this.#names.get(number);
    return name === undefined ? undefined : this.#byName.get(name);
  }

  /** Its row is another object from now on. */
  #renew(
    number: number,
    spentNanoUsd: number | null,
    traffic: Traffic | null,
    { nowMs, sinceMs }: BoardUpdate,
  ): void {
    const row = this.#rowOf(number);
    if (row === undefined) return;
    const rates = traffic?.rates(nowMs, sinceMs) ?? NO_RATES;
    this.#byName.set(row.name, { ...row, ...rates, spentNanoUsd, traffic });
  }

  /** A new column has begun: what passed before moves on. */
  #moveOn(column: number, update: BoardUpdate): boolean {
    if (column === this.#column) return false;
    this.#column = column;
    let hasMoved = false;
    for (const { number, spentNanoUsd, traffic } of this.#byName.values()) {
      if (traffic === null) continue;
      traffic.moveTo(column);
      this.#renew(number, spentNanoUsd, traffic.isEmpty ? null : traffic, update);
      hasMoved = true;
    }
    return hasMoved;
  }
}
