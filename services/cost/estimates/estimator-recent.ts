/**
 * Something for each operation and model. Bounded: at the bound what nobody asked for longest is
 * forgotten. Looking something up allocates nothing.
 */

export interface Entry<T> {
  readonly operation: string;
  readonly model: string;
  readonly value: T;
  /** It has changed since it was saved. */
  isChanged: boolean;
  newer: Entry<T>;
  older: Entry<T>;
}

export class RecentEntries<T> {
  readonly #entriesMax: number;
  readonly #make: () => T;
  readonly #forgotten: (entry: Entry<T>) => void;
  readonly #models = new Map<string, Map<string, Entry<T>>>();
  /** Both ends of a ring: its `older` is the newest entry, its `newer` the oldest. */
  readonly #ends: Entry<T>;
  #size = 0;

  constructor(entriesMax: number, make: () => T, forgotten: (entry: Entry<T>) => void = () => {}) {
    this.#entriesMax = entriesMax;
    this.#make = make;
    this.#forgotten = forgotten;
    const ends = { operation: '', model: '', value: make(), isChanged: false } as Entry<T>;
    ends.newer = ends.older = ends;
    this.#ends = ends;
  }

  get size(): number {
    return this.#size;
  }

  find(operation: string, model: string | undefined): Entry<T> | undefined {
    const newest = this.#ends.older;
    if (newest.operation === operation && newest.model === (model ?? '') && this.#size > 0) {
      return newest;
    }
    const entry = this.#models.get(operation)?.get(model ?? '');
    if (entry !== undefined) this.#touch(entry);
    return entry;
  }

  /** The entry, made where there is none. */
  obtain(operation: string, model: string | undefined): Entry<T> {
    return this.find(operation, model) ?? this.put(operation, model ?? '', this.#make());
  }

  /** Puts a value in place of what is there. */
  put(operation: string, model: string, value: T): Entry<T> {
    const present = this.#models.get(operation)?.get(model);
    if (present !== undefined) this.#remove(present);
    else if (this.#size >= this.#entriesMax) this.#remove(this.#ends.newer);
    const models = this.#models.get(operation) ?? new Map<string, Entry<T>>();
    this.#models.set(operation, models);
    const ends = this.#ends;
    const isChanged = false;
    const entry: Entry<T> = { operation, model, value, isChanged, newer: ends, older: ends.older };
    models.set(model, entry);
    entry.older.newer = entry;
    ends.older = entry;
    this.#size++;
    return entry;
  }

  #touch(entry: Entry<T>): void {
    const ends = this.#ends;
    if (ends.older === entry) return;
    entry.older.newer = entry.newer;
    entry.newer.older = entry.older;
    entry.older = ends.older;
    entry.newer = ends;
    entry.older.newer = entry;
    ends.older = entry;
  }

  #remove(entry: Entry<T>): void {
    entry.older.newer = entry.newer;
    entry.newer.older = entry.older;
    const models = this.#models.get(entry.operation);
    models?.delete(entry.model);
    if (models?.size === 0) this.#models.delete(entry.operation);
    this.#size--;
    this.#forgotten(entry);
  }
}
