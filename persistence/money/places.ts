/**
 * What holders tell once and then name by a number: the labels of calls, and the sets of accounts
 * that calls are charged to. Equal ones are stored once, whoever tells them; a holder's numbers
 * are stored too, so that any connection can go on with its batches.
 */
import type { LedgerLabels } from '../ledger-batch.ts';
import { wrong } from '../memory-money-checks.ts';
import type { Books } from './books.ts';

/** Places of a holder that are remembered behind its highest one. */
const PLACES_KEPT = 131_072;
/** How often older places are looked for. */
const FORGET_EVERY = 4_096;
/** Places remembered in memory; when there are more, all are looked up again. */
const CACHED_MAX = 16_384;

/** A set of accounts that calls are charged to. */
export interface Charges {
  readonly id: number;
  readonly accounts: readonly number[];
}

/** Inside writes, but for reading a place. */
export interface Places {
  /** The number of some labels. */
  labels(labels: LedgerLabels): number;
  /** The number of a set of accounts. */
  charges(accounts: readonly number[]): number;
  tellLabels(holder: number, place: number, labels: LedgerLabels): void;
  tellCharges(holder: number, place: number, accounts: readonly number[]): void;
  /** @throws FuseboardError invalid_argument for a place that was not told. */
  labelsAt(holder: number, place: number): number;
  chargesAt(holder: number, place: number): Charges;
  /** Nothing more will come from that holder. */
  forget(holder: number): void;
  /** What was told in a write that failed is not there. */
  reset(): void;
}

export function storedPlaces({ file }: Books): Places {
  const labelsId = file.prepare('SELECT id FROM labels WHERE labels = ?').pluck();
  const addLabels = file.prepare('INSERT INTO labels (labels) VALUES (?) RETURNING id').pluck();
  const chargesId = file.prepare('SELECT id FROM charge_sets WHERE accounts = ?').pluck();
  const addCharges = file
    .prepare('INSERT INTO charge_sets (accounts, end_ms) VALUES (?, ?) RETURNING id')
    .pluck();
  const endOf = file.prepare('SELECT end_ms FROM accounts WHERE id = ?').pluck();
  const placed = (table: string, column: string) => {
    const insert = file.prepare(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?)`);
    const prune = file.prepare(`DELETE FROM ${table} WHERE holder = ? AND place < ?`);
    const forget = file.prepare(`DELETE FROM ${table} WHERE holder = ?`);
    const select = file
      .prepare(`SELECT ${column} FROM ${table} WHERE holder = ? AND place = ?`)
      .pluck();
    return {
      tell(holder: number, place: number, id: number): void {
        insert.run(holder, place, id);
        if (place % FORGET_EVERY === 0) prune.run(holder, place - PLACES_KEPT);
      },
      get: (holder: number, place: number) => select.get(holder, place) as number | undefined,
      forget: (holder: number): void => void forget.run(holder),
    };
  };
  const labelPlaces = placed('label_places', 'labels');
  const chargePlaces = placed('charge_places', 'charges');
  const accountsOf = file.prepare('SELECT accounts FROM charge_sets WHERE id = ?').pluck();

  const labelsCache = placeCache<number>((holder, place) => labelPlaces.get(holder, place));
  const chargesCache = placeCache<Charges>((holder, place) => {
    const id = chargePlaces.get(holder, place);
    const accounts = id === undefined ? undefined : accountsOf.get(id);
    if (id === undefined || accounts === undefined) return undefined;
    return { id, accounts: JSON.parse(accounts as string) as number[] };
  });

  const labels = (told: LedgerLabels): number => {
    const text = labelsText(told);
    return (labelsId.get(text) ?? addLabels.get(text)) as number;
  };

  const charges = (accounts: readonly number[]): number => {
    const numbers = [...new Set(accounts)].sort((a, b) => a - b);
    const text = JSON.stringify(numbers);
    const known = chargesId.get(text);
    if (known !== undefined) return known as number;
    const ends = numbers.map((number) => (endOf.get(number) ?? Infinity) as number);
    const end = Math.min(...ends);
    return addCharges.get(text, Number.isFinite(end) ? end : null) as number;
  };

  return {
    labels,
    charges,
    tellLabels(holder, place, told) {
      assertPlace('labels.place', place);
      labelPlaces.tell(holder, place, labels(told));
      labelsCache.forget(holder, place);
    },
    tellCharges(holder, place, accounts) {
      assertPlace('charges.place', place);
      chargePlaces.tell(holder, place, charges(accounts));
      chargesCache.forget(holder, place);
    },
    labelsAt: (holder, place) => labelsCache.get('labels', holder, place),
    chargesAt: (holder, place) => chargesCache.get('charges', holder, place),
    forget(holder) {
      labelPlaces.forget(holder);
      chargePlaces.forget(holder);
    },
    reset() {
      labelsCache.clear();
      chargesCache.clear();
    },
  };
}

/** Remembers places of the holder that was asked for last. */
function placeCache<T>(find: (holder: number, place: number) => T | undefined) {
  const known = new Map<number, T>();
  let owner = 0;

  return {
    get(what: string, holder: number, place: number): T {
      if (holder !== owner || known.size > CACHED_MAX) known.clear();
      owner = holder;
      let found = known.get(place);
      if (found === undefined) {
        found = Number.isSafeInteger(place) ? find(holder, place) : undefined;
        if (found === undefined) throw wrong(what, 'a place that was told', place);
        known.set(place, found);
      }
      return found;
    },
    forget(holder: number, place: number): void {
      if (holder === owner) known.delete(place);
    },
    clear: () => known.clear(),
  };
}

function assertPlace(field: string, place: number): void {
  if (!Number.isSafeInteger(place) || place < 0) throw wrong(field, 'a whole number', place);
}

/** Labels as they are stored: equal ones are equal texts. */
const labelsText = (labels: LedgerLabels): string => {
  const { breaker, provider, operation, model, tags, method, priceSource, priceVersion } = labels;
  return JSON.stringify([
    breaker,
    provider,
    operation,
    model,
    tags.map(([name, value]) => [name, value]),
    method,
    priceSource,
    priceVersion,
  ]);
};

/** The part of stored labels that reports group by. */
export function groupLabels(
  text: string,
): Pick<LedgerLabels, 'breaker' | 'provider' | 'operation' | 'model' | 'tags'> {
  const [breaker, provider, operation, model, tags] = JSON.parse(text) as [
    string,
    string | null,
    string,
    string | null,
    [string, string][],
  ];
  return { breaker, provider, operation, model, tags };
}
