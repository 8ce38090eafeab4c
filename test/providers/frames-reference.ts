/**
 * What a stream's frames are, worked out the slow way from the whole of it: lines by a regular
 * expression, fields as the WHATWG's text has them. And a stream taken through the splitter.
 */
import { createFrameSplitter } from '../../services/providers/frames/frame-splitter.ts';
import type {
  Frame,
  FrameFate,
  FrameSplitterOptions,
  Framing,
} from '../../services/providers/frames/frame.ts';

export interface Part {
  /** A byte a character. */
  readonly raw: string;
  /** Null where it says nothing. */
  readonly frame: Frame | null;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const textOf = (latin1: string): string => decoder.decode(Buffer.from(latin1, 'latin1'));
const TOO_LONG: Frame = { event: '', data: '', isTooLong: true, isUnended: false };

function eventOf(lines: readonly string[], isUnended: boolean): Frame | null {
  const data: string[] = [];
  let event = '';
  for (const line of lines) {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    if (field === 'event') event = value;
  }
  if (data.length === 0) return null;
  return { event: textOf(event), data: textOf(data.join('\n')), isTooLong: false, isUnended };
}

function lineOf(line: string, isUnended: boolean): Frame | null {
  const data = line.replace(/[ \t\r\n]+$/, '');
  return data === '' ? null : { event: '', data: textOf(data), isTooLong: false, isUnended };
}

/** Every byte of the stream, in the parts that stay or go together. */
export function partsOf(framing: Framing, bytes: Uint8Array, frameBytesMax: number): Part[] {
  const text = Buffer.from(bytes).toString('latin1');
  const bom = text.startsWith('\xef\xbb\xbf') ? text.slice(0, 3) : '';
  const parts: Part[] = [];
  let raw = bom;
  let lines: string[] = [];
  const add = (size: number, isUnended: boolean): void => {
    const frame = framing === 'sse' ? eventOf(lines, isUnended) : lineOf(lines.join(), isUnended);
    parts.push({ raw, frame: size > frameBytesMax ? TOO_LONG : frame });
    raw = '';
    lines = [];
  };
  const pattern = framing === 'sse' ? /([^\r\n]*)(\r\n|\r|\n)/y : /([^\n]*)(\n)/y;
  pattern.lastIndex = bom.length;
  let at = bom.length;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [whole, line = '', ending = ''] = match;
    at = pattern.lastIndex;
    raw += whole;
    const isAlone = framing === 'ndjson' || (lines.length === 0 && line.startsWith(':'));
    lines.push(line);
    if (line === '' || isAlone) add(raw.length - ending.length + 1, false);
  }
  raw += text.slice(at);
  if (at < text.length) lines.push(text.slice(at));
  if (raw !== '') add(raw.length, true);
  return parts;
}

/** What of the parts is passed on, and the frames that are told. */
export function expectedOf(
  parts: readonly Part[],
  mayHide: boolean,
  fateOf: (index: number) => FrameFate,
): { passed: string; frames: Frame[] } {
  const frames: Frame[] = [];
  let passed = '';
  for (const { raw, frame } of parts) {
    const fate = frame === null ? 'keep' : fateOf(frames.length);
    if (frame !== null) frames.push(frame);
    if (fate === 'stop' && frame?.isTooLong === true) break;
    if (fate !== 'hide' || frame?.isTooLong === true || !mayHide) passed += raw;
    if (fate === 'stop') break;
  }
  return { passed, frames };
}

export interface Passage {
  readonly passed: string;
  readonly frames: Frame[];
  readonly heldMax: number;
  /** What each push returned. */
  readonly returned: readonly (Uint8Array | null)[];
}

export function passageOf(
  framing: Framing,
  options: FrameSplitterOptions,
  chunks: readonly Uint8Array[],
  fateOf: (index: number) => FrameFate = () => 'keep',
): Passage {
  const splitter = createFrameSplitter(framing, options);
  const frames: Frame[] = [];
  let heldMax = 0;
  const onFrame = (frame: Readonly<Frame>): FrameFate => {
    frames.push({ ...frame });
    return fateOf(frames.length - 1);
  };
  const returned = chunks.map((chunk) => {
    const bytes = splitter.push(chunk, onFrame);
    heldMax = Math.max(heldMax, splitter.heldBytes);
    return bytes;
  });
  const last = splitter.end(onFrame);
  const passed = [...returned, last]
    .map((bytes) => (bytes === null ? '' : Buffer.from(bytes).toString('latin1')))
    .join('');
  return { passed, frames, heldMax, returned };
}

/** The bytes, cut before each of `cuts` (ascending). */
export function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...cuts, bytes.length];
  return ends.map((end, index) => bytes.slice(index === 0 ? 0 : ends[index - 1], end));
}

export const everyByte = (bytes: Uint8Array): Uint8Array[] =>
  Array.from(bytes, (byte) => Uint8Array.of(byte));
