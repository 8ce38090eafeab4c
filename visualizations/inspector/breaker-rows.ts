/**
 * Every breaker of the board: its row of JSON, what passed through it, and the ticks in which
 * either last changed. What a tick costs depends on how much changed, not on how many breakers
 * there are; rows made anew have a bound for each tick, and what is beyond it comes with the next.
 */
import type { BreakerCore } from '../../services/breaker-core.ts';
import type { FactBody } from '../../services/facts.ts';
import type { BoardInside } from './board-inside.ts';
import { breakerRow } from './breaker-row.ts';
import { GoneBreakers } from './gone-breakers.ts';
import { SPARK_COUNT, type TrafficRecord, type WholeRow } from './protocol.ts';
import type { Spend, Spent } from './spend.ts';
import { columnAt, NO_RATES, NO_SPARKS, Traffic, type CallKind } from './traffic.ts';

/** Rows made anew in one tick. */
const ROWS_MAX = 2_000;

interface Entry {
  readonly core: BreakerCore;
  readonly number: number;
  /** The row as it was last made; empty before. */
  row: string;
  /** The tick in which it last changed. */
  rowTick: number;
  /** Null where nobody counts. */
  readonly spent: Spent | null;
  /** Null where nothing passed in the columns that are shown. */
  traffic: Traffic | null;
  /** True from the time that something passed, or its spending changed, until that is told. */
  isPassed: boolean;
  /** The tick in which it was told last. */
  passedTick: number;
  /** What passed since then: all that a fact about a call touches, close together. */
  calls: number;
  failed: number;
  refused: number;
  costNanoUsd: number;
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
  readonly spend: Spend;
  readonly onGone: (name: string) => void;
}

export class BreakerRows {
  readonly #parts: BreakerRowsParts;
  readonly #entries = new Map<string, Entry>();
  /** Whose row may have changed. */
  readonly #touched = new Set<Entry>();
  /** Through which something passed since the last tick; and those forgotten since then. */
  #passed: Entry[] = [];
  readonly #gone = new GoneBreakers();
  /** Found last: several facts about one call come in a row. */
  #last: Entry | null = null;
  #number = 0;
  #gateVersion: number;
  #scannedSizes = '';
  readonly #sinceMs: number;
  #nowMs: number;
  /** The running one. */
  #column = 0;
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
    const { core, number, spent, traffic } = entry;
    const rates = traffic?.rates(this.#nowMs, this.#sinceMs) ?? NO_RATES;
    const sparks = traffic?.sparks() ?? NO_SPARKS;
    const spentNanoUsd = spent?.nanoUsd ?? null;
    return { ...breakerRow(core, number), ...rates, spentNanoUsd, ...sparks };
  }

  /** Counts what a fact tells of a breaker; `kind` is what it tells of a call. */
  hear(fact: FactBody, kind: CallKind | null): void {
    if (!('breaker' in fact) || fact.breaker === null) return;
    if (fact.type === 'breaker.evicted') return this.#drop(fact.breaker);
    const entry = this.#find(fact.breaker);
    if (entry === null) return;
    if (fact.type === 'cost.settled') entry.costNanoUsd += fact.costNanoUsd;
    else if (kind === null) {
      this.#touched.add(entry);
      return;
    }
    if (kind !== null) entry.calls++;
    if (kind === 'failed') entry.failed++;
    else if (kind === 'refused') entry.refused++;
    this.#pass(entry);
  }

  /** The breaker's row may have changed. */
  touch(name: string): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#touched.add(entry);
  }

  /** What the breaker spent is another sum now. */
  touchSpending(name: string): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#pass(entry);
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

  #recordOf({ number, spent, traffic }: Entry): TrafficRecord {
    const [calls, failed, refused] = traffic?.columns() ?? [[], [], []];
    const column = traffic?.column ?? columnAt(this.#nowMs);
    return [number, spent?.nanoUsd ?? null, column, calls, failed, refused];
  }

  #pass(entry: Entry): void {
    if (entry.isPassed) return;
    entry.isPassed = true;
    this.#passed.push(entry);
  }

  #find(name: string): Entry | null {
    if (this.#last?.core.name === name) return this.#last;
    const entry = this.#entries.get(name) ?? this.#found(name);
    if (entry !== null) this.#last = entry;
    return entry;
  }

  #found(name: string): Entry | null {
    const core = this.#parts.registry.get(name);
    return core === undefined ? null : this.#add(core);
  }

  #add(core: BreakerCore): Entry {
    const { name } = core;
    this.#forget(this.#entries.get(name));
    const number = this.#number++;
    const entry: Entry = {
      core,
      number,
      row: '',
      rowTick: -1,
      spent: this.#parts.spend.hold(name),
      traffic: null,
      isPassed: false,
      passedTick: -1,
      calls: 0,
      failed: 0,
      refused: 0,
      costNanoUsd: 0,
    };
    this.#entries.set(name, entry);
    this.#gone.isBack(name);
    this.#touched.add(entry);
    // It may have spent something before anybody watched.
    if (entry.spent !== null) this.#pass(entry);
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
    if (this.#last === entry) this.#last = null;
    this.#book(entry);
    this.#touched.delete(entry);
    entry.isPassed = false;
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
    const passed = this.#passed;
    this.#passed = [];
    let text = '';
    for (const entry of passed) {
      if (!entry.isPassed) continue;
      this.#book(entry);
      // Nobody knows one by its number whose row was never told.
      if (entry.row === '') {
        this.#passed.push(entry);
        continue;
      }
      const { number, spent, calls, failed, refused } = entry;
      const sum = spent === null ? null : spent.nanoUsd;
      text += `${text === '' ? '' : ','}${number},${calls},${failed},${refused},${sum}`;
      if (calls > 0) {
        entry.traffic ??= new Traffic(column);
        entry.traffic.add(column, calls, failed, refused);
      }
      entry.isPassed = false;
      entry.passedTick = tick;
      entry.calls = 0;
      entry.failed = 0;
      entry.refused = 0;
    }
    this.#cool(column);
    return text;
  }

  /** What its calls cost becomes part of what it spent. */
  #book(entry: Entry): void {
    const { spent, costNanoUsd } = entry;
    if (spent === null || costNanoUsd === 0) return;
    this.#parts.spend.add(spent, costNanoUsd);
    entry.costNanoUsd = 0;
  }

  /** Lets go of traffic that no column shows any more. */
  #cool(column: number): void {
    if (column === this.#column) return;
    this.#column = column;
    for (const entry of this.#entries.values()) {
      const { traffic } = entry;
      if (traffic === null) continue;
      if (traffic.column <= column - SPARK_COUNT) entry.traffic = null;
    }
  }
}
