/**
 * What the bytes of a whole frame say. Bytes that are no UTF-8 become U+FFFD. A frame is decoded
 * once, and only its payload: lines of data are put together before, not after.
 */
import type { Frame, Framing } from './frame.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const COLON = 58;
const DATA = [100, 97, 116, 97] as const;
const EVENT = [101, 118, 101, 110, 116] as const;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  start === end ? '' : decoder.decode(bytes.subarray(start, end));

/** Fills `frame` from `bytes[start, end)`; false where they say nothing, as a comment does. */
export type ReadFrame = (bytes: Uint8Array, start: number, end: number, frame: Frame) => boolean;

export function frameReader(framing: Framing): ReadFrame {
  return framing === 'sse' ? readEvent : readLine;
}

function readLine(bytes: Uint8Array, start: number, end: number, frame: Frame): boolean {
  let last = end;
  while (last > start && isSpace(bytes[last - 1] as number)) last--;
  if (last === start) return false;
  frame.event = '';
  frame.data = textOf(bytes, start, last);
  return true;
}

const isSpace = (byte: number): boolean =>
  byte === LF || byte === CR || byte === SPACE || byte === TAB;

function readEvent(bytes: Uint8Array, start: number, end: number, frame: Frame): boolean {
  let eventStart = 0;
  let eventEnd = 0;
  let dataStart = -1;
  let dataEnd = -1;
  let joined: Uint8Array | null = null;
  let joinedLength = 0;
  for (let line = start; line < end;) {
    const lineEnd = endOfLine(bytes, line, end);
    const dataAt = valueAt(bytes, line, lineEnd, DATA);
    const eventAt = dataAt === -1 ? valueAt(bytes, line, lineEnd, EVENT) : -1;
    if (eventAt !== -1) {
      eventStart = eventAt;
      eventEnd = lineEnd;
    } else if (dataAt !== -1 && dataStart === -1) {
      dataStart = dataAt;
      dataEnd = lineEnd;
    } else if (dataAt !== -1) {
      if (joined === null) {
        joined = new Uint8Array(end - start);
        joinedLength = copied(bytes, dataStart, dataEnd, joined, 0);
      }
      joined[joinedLength] = LF;
      joinedLength = copied(bytes, dataAt, lineEnd, joined, joinedLength + 1);
    }
    line = nextLine(bytes, lineEnd, end);
  }
  if (dataStart === -1) return false;
  frame.event = textOf(bytes, eventStart, eventEnd);
  frame.data =
    joined === null ? textOf(bytes, dataStart, dataEnd) : textOf(joined, 0, joinedLength);
  return true;
}

/** Copies `from[start, end)` into `to`, and returns the index after it there. */
function copied(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  let next = at;
  for (let index = start; index < end; index++) to[next++] = from[index] as number;
  return next;
}

function endOfLine(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte <= CR && (byte === LF || byte === CR)) return at;
  }
  return end;
}

const nextLine = (bytes: Uint8Array, lineEnd: number, end: number): number =>
  bytes[lineEnd] === CR && lineEnd + 1 < end && bytes[lineEnd + 1] === LF
    ? lineEnd + 2
    : lineEnd + 1;

/** Index of the field's value in the line, `end` for an empty one; -1 where it is another field. */
function valueAt(bytes: Uint8Array, start: number, end: number, field: readonly number[]): number {
  const nameEnd = start + field.length;
  if (nameEnd > end) return -1;
  for (let index = 0; index < field.length; index++) {
    if (bytes[start + index] !== field[index]) return -1;
  }
  if (nameEnd === end) return end;
  if (bytes[nameEnd] !== COLON) return -1;
  return nameEnd + 1 < end && bytes[nameEnd + 1] === SPACE ? nameEnd + 2 : nameEnd + 1;
}
