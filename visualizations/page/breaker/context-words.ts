/** Values of a machine's context and of events in words. */
import type { Json, JsonObject } from '../../inspector/protocol.ts';
import { clockText } from './time-words.ts';

const LENGTH_MAX = 240;

/** A value as a person reads it; instants as the time of day. */
export function valueText(key: string, value: Json | undefined): string {
  if (value === undefined) return '?';
  if (value === null) return '–';
  if (typeof value === 'number' && key.endsWith('AtMs')) return clockText(value);
  if (typeof value === 'string') return shortened(value);
  if (Array.isArray(value)) return shortened(value.map(oneText).join('; ')) || 'none';
  return shortened(oneText(value));
}

/** One of several: by its name and whose it is, where it says so. */
function oneText(value: Json): string {
  if (typeof value === 'object' && value !== null && 'name' in value) {
    const { name, by } = value;
    if (typeof name === 'string') return typeof by === 'string' ? `${name} by ${by}` : name;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const shortened = (text: string): string =>
  text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX - 1)}…` : text;

/** One key that an event changed. */
export interface Difference {
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/** What an event changed, key by key; `?` for what was before the tape. */
export function differencesOf(
  changed: readonly string[],
  before: JsonObject | null,
  after: JsonObject,
): readonly Difference[] {
  return changed.map((key) => ({
    key,
    before: before === null ? '?' : valueText(key, before[key] ?? null),
    after: valueText(key, after[key] ?? null),
  }));
}
