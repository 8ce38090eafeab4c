/**
 * Anything as JSON, keys in order, without ever throwing: functions by their names, cycles and what
 * lies too deep in words. As Stately's inspector writes what it sends.
 */

const DEPTH_MAX = 10;

export function stableJson(value: unknown): string {
  return JSON.stringify(plain(value, '', [])) ?? 'null';
}

function plain(given: unknown, key: string, around: readonly object[]): unknown {
  let value = given;
  try {
    if (typeof value === 'object' && value !== null && 'toJSON' in value) {
      const { toJSON } = value as { readonly toJSON?: unknown };
      if (typeof toJSON === 'function') value = toJSON.call(value, key) as unknown;
    }
    if (typeof value === 'function') value = { type: value.name };
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null) return value;
    if (around.includes(value)) return '[Circular]';
    const inside = [...around, value];
    if (Array.isArray(value)) {
      if (value.length > 0 && inside.length > DEPTH_MAX) return '[Array]';
      return value.map((member, index) => plain(member, String(index), inside));
    }
    const keys = Object.keys(value).sort();
    if (keys.length > 0 && inside.length > DEPTH_MAX) return '[Object]';
    const members = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(keys.map((name) => [name, plain(members[name], name, inside)]));
  } catch {
    return '[Unreadable]';
  }
}
