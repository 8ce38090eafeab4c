/**
 * A stranger's value as plain, bounded JSON. Events come from any actor and can hold anything:
 * functions, cycles, getters that throw, texts without end.
 */
import type { Json, JsonObject } from './protocol.ts';

const DEPTH_MAX = 4;
const MEMBERS_MAX = 32;
const TEXT_MAX = 1_024;

export function plainJson(value: unknown): Json {
  return plain(value, DEPTH_MAX);
}

/** An object as one; anything else as an empty one. */
export function plainObject(value: unknown): JsonObject {
  const json = plainJson(value);
  return typeof json === 'object' && json !== null && !Array.isArray(json)
    ? (json as JsonObject)
    : {};
}

function plain(value: unknown, depth: number): Json {
  switch (typeof value) {
    case 'string':
      return value.length <= TEXT_MAX ? value : `${value.slice(0, TEXT_MAX - 1)}…`;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : members(value, depth);
    case 'bigint':
      return 'a bigint';
    default:
      return value === undefined ? null : `a ${typeof value}`;
  }
}

function members(value: object, depth: number): Json {
  if (depth === 0) return '…';
  try {
    if (Array.isArray(value)) {
      return value.slice(0, MEMBERS_MAX).map((member) => plain(member, depth - 1));
    }
    const json: Record<string, Json> = Object.create(null) as Record<string, Json>;
    for (const key of Object.keys(value).slice(0, MEMBERS_MAX)) {
      const member = (value as Readonly<Record<string, unknown>>)[key];
      if (member !== undefined) json[key.slice(0, TEXT_MAX)] = plain(member, depth - 1);
    }
    return json;
  } catch {
    return 'unreadable';
  }
}
