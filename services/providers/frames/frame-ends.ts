/**
 * Where frames end, found byte by byte over chunks that break anywhere. An SSE event ends with a
 * blank line, and a line with LF, CR or CRLF (WHATWG, "Parsing an event stream"). A comment line
 * before an event's first field counts as a frame of its own that says nothing: so a heartbeat
 * waits for nothing and adds to nothing. An NDJSON frame ends with LF.
 */
import type { Framing } from './frame.ts';

const LF = 10;
const CR = 13;
const COLON = 58;
const BOM = [0xef, 0xbb, 0xbf] as const;

export interface FrameEnds {
  /** Index after the first frame that ends at or after `from`; -1 where none does in this chunk. */
  next(chunk: Uint8Array, from: number): number;
  /** Index of the byte that ended the frame found last; a LF after its CR comes on top. */
  readonly endedAt: number;
  /** True once, where the chunk before ended in CR and this one begins with the LF after it. */
  takesLineFeed(chunk: Uint8Array): boolean;
}

export function frameEnds(framing: Framing): FrameEnds {
  return framing === 'sse' ? new EventEnds() : new LineEnds();
}

class LineEnds implements FrameEnds {
  endedAt = 0;

  next(chunk: Uint8Array, from: number): number {
    this.endedAt = chunk.indexOf(LF, from);
    return this.endedAt === -1 ? -1 : this.endedAt + 1;
  }

  takesLineFeed(): boolean {
    return false;
  }
}

class EventEnds implements FrameEnds {
  endedAt = 0;
  /** Bytes of the unfinished line that earlier chunks brought. */
  #lineBytes = 0;
  /** The unfinished line begins with a colon; of use from its first byte on. */
  #isComment = false;
  /** The unfinished line is the first of its frame. */
  #isFirstLine = true;
  #endedInCr = false;
  /** Bytes of a byte order mark seen at the very start; 3 once it is behind us or not there. */
  #bomBytes = 0;

  takesLineFeed(chunk: Uint8Array): boolean {
    if (!this.#endedInCr) return false;
    this.#endedInCr = false;
    return chunk[0] === LF;
  }

  next(chunk: Uint8Array, from: number): number {
    const { length } = chunk;
    let at = from;
    let lineStart = from - this.#lineBytes;
    if (this.#bomBytes < 3) {
      at = this.#skipBom(chunk, at);
      if (this.#bomBytes === 3 && at - lineStart === 3) lineStart = at;
    }
    for (; at < length; at++) {
      const byte = chunk[at] as number;
      if (byte > CR || (byte !== LF && byte !== CR)) continue;
      const isBlank = at === lineStart;
      const isComment = lineStart >= from ? chunk[lineStart] === COLON : this.#isComment;
      const endsFrame = isBlank || (isComment && this.#isFirstLine);
      this.endedAt = at;
      if (byte === CR) {
        if (at + 1 === length) this.#endedInCr = true;
        else if (chunk[at + 1] === LF) at++;
      }
      lineStart = at + 1;
      this.#lineBytes = 0;
      this.#isFirstLine = endsFrame;
      if (endsFrame) return lineStart;
    }
    if (lineStart >= from && lineStart < length) this.#isComment = chunk[lineStart] === COLON;
    this.#lineBytes = length - lineStart;
    return -1;
  }

  /** Index after what continues a byte order mark. */
  #skipBom(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && this.#bomBytes < 3) {
      if (chunk[at] !== BOM[this.#bomBytes]) {
        this.#bomBytes = 3;
        return at;
      }
      at++;
      this.#bomBytes++;
    }
    return at;
  }
}

/** Bytes of the byte order mark at the start of a stream: 3, or 0 where there is none. */
export function bomLength(bytes: Uint8Array, start: number, end: number): number {
  return end - start >= 3 && BOM.every((byte, index) => bytes[start + index] === byte) ? 3 : 0;
}
