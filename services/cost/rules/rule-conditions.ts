/** Which calls a rule is about: conditions read from options, and held against a call. */
import { invalidOption, isObject, knownKeys } from '../../check.ts';
import type { ResolvedConditions, RuleConditions } from './rule-options.ts';

/** What a call is, as far as conditions ask; calls of one shape fall under the same rules. */
export interface CallShape {
  readonly breaker: string;
  readonly provider: string | undefined;
  readonly operation: string | undefined;
  readonly model: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
}

const LISTS = ['operations', 'models', 'breakers', 'providers'] as const;
const KEYS = [
  ...LISTS,
  'priorityMin',
  'priorityMax',
  'tags',
] as const satisfies readonly (keyof RuleConditions)[];
const NAMES_MAX = 1000;
const NAME_LENGTH_MAX = 256;
/** As many as a call can have. */
const TAGS_MAX = 16;

const ANY: ResolvedConditions = Object.freeze({
  operations: null,
  models: null,
  breakers: null,
  providers: null,
  tags: Object.freeze([]),
  priorityMin: -Infinity,
  priorityMax: Infinity,
});

/** @throws FuseboardError invalid_option, naming the condition as `path.condition`. */
export function resolveConditions(path: string, value: unknown): ResolvedConditions {
  if (value === undefined) return ANY;
  knownKeys(path, value, KEYS);
  const given = value as Readonly<Record<string, unknown>>;
  const list = (key: (typeof LISTS)[number]): readonly string[] | null =>
    given[key] === undefined ? null : namesOption(`${path}.${key}`, given[key]);
  const priorityMin = priorityOption(`${path}.priorityMin`, given['priorityMin'], -Infinity);
  const priorityMax = priorityOption(`${path}.priorityMax`, given['priorityMax'], Infinity);
  if (priorityMax < priorityMin) {
    throw invalidOption(
      `${path}.priorityMax`,
      `at least priorityMin (${priorityMin})`,
      given['priorityMax'],
    );
  }
  return Object.freeze<ResolvedConditions>({
    operations: list('operations'),
    models: list('models'),
    breakers: list('breakers'),
    providers: list('providers'),
    tags: tagsOption(`${path}.tags`, given['tags']),
    priorityMin,
    priorityMax,
  });
}

/** Whether everything but the priority holds, which belongs to the call and not to its shape. */
export function concerns(when: ResolvedConditions, shape: CallShape): boolean {
  return (
    isAmong(when.operations, shape.operation) &&
    isAmong(when.models, shape.model) &&
    isAmong(when.breakers, shape.breaker) &&
    isAmong(when.providers, shape.provider) &&
    when.tags.every(({ name, values }) => isAmong(values, shape.tags?.[name]))
  );
}

const isAmong = (names: readonly string[] | null, name: string | undefined): boolean =>
  names === null || (name !== undefined && names.includes(name));

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= NAME_LENGTH_MAX;

/** Sorted and each one once, so that equal conditions look alike. */
function namesOption(path: string, value: unknown): readonly string[] {
  const fits = Array.isArray(value) && value.length > 0 && value.length <= NAMES_MAX;
  if (!fits || !value.every(isName)) {
    throw invalidOption(
      path,
      `an array of 1 to ${NAMES_MAX} strings of 1 to ${NAME_LENGTH_MAX} characters`,
      value,
    );
  }
  return Object.freeze([...new Set(value)].sort());
}

function priorityOption(path: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw invalidOption(path, 'a finite number', value);
}

function tagsOption(path: string, value: unknown): ResolvedConditions['tags'] {
  if (value === undefined) return ANY.tags;
  const entries = isObject(value) ? Object.entries(value) : [];
  if (entries.length === 0 || entries.length > TAGS_MAX) {
    throw invalidOption(path, `an object of 1 to ${TAGS_MAX} tags`, value);
  }
  const tags = entries.map(([name, values]: [string, unknown]) => {
    if (!isName(name)) throw invalidOption(path, 'an object of tags with names', value);
    const one = typeof values === 'string' ? [values] : values;
    return Object.freeze({ name, values: namesOption(`${path}.${name}`, one) });
  });
  return Object.freeze(tags.sort((a, b) => (a.name < b.name ? -1 : 1)));
}
