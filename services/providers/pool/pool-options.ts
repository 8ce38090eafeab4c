/** Members and options of a pool: read, defaulted and checked in one place. */
import { choiceOption, invalidOption, isObject, knownKeys, numberOption } from '../../check.ts';
import type { ProtectedFetch } from '../protected-fetch.ts';
import { parseBaseUrl, type BaseUrl } from './base-url.ts';
import type { MemberHeaders, PoolMember, PoolOptions } from './pool.ts';
import type { RetryBudgetOptions } from './retry-budget.ts';
import { STRATEGIES, type StrategyName } from './strategy.ts';

export interface ResolvedMember {
  readonly id: string;
  readonly fetch: ProtectedFetch;
  readonly baseUrl: BaseUrl | null;
  readonly headers:
    MemberHeaders | Exclude<PoolMember['headers'], MemberHeaders | undefined> | null;
  /** One name for all, or by the client's name. */
  readonly model: string | ReadonlyMap<string, string> | null;
  readonly priority: number;
  readonly weight: number;
  readonly isEmergency: boolean;
}

export interface ResolvedPool {
  readonly name: string;
  readonly members: readonly ResolvedMember[];
  readonly strategy: StrategyName;
  readonly attemptsMax: number;
  readonly baseUrl: BaseUrl | null;
  readonly retryBudget: RetryBudgetOptions;
}

const OPTION_KEYS = [
  'strategy',
  'emergency',
  'retryBudget',
  'attemptsMax',
  'baseUrl',
  'name',
] as const satisfies readonly (keyof PoolOptions)[];

const MEMBER_KEYS = [
  'id',
  'fetch',
  'baseUrl',
  'headers',
  'model',
  'priority',
  'weight',
  'isEmergency',
] as const satisfies readonly (keyof PoolMember)[];

const MEMBERS_MAX = 64;
const NAME_MAX = 64;
const MODELS_MAX = 1_000;

/** @throws FuseboardError invalid_option */
export function resolvePool(members: readonly PoolMember[], options: PoolOptions): ResolvedPool {
  knownKeys('pool', options, OPTION_KEYS);
  if (!isList(members) || members.length === 0 || members.length > MEMBERS_MAX) {
    throw invalidOption('pool.members', `an array of 1 to ${MEMBERS_MAX} members`, members);
  }
  const emergency = emergencyIds(options.emergency);
  const resolved = members.map((member, index) => resolveMember(member, index, emergency));
  const ids = new Set(resolved.map(({ id }) => id));
  if (ids.size < resolved.length) {
    throw invalidOption('pool.members', 'members with ids of their own', [...ids]);
  }
  const stranger = [...emergency].find((id) => !ids.has(id));
  if (stranger !== undefined) {
    throw invalidOption('pool.emergency', 'the id of a member', stranger);
  }
  if (resolved.every(({ isEmergency }) => isEmergency)) {
    throw invalidOption('pool.emergency', 'not every member', [...ids]);
  }
  const { strategy, attemptsMax, baseUrl, name = 'pool', retryBudget = {} } = options;
  const countRange = { min: 1, max: MEMBERS_MAX, integer: true };
  return {
    name: nameOption('pool.name', name),
    members: resolved,
    strategy: choiceOption('pool.strategy', strategy, STRATEGIES, 'priority'),
    attemptsMax: numberOption('pool.attemptsMax', attemptsMax, countRange, MEMBERS_MAX),
    baseUrl:
      baseUrl === undefined
        ? (resolved.find((member) => member.baseUrl !== null)?.baseUrl ?? null)
        : parseBaseUrl('pool.baseUrl', baseUrl),
    retryBudget,
  };
}

const isList = (value: unknown): boolean => Array.isArray(value);

function emergencyIds(emergency: PoolOptions['emergency'] = []): ReadonlySet<string> {
  const ids: readonly unknown[] = typeof emergency === 'string' ? [emergency] : emergency;
  if (Array.isArray(ids) && ids.every((id) => typeof id === 'string')) return new Set(ids);
  throw invalidOption('pool.emergency', 'an id or an array of ids', emergency);
}

function resolveMember(
  member: PoolMember,
  index: number,
  emergency: ReadonlySet<string>,
): ResolvedMember {
  const path = `pool.members[${index}]`;
  knownKeys(path, member, MEMBER_KEYS);
  const { fetch, baseUrl, headers, model, priority, weight, isEmergency = false } = member;
  const id = nameOption(`${path}.id`, member.id);
  if (!isProtected(fetch)) {
    throw invalidOption(`${path}.fetch`, 'a protected fetch, as board.fetch() makes them', fetch);
  }
  if (typeof isEmergency !== 'boolean') {
    throw invalidOption(`${path}.isEmergency`, 'true or false', isEmergency);
  }
  checkHeaders(`${path}.headers`, headers);
  const range = { min: -1_000_000, max: 1_000_000, integer: true };
  return {
    id,
    fetch,
    baseUrl: baseUrl === undefined ? null : parseBaseUrl(`${path}.baseUrl`, baseUrl),
    headers:
      headers === undefined || typeof headers === 'function' ? (headers ?? null) : { ...headers },
    model: modelOption(`${path}.model`, model),
    priority: numberOption(`${path}.priority`, priority, range, 0),
    weight: weightOption(`${path}.weight`, weight),
    isEmergency: isEmergency || emergency.has(id),
  };
}

function nameOption(path: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= NAME_MAX) return value;
  throw invalidOption(path, `a string of 1 to ${NAME_MAX} characters`, value);
}

function isProtected(value: unknown): value is ProtectedFetch {
  if (typeof value !== 'function') return false;
  const { send, outlook, breakers } = value as Partial<ProtectedFetch>;
  return [send, outlook, breakers].every((method) => typeof method === 'function');
}

/** What came is not shown: it may hold a credential. */
function checkHeaders(path: string, headers: unknown): void {
  if (headers === undefined || typeof headers === 'function') return;
  if (!isObject(headers)) throw invalidOption(path, 'an object or a function', typeof headers);
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) continue;
    try {
      if (typeof value !== 'string') throw new TypeError('not a string');
      new Headers([[name, value]]);
    } catch {
      throw invalidOption(`${path}.${name}`, 'a header that HTTP allows, or null', typeof value);
    }
  }
}

function modelOption(path: string, model: unknown): ResolvedMember['model'] {
  if (model === undefined) return null;
  if (typeof model === 'string' && model !== '') return model;
  const entries = isObject(model) ? Object.entries(model as Record<string, unknown>) : [];
  const isMap = entries.every(([, name]) => typeof name === 'string' && name !== '');
  if (entries.length > 0 && entries.length <= MODELS_MAX && isMap) {
    return new Map(entries as [string, string][]);
  }
  throw invalidOption(path, `a name, or an object of 1 to ${MODELS_MAX} names`, model);
}

function weightOption(path: string, weight: unknown): number {
  if (weight === undefined) return 1;
  if (typeof weight === 'number' && weight > 0 && weight <= 1_000_000) return weight;
  throw invalidOption(path, 'a number above 0 and at most 1000000', weight);
}
