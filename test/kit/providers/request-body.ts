/** Reads what APIs read of a request, whatever it holds. */
import { isObject } from '../../../services/check.ts';
import type { ReceivedRequest } from './received-request.ts';
import type { JsonObject } from './usage-fault.ts';

const NOTHING: JsonObject = Object.freeze({});

/** The body where it is a JSON object, and an empty one otherwise. */
export const bodyOf = ({ body }: ReceivedRequest): JsonObject =>
  isObject(body) ? (body as JsonObject) : NOTHING;

export const objectMember = (body: JsonObject, name: string): JsonObject =>
  isObject(body[name]) ? (body[name] as JsonObject) : NOTHING;

export const textMember = (body: JsonObject, name: string, fallback = ''): string =>
  typeof body[name] === 'string' ? body[name] : fallback;

/** A list; null where the member is none. */
export const listMember = (body: JsonObject, name: string): readonly unknown[] | null =>
  Array.isArray(body[name]) ? (body[name] as readonly unknown[]) : null;

/** The first of these members that is a count; null where none is. */
export function countMember(body: JsonObject, ...names: readonly string[]): number | null {
  for (const name of names) {
    const value = body[name];
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  }
  return null;
}
