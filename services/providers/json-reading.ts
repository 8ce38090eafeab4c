/**
 * Readers of JSON that a stranger sent: each takes anything, answers in one type, and never throws.
 */
import type { JsonObject } from './profile.ts';

/** The longest message of a provider that is kept. Characters. */
export const MESSAGE_LENGTH_MAX = 1_024;
/** Words of codes and names are cut here. */
export const WORD_LENGTH_MAX = 64;
/** Levels below which a value is not written out: deeper ones could exhaust the stack. */
const DEPTH_MAX = 200;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object at a field; null for anything else. */
export function objectAt(of: JsonObject | null, field: string): JsonObject | null {
  const value = of?.[field];
  return isJsonObject(value) ? value : null;
}

const NONE: readonly unknown[] = Object.freeze([]);

/** The list at a field; empty for anything else. */
export function listAt(of: JsonObject | null, field: string): readonly unknown[] {
  const value = of?.[field];
  return Array.isArray(value) ? value : NONE;
}

/** The text at a field; empty for anything else. */
export function textAt(of: JsonObject | null, field: string): string {
  const value = of?.[field];
  return typeof value === 'string' ? value : '';
}

/** A short text or a number at a field, as a word; null for anything else. */
export function wordAt(of: JsonObject | null, field: string): string | null {
  const value = of?.[field];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, WORD_LENGTH_MAX) : null;
}

/**
 * The count at a field: 0 where it is absent or null, NaN where it is no count, so that every sum
 * with it is none either.
 */
export function countAt(of: JsonObject | null, field: string): number {
  const value = of?.[field];
  if (value === undefined || value === null) return 0;
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : NaN;
}

/** The count at a field; undefined where there is none. */
export function knownCountAt(of: JsonObject | null, field: string): number | undefined {
  const value = of?.[field];
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** What a text says as JSON; undefined where it says nothing. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value as JSON; empty for what is nested so deeply that no API takes it. */
export function jsonOf(value: unknown): string {
  return isShallow(value, DEPTH_MAX) ? (JSON.stringify(value) ?? '') : '';
}

/** Whether a value that was parsed from JSON has at most so many levels. */
export function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  for (const inner of Object.values(value)) {
    if (!isShallow(inner, levels - 1)) return false;
  }
  return true;
}

const KEY_PROMPT = 'API key provided';
const KEY = /\b(?:sk|pplx)-[\w*-]{6,}/g;

/**
 * A provider's message, cut to size and without the key that some of them quote: `Incorrect API key
 * provided: sk-…`.
 */
export function messageOf(text: string): string {
  const cut = text.slice(0, MESSAGE_LENGTH_MAX);
  const prompt = cut.indexOf(KEY_PROMPT);
  const unkeyed = prompt < 0 ? cut : `${cut.slice(0, prompt + KEY_PROMPT.length)}.`;
  return unkeyed.replace(KEY, '[key]').trim();
}

/** What a body that is no JSON says: the title of a page of HTML, or the text itself. */
export function messageOfText(text: string): string {
  const start = text.slice(0, 4 * MESSAGE_LENGTH_MAX).trim();
  if (!start.startsWith('<')) return messageOf(start);
  const title = start.toLowerCase().indexOf('<title>');
  if (title < 0) return '';
  const end = start.indexOf('<', title + 7);
  return messageOf(start.slice(title + 7, end < 0 ? undefined : end));
}
