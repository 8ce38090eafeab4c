/**
 * Every breaker of the board: its row of JSON, what passed through it, and the ticks in which
 * either last changed. What a tick costs depends on how much changed, not on how many breakers
 * there are; rows made anew have a bound for each tick, and what is beyond it comes with the next.
 */
import type { BreakerCore } from '../../services/breaker-core.ts';
import type { Fact } from '../../services/facts.ts';
import type { BoardInside } from './board-inside.ts';
import { breakerRow } from './breaker-row.ts';
import { GoneBreakers } from './gone-breakers.ts';
import { SPARK_COUNT, type TrafficRecord, type WholeRow } from './protocol.ts';
import { callKindOf, columnAt, NO_RATES, NO_SPARKS, Traffic } from './traffic.ts';

/** Rows made anew in one tick. */
const ROWS_MAX = 2_000;

interface Entry {
  readonly core: BreakerCore;
  readonly number: number;
  /** The row as it was last made; empty before. */
  row: string;
  /** The tick in which it last changed. */
  rowTick: number;
  /** Null where nothing passed in the columns that are shown. */
  traffic: Traffic | null;
  /** The tick in which something passed last, or its spending changed. */
  passedTick: number;
}

/** What is new, as JSON, with commas between the members of each list. */
interface News {
  readonly rows: string;
  readonly passed: string;
  readonly traffic: string;
}

const NO_NEWS: News = { rows: '', passed: '', traffic: '' };

export interface RowChanges extends News {
  readonly isWhole: boolean;
  readonly gone: readonly string[];
  readonly nowMs: number;
  readonly sinceMs: number;
}

export interface BreakerRowsParts extends BoardInside {
  /** Spent by a breaker lately; null where nobody counts. */
  readonly spentOf: (name: string) => number | null;
  readonly onGone: (name: string) => void;
}

export class BreakerRows {
  readonly #parts: BreakerRowsParts;
  readonly #entries = new Map<string, Entry>();
  /** Whose row may have changed. */
  readonly #touched = new Set<Entry>();
  /** Through which something passed since the last tick. */
  readonly #passed = new Set<Entry>();
  /** Through which something passed in the columns that are shown. */
  readonly #warm = new Set<Entry>();
  readonly #gone = new GoneBreakers();
  #number = 0;
  #gateVersion: number;
  #scannedSizes = '';
  readonly #sinceMs: number;
  #nowMs: number;
  /** Told with the last tick to whoever knew the one before. */
  #news = NO_NEWS;

  constructor(parts: BreakerRowsParts) {
    this.#parts = parts;
    this.#sinceMs = Math.round(parts.runtime.clock.monotonicMs());
    this.#nowMs = this.#sinceMs;
    this.#gateVersion = parts.runtime.boardGate.version;
  }

  /** True when rows wait to be made for the first time or anew. */
  get isBehind(): boolean {
    return this.#touched.size > 0;
  }

