/** The texts that a call's rows in the ledger have in common, told to the store once. */
import type { LedgerLabels } from '../../persistence/ledger-batch.ts';
import type { CallShape } from './budgets/budget-book.ts';
import type { Told } from './ledger-writer.ts';
import type { Price } from './prices/price.ts';

interface Entry extends Told<LedgerLabels> {
  readonly method: string;
  readonly price: Price;
}

/** Sets of one shape that are kept: methods times prices, of which few are in use at a time. */
const ENTRIES_MAX = 8;

/** The labels of one shape of call, by method of estimate and by price. */
export class ToldLabels {
  readonly #shape: CallShape;
  readonly #entries: Entry[] = [];

  constructor(shape: CallShape) {
    this.#shape = shape;
  }

  of(method: string, price: Price): Told<LedgerLabels> {
    for (const entry of this.#entries) {
      if (entry.method === method && entry.price === price) return entry;
    }
    const entry: Entry = { method, price, what: labelsOf(this.#shape, method, price), place: -1 };
    if (this.#entries.length >= ENTRIES_MAX) this.#entries.shift();
    this.#entries.push(entry);
    return entry;
  }
}

export function labelsOf(
  shape: CallShape,
  method: string,
  price: { readonly source: string; readonly version: string },
): LedgerLabels {
  return {
    breaker: shape.breaker,
    provider: shape.provider ?? null,
    operation: shape.operation,
    model: shape.model ?? null,
    tags: Object.entries(shape.tags).sort(([a], [b]) => (a < b ? -1 : 1)),
    method,
    priceSource: price.source,
    priceVersion: price.version,
  };
}
