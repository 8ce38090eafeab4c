/**
 * Sets members of a JSON object in its text, and leaves every other byte as it was: numbers that
 * a parser would round, spaces, the order, doubled keys (the last of which counts). The text is
 * parsed once, to know that it is an object, and then gone through once; nothing is serialized but
 * what is set.
 */
import { keyOf, spaceEnd, stringEnd, valueEnd } from './json-text.ts';
import type { JsonObject } from './profile.ts';

/** Puts `text` where `[start, end)` was. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Reads the key between two quotes, and with them. */
type KeyAt = (start: number, end: number) => string;

/** Where an object's members are. */
interface Members {
  /** Start and end of the values of the members asked for, by key: of the last with that key. */
  readonly values: ReadonlyMap<string, readonly [start: number, end: number]>;
  /** Index after the last value, or after the opening brace where there is none. */
  readonly end: number;
  readonly isEmpty: boolean;
}

/**
 * The text with `members` set; null where it is no JSON object. Where the value there and the one
 * to set are both objects, the latter's members are set in the former. Members that JSON cannot
 * hold (`undefined`, functions) are left out.
 */
export function withMembers(text: string, members: JsonObject): string | null {
  if (!isJsonObject(text)) return null;
  const keyAt: KeyAt = (start, end) => keyOf(text.slice(start, end));
  let edited = '';
  let from = 0;
  for (const { start, end, text: put } of editsOf(text, members, keyAt)) {
    edited += text.slice(from, start) + put;
    from = end;
  }
  return edited + text.slice(from);
}

/**
 * As {@link withMembers}, on the bytes of UTF-8 text. Bytes that are no UTF-8 stay, inside strings.
 * Returns bytes of its own, or `body` itself where nothing is set.
 */
export function withMembersBytes(body: Uint8Array, members: JsonObject): Uint8Array | null {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const text = buffer.toString('latin1');
  if (!isJsonObject(text)) return null;
  const keyAt: KeyAt = (start, end) => keyOf(buffer.toString('utf8', start, end));
  const edits = editsOf(text, members, keyAt);
  if (edits.length === 0) return body;
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  let from = 0;
  for (const { start, end, text: put } of edits) {
    parts.push(body.subarray(from, start), encoder.encode(put));
    from = end;
  }
  parts.push(body.subarray(from));
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** In ascending order. `text` is valid JSON, and at `at` an object starts. */
function editsOf(text: string, members: JsonObject, keyAt: KeyAt): Edit[] {
  const edits = editsAt(text, spaceEnd(text, 0), members, keyAt, true);
  return edits.sort((a, b) => a.start - b.start);
}

function editsAt(
  text: string,
  at: number,
  members: JsonObject,
  keyAt: KeyAt,
  merges: boolean,
): Edit[] {
  const there = membersAt(text, at, members, keyAt);
  const edits: Edit[] = [];
  const added: string[] = [];
  for (const [key, value] of Object.entries(members)) {
    const json = JSON.stringify(value) as string | undefined;
    if (json === undefined) continue;
    const place = there.values.get(key);
    if (place === undefined) added.push(`${JSON.stringify(key)}:${json}`);
    else if (merges && json.startsWith('{') && text[place[0]] === '{') {
      edits.push(...editsAt(text, place[0], value as JsonObject, keyAt, false));
    } else edits.push({ start: place[0], end: place[1], text: json });
  }
  if (added.length > 0) {
    const comma = there.isEmpty ? '' : ',';
    edits.push({ start: there.end, end: there.end, text: comma + added.join(',') });
  }
  return edits;
}

function membersAt(text: string, brace: number, wanted: JsonObject, keyAt: KeyAt): Members {
  const values = new Map<string, readonly [number, number]>();
  let end = brace + 1;
  let at = spaceEnd(text, end);
  const isEmpty = text[at] === '}';
  while (at < text.length && text[at] !== '}') {
    const keyEnd = stringEnd(text, at);
    const key = keyAt(at, keyEnd);
    const colon = spaceEnd(text, keyEnd);
    const start = spaceEnd(text, colon + 1);
    end = valueEnd(text, start);
    if (Object.hasOwn(wanted, key)) values.set(key, [start, end]);
    at = spaceEnd(text, end);
    if (text[at] === ',') at = spaceEnd(text, at + 1);
  }
  return { values, end, isEmpty };
}