  /** One breaker whole, as JSON has it; null for one that is not there. */
  row(name: string): WholeRow | null {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    const { core, number, traffic } = entry;
    const rates = traffic?.rates(this.#nowMs, this.#sinceMs) ?? NO_RATES;
    const sparks = traffic?.sparks() ?? NO_SPARKS;
    const spentNanoUsd = this.#parts.spentOf(name);
    return { ...breakerRow(core, number), ...rates, spentNanoUsd, ...sparks };
  }

  /** Counts what a fact tells of a breaker. */
  hear(fact: Fact): void {
    if (!('breaker' in fact) || fact.breaker === null) return;
    if (fact.type === 'breaker.evicted') return this.#drop(fact.breaker);
    const entry = this.#entries.get(fact.breaker) ?? this.#found(fact.breaker);
    if (entry === null) return;
    const kind = callKindOf(fact);
    const set = kind === null && fact.type !== 'cost.settled' ? this.#touched : this.#passed;
    set.add(entry);
    if (kind !== null) (entry.traffic ??= new Traffic(columnAt(this.#nowMs))).count(kind);
  }

  /** The breaker's row may have changed. */
  touch(name: string): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#touched.add(entry);
  }

  /** What the breaker spent is another sum now. */
  touchSpending(name: string): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#passed.add(entry);
  }

  /** Brings rows and traffic up to date. */
  advance(tick: number): void {
    this.#nowMs = Math.round(this.#parts.runtime.clock.monotonicMs());
    this.#scan();
    const { version } = this.#parts.runtime.boardGate;
    if (version !== this.#gateVersion) {
      this.#gateVersion = version;
      for (const entry of this.#entries.values()) this.#touched.add(entry);
    }
    this.#news = { rows: this.#makeRows(tick), passed: this.#settle(tick), traffic: '' };
    this.#gone.tell(tick);
  }

  /** What changed after that tick; everything for null, who knows nothing yet. */
  since(tick: number | null, nowTick: number): RowChanges {
    const gone = tick === null ? null : this.#gone.since(tick);
    return {
      isWhole: gone === null,
      ...this.#newsSince(gone === null ? -1 : (tick as number), nowTick),
      gone: gone ?? [],
      nowMs: this.#nowMs,
      sinceMs: this.#sinceMs,
    };
  }

  #newsSince(tick: number, nowTick: number): News {
    if (tick === nowTick) return NO_NEWS;
    return tick >= 0 && tick === nowTick - 1 ? this.#news : this.#collect(tick);
  }

  #collect(tick: number): News {
    const rows: string[] = [];
    const traffic: string[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.rowTick > tick) rows.push(entry.row);
      if (entry.passedTick > tick) traffic.push(JSON.stringify(this.#recordOf(entry)));
    }
    return { rows: rows.join(','), passed: '', traffic: traffic.join(',') };
  }

  #recordOf({ core, number, traffic }: Entry): TrafficRecord {
    const [calls, failed, refused] = traffic?.columns() ?? [[], [], []];
    const column = traffic?.column ?? columnAt(this.#nowMs);
    return [number, this.#parts.spentOf(core.name), column, calls, failed, refused];
  }

  #found(name: string): Entry | null {
    const core = this.#parts.registry.get(name);
    return core === undefined ? null : this.#add(core);
  }

  #add(core: BreakerCore): Entry {
    const { name } = core;
    this.#forget(this.#entries.get(name));
    const number = this.#number++;
    const entry = { core, number, row: '', rowTick: -1, traffic: null, passedTick: -1 };
    this.#entries.set(name, entry);
    this.#gone.isBack(name);
    this.#touched.add(entry);
    // It may have spent something before anybody watched.
    if (this.#parts.spentOf(name) !== null) this.#passed.add(entry);
    return entry;
  }

  #drop(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#forget(entry);
    this.#entries.delete(name);
    this.#gone.add(name);
    this.#parts.onGone(name);
  }

  #forget(entry: Entry | undefined): void {
    if (entry === undefined) return;
    for (const set of [this.#touched, this.#passed, this.#warm]) set.delete(entry);
  }

  /** Breakers are made without a fact: their number gives them away. */
  #scan(): void {
    const { registry } = this.#parts;
    const sizes = (): string => `${registry.size} ${this.#entries.size}`;
    if (registry.size === this.#entries.size || sizes() === this.#scannedSizes) return;
    for (const core of registry.values()) {
      if (this.#entries.get(core.name)?.core !== core) this.#add(core);
    }
    for (const name of [...this.#entries.keys()]) {
      if (registry.get(name) === undefined) this.#drop(name);
    }
    this.#scannedSizes = sizes();
  }

  #makeRows(tick: number): string {
    const rows: string[] = [];
    let left = ROWS_MAX;
    for (const entry of this.#touched) {
      if (left-- === 0) break;
      this.#touched.delete(entry);
      const row = JSON.stringify(breakerRow(entry.core, entry.number));
      if (row === entry.row) continue;
      entry.row = row;
      entry.rowTick = tick;
      rows.push(row);
    }
    return rows.join(',');
  }

  /** Puts what passed since the last tick into the running column. */
  #settle(tick: number): string {
    const column = columnAt(this.#nowMs);
    let text = '';
    for (const entry of this.#passed) {
      // Nobody knows one by its number whose row was never told.
      if (entry.row === '') continue;
      this.#passed.delete(entry);
      const { core, number, traffic } = entry;
      entry.passedTick = tick;
      const counts = traffic === null ? '0,0,0' : countsOf(traffic);
      text += `${text === '' ? '' : ','}${number},${counts},${this.#parts.spentOf(core.name)}`;
      if (traffic === null) continue;
      traffic.settle(column);
      this.#warm.add(entry);
    }
    for (const entry of this.#warm) {
      if ((entry.traffic as Traffic).column > column - SPARK_COUNT) continue;
      entry.traffic = null;
      this.#warm.delete(entry);
    }
    return text;
  }
}

const countsOf = ({ calls, failed, refused }: Traffic): string => `${calls},${failed},${refused}`;
