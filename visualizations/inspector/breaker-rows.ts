/**
 * Every breaker of the board as a row of JSON, with the tick in which it last changed. What a tick
 * costs depends on how much changed, not on how many breakers there are; both kinds of change have
 * a bound for each tick, and what is beyond it comes with the next.
 */
import type { BreakerCore } from '../../services/breaker-core.ts';
import type { Fact } from '../../services/facts.ts';
import type { BoardInside } from './board-inside.ts';
import { breakerRow, NO_FIGURES } from './breaker-row.ts';
import { callKindOf, columnAt, Traffic, type CallKind } from './traffic.ts';

/** Rows made anew in one tick. */
const CHANGED_MAX = 2_000;
/** Of the rows in which nothing happened but that time went on. */
const AGED_MAX = 500;
/** Names remembered after their breakers are gone; who missed more gets everything. */
const GONE_MAX = 10_000;

export interface RowEntry {
  readonly core: BreakerCore;
  /** The tick in which the row last changed. */
  tick: number;
  /** The row as it was last made; empty before. */
  json: string;
  traffic: Traffic | null;
}

export interface RowChanges {
  readonly isWhole: boolean;
  /** Rows as JSON, with commas between them. */
  readonly rows: string;
  readonly gone: readonly string[];
}

export interface BreakerRowsParts extends BoardInside {
  /** Spent by a breaker lately; null where nobody counts. */
  readonly spentOf: (name: string) => number | null;
  readonly onGone: (name: string) => void;
}

export class BreakerRows {
  readonly #parts: BreakerRowsParts;
  readonly #entries = new Map<string, RowEntry>();
  readonly #changed = new Set<RowEntry>();
  readonly #aged = new Set<RowEntry>();
  /** Through which something passed in the columns that are shown. */
  readonly #warm = new Set<RowEntry>();
  readonly #gone = new Map<string, number>();
  /** Gone since the last tick. */
  #leaving: string[] = [];
  /** Clients that know nothing newer are told everything. */
  #floorTick = -1;
  #gateVersion: number;
  #scannedSizes = '';
  #column: number;
  readonly #sinceMs: number;
  #latest: { readonly tick: number; readonly changes: RowChanges } | null = null;

  constructor(parts: BreakerRowsParts) {
    this.#parts = parts;
    this.#sinceMs = parts.runtime.clock.monotonicMs();
    this.#column = columnAt(this.#sinceMs);
    this.#gateVersion = parts.runtime.boardGate.version;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): RowEntry | undefined {
    return this.#entries.get(name);
  }

  /** True when rows wait to be made for the first time or anew. */
  get isBehind(): boolean {
    return this.#changed.size > 0;
  }

  /** Counts what a fact tells of a breaker. */
  hear(fact: Fact): void {
    if (!('breaker' in fact) || fact.breaker === null) return;
    if (fact.type === 'breaker.evicted') return this.#drop(fact.breaker);
    const entry = this.#entries.get(fact.breaker) ?? this.#found(fact.breaker);
    if (entry === null) return;
    this.#changed.add(entry);
    const kind = callKindOf(fact);
    if (kind !== null) this.#count(entry, kind);
  }

  /** The breaker's row is to be made anew. */
  touch(name: string): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#changed.add(entry);
  }

  /** Brings rows up to date. True when one of them changed. */
  advance(tick: number): boolean {
    this.#scan();
    this.#age();
    const { version } = this.#parts.runtime.boardGate;
    if (version !== this.#gateVersion) {
      this.#gateVersion = version;
      for (const entry of this.#entries.values()) this.#changed.add(entry);
    }
    const made = this.#make(this.#changed, CHANGED_MAX, tick);
    const aged = this.#make(this.#aged, AGED_MAX, tick);
    const gone = this.#tellGone(tick);
    return made || aged || gone;
  }

  /** What changed after that tick; null for somebody who knows nothing yet. */
  since(tick: number | null, nowTick: number): RowChanges {
    if (tick === null || tick < this.#floorTick) return this.#collect(-1, nowTick);
    if (tick !== nowTick - 1) return this.#collect(tick, nowTick);
    // What everybody gets who has kept up is put together once.
    if (this.#latest?.tick !== nowTick) {
      this.#latest = { tick: nowTick, changes: this.#collect(tick, nowTick) };
    }
    return this.#latest.changes;
  }

  #collect(tick: number, nowTick: number): RowChanges {
    const isWhole = tick < 0;
    const rows: string[] = [];
    if (tick < nowTick) {
      for (const { tick: at, json } of this.#entries.values()) if (at > tick) rows.push(json);
    }
    const gone = isWhole ? [] : [...this.#gone].filter(([, at]) => at > tick).map(([name]) => name);
    return { isWhole, rows: rows.join(','), gone };
  }

  #found(name: string): RowEntry | null {
    const core = this.#parts.registry.get(name);
    return core === undefined ? null : this.#add(core);
  }

  #add(core: BreakerCore): RowEntry {
    this.#forget(this.#entries.get(core.name));
    const entry: RowEntry = { core, tick: -1, json: '', traffic: null };
    this.#entries.set(core.name, entry);
    this.#gone.delete(core.name);
    this.#leaving = this.#leaving.filter((name) => name !== core.name);
    this.#changed.add(entry);
    return entry;
  }

  #drop(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#forget(entry);
    this.#entries.delete(name);
    this.#leaving.push(name);
    this.#parts.onGone(name);
  }

  #forget(entry: RowEntry | undefined): void {
    if (entry === undefined) return;
    for (const set of [this.#changed, this.#aged, this.#warm]) set.delete(entry);
  }

  #count(entry: RowEntry, kind: CallKind): void {
    const column = columnAt(this.#parts.runtime.clock.monotonicMs());
    (entry.traffic ??= new Traffic(column)).add(kind, column);
    this.#warm.add(entry);
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

  /** A new column has begun: sparklines and rates of what passed move on. */
  #age(): void {
    const column = columnAt(this.#parts.runtime.clock.monotonicMs());
    if (column === this.#column) return;
    this.#column = column;
    for (const entry of this.#warm) this.#aged.add(entry);
  }

  #make(entries: Set<RowEntry>, max: number, tick: number): boolean {
    let left = max;
    let hasChanged = false;
    for (const entry of entries) {
      if (left-- === 0) break;
      entries.delete(entry);
      this.#aged.delete(entry);
      const json = JSON.stringify(this.#rowOf(entry));
      if (json === entry.json) continue;
      entry.json = json;
      entry.tick = tick;
      hasChanged = true;
    }
    return hasChanged;
  }

  #rowOf(entry: RowEntry): unknown {
    const { core, traffic } = entry;
    const spent = this.#parts.spentOf(core.name);
    if (traffic === null) return breakerRow(core, NO_FIGURES, spent);
    const rates = traffic.rates(this.#parts.runtime.clock.monotonicMs(), this.#sinceMs);
    if (traffic.isEmpty) {
      entry.traffic = null;
      this.#warm.delete(entry);
      return breakerRow(core, NO_FIGURES, spent);
    }
    return breakerRow(core, { rates, ...traffic.columns() }, spent);
  }

  /** Those that are newly gone get their tick; beyond the bound the oldest are forgotten. */
  #tellGone(tick: number): boolean {
    const names = this.#leaving;
    if (names.length === 0) return false;
    this.#leaving = [];
    for (const name of names) this.#gone.set(name, tick);
    for (const [name, at] of this.#gone) {
      if (this.#gone.size <= GONE_MAX) break;
      this.#gone.delete(name);
      this.#floorTick = at;
    }
    return true;
  }
}
