/**
 * The names under which a model may be priced, from the one that was given to those it follows
 * from. A name is looked up as it is before any part of it is dropped, so that a snapshot or a
 * fine-tune with a price of its own never gets another one's.
 */

/** Longer names are no models of anybody's: they have the default price and are not remembered. */
export const NAME_LENGTH_MAX = 200;

export interface ModelName {
  /** Undefined where nobody said. Lower case. */
  readonly provider: string | undefined;
  /** Lower case. */
  readonly model: string;
}

export interface ModelNames {
  /** The model itself, in every way it may be spelt. */
  readonly exact: readonly ModelName[];
  /** What it was tuned from; empty for a model that is no fine-tune. */
  readonly tunedFrom: readonly ModelName[];
  /** The model of which it is a dated snapshot; empty for others. */
  readonly undated: readonly ModelName[];
}

const OPENAI_TUNED = /^ft:([^:]+)/;
/** Azure's way: `gpt-4o-mini-2024-07-18.ft-0123`. */
const AZURE_TUNED = /^(.+)\.ft-[^/]*$/;
const DATE = /[-@]20\d{2}(-?)(0[1-9]|1[0-2])\1(0[1-9]|[12]\d|3[01])$/;

export const normalName = (name: string): string => name.trim().toLowerCase();

export function modelNames(provider: string | undefined, model: string): ModelNames {
  const given = provider === undefined ? undefined : normalName(provider);
  const exact = spellings(given === '' ? undefined : given, normalName(model));
  return {
    exact,
    tunedFrom: exact.flatMap(({ provider, model }) => {
      const base = tunedBase(model);
      return base === null ? [] : [{ provider, model: base }];
    }),
    undated: exact.flatMap(({ provider, model }) => {
      const base = withoutDate(model);
      return base === model ? [] : [{ provider, model: base }];
    }),
  };
}

/** The same name without `models/`, and without the vendor before a slash, who may sell it. */
function spellings(provider: string | undefined, model: string): ModelName[] {
  const names: ModelName[] = [{ provider, model }];
  for (let rest = model; ;) {
    const slash = rest.indexOf('/');
    if (slash < 0) return names;
    const vendor = rest.slice(0, slash);
    rest = rest.slice(slash + 1);
    if (vendor !== '' && vendor !== 'models') {
      if (provider !== undefined && provider !== vendor) names.push({ provider, model: rest });
      names.push({ provider: vendor, model: rest });
    } else {
      names.push({ provider, model: rest });
    }
  }
}

/** What a fine-tune was made from; null for a model that is none. */
export const tunedBase = (model: string): string | null =>
  OPENAI_TUNED.exec(model)?.[1] ?? AZURE_TUNED.exec(model)?.[1] ?? null;

/** The name without the full date at its end. Four digits alone are a version, not a date. */
export const withoutDate = (model: string): string => model.replace(DATE, '');
