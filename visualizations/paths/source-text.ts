/** Values as TypeScript source that makes them again. */

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Whether a name can stand in source without quotes. */
export const isIdentifier = (name: string): boolean => IDENTIFIER.test(name);

/**
 * Source of a value; undefined where it cannot be written down, as for functions, instances of
 * classes, and objects that contain themselves.
 */
export function sourceOf(value: unknown): string | undefined {
  try {
    return write(value, []);
  } catch (error) {
    if (error instanceof NotWritable) return undefined;
    throw error;
  }
}

/** Text in quotes: single ones, unless double ones need fewer escapes. */
export function quoted(text: string): string {
  const double = JSON.stringify(text);
  if (text.includes("'") && !text.includes('"')) return double;
  return `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** A number with its thousands apart. */
export const spaced = (value: number): string =>
  Number.isInteger(value) ? String(value).replaceAll(/(?<=\d)(?=(\d{3})+$)/g, '_') : String(value);

class NotWritable extends Error {}

function write(value: unknown, outer: readonly object[]): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'bigint':
      return `${value}n`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      break;
    default:
      throw new NotWritable();
  }
  if (value === null) return 'null';
  if (outer.includes(value)) throw new NotWritable();
  return writeObject(value, [...outer, value]);
}

function writeObject(value: object, outer: readonly object[]): string {
  const list = (items: Iterable<unknown>): string =>
    `[${[...items].map((item) => write(item, outer)).join(', ')}]`;
  if (Array.isArray(value)) return list(value as readonly unknown[]);
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Map) return `new Map(${list(value as Map<unknown, unknown>)})`;
  if (value instanceof Set) return `new Set(${list(value as Set<unknown>)})`;
  if (value instanceof RegExp) return String(value);
  if (value.constructor === Error) return `new Error(${quoted((value as Error).message)})`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw new NotWritable();
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = isIdentifier(key) ? key : quoted(key);
    return `${name}: ${write(inner, outer)}`;
  });
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
