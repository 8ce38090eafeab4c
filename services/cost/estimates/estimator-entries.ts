/** What an estimator has learnt, for each operation and model, and how it survives a restart. */
import type { LearntRow } from '../../../persistence/money-store.ts';
import { RecentEntries, type Entry } from './estimator-recent.ts';

/** How the value of an entry becomes JSON and comes back. */
export interface EntryCodec<T> {
  readonly make: () => T;
  /** Plain data of what is worth keeping. */
  readonly encode: (value: T) => unknown;
  /** Fills a fresh value; throws for what `encode` cannot have made. */
  readonly decode: (value: T, saved: unknown) => void;
}

/** The version of what `encode` makes: another one's rows are not read. */
const VERSION = 1;

export class EstimatorEntries<T> {
  /** Begins the keys of this estimator's rows. */
  readonly name: string;
  readonly #codec: EntryCodec<T>;
  readonly #changed = new Set<Entry<T>>();
  readonly #entries: RecentEntries<T>;

  constructor(name: string, entriesMax: number, codec: EntryCodec<T>) {
    this.name = name;
    this.#codec = codec;
    this.#entries = new RecentEntries(entriesMax, codec.make, (entry) => {
      this.#changed.delete(entry);
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  find(operation: string, model: string | undefined): T | null {
    return this.#entries.find(operation, model)?.value ?? null;
  }

  /** The value to learn into. It will be saved. */
  obtain(operation: string, model: string | undefined): T {
    const entry = this.#entries.obtain(operation, model);
    if (!entry.isChanged) {
      entry.isChanged = true;
      this.#changed.add(entry);
    }
    return entry.value;
  }

  /** Rows of entries that have changed since they were saved, the longest waiting first. */
  save(rowsMax: number): LearntRow[] {
    const rows: LearntRow[] = [];
    for (const entry of this.#changed) {
      if (rows.length === rowsMax) break;
      const { operation, model, value } = entry;
      rows.push({
        key: JSON.stringify([this.name, operation, model]),
        state: JSON.stringify([VERSION, this.#codec.encode(value)]),
      });
      entry.isChanged = false;
      this.#changed.delete(entry);
    }
    return rows;
  }

  /**
   * Takes a saved state back, over what was learnt meanwhile.
   * @throws Error for a state that is damaged; nothing has changed then.
   */
  restore(operation: string, model: string, state: string): void {
    const saved: unknown = JSON.parse(state);
    if (!Array.isArray(saved) || saved[0] !== VERSION) throw new Error('of another version');
    const value = this.#codec.make();
    this.#codec.decode(value, saved[1]);
    this.#entries.put(operation, model, value);
  }
}

/** A list of numbers out of a saved state. @throws Error for anything else. */
export function savedNumbers(saved: unknown): readonly number[] {
  if (Array.isArray(saved) && saved.every((item) => Number.isFinite(item) && item >= 0)) {
    return saved as number[];
  }
  throw new Error('not a list of numbers');
}
