/**
 * Splits a stream into frames and passes its bytes on, byte for byte. A frame within one chunk is
 * read where it lies; only a frame that spans chunks is gathered, and never more of it than
 * `frameBytesMax`. What is longer is passed on unread.
 */
import { numberOption } from '../../check.ts';
import { bomLength, frameEnds } from './frame-ends.ts';
import type { FrameEnds } from './frame-ends.ts';
import type {
  Frame,
  FrameFate,
  FrameSplitter,
  FrameSplitterOptions,
  Framing,
  OnFrame,
} from './frame.ts';
import { HeldBytes } from './held-bytes.ts';
import { PassedBytes } from './passed-bytes.ts';
import { frameReader } from './read-frame.ts';
import type { ReadFrame } from './read-frame.ts';

/** Bytes of the longest frame that is read where the user says nothing else. */
export const FRAME_BYTES_MAX = 1_048_576;

const FRAME_BYTES_RANGE = { min: 16, max: 2 ** 28, integer: true };

/** @throws invalid_option where `frameBytesMax` is out of range. */
export function createFrameSplitter(
  framing: Framing,
  options: FrameSplitterOptions = {},
): FrameSplitter {
  return new Splitter(framing, options);
}

class Splitter implements FrameSplitter {
  readonly #mayHide: boolean;
  readonly #frameBytesMax: number;
  readonly #ends: FrameEnds;
  readonly #read: ReadFrame;
  readonly #held: HeldBytes;
  readonly #passed = new PassedBytes();
  readonly #frame: Frame = { event: '', data: '', isTooLong: false, isUnended: false };
  #isFirst = true;
  /** The unfinished frame was told to be too long, and goes by. */
  #isPassing = false;
  /** The last frame was hidden: so is a LF that still belongs to it. */
  #isHidden = false;
  #isDone = false;
  #isMidFrame = false;

  constructor(
    framing: Framing,
    { mayHide = false, frameBytesMax: bytesMax }: FrameSplitterOptions,
  ) {
    this.#frameBytesMax = numberOption(
      'frameBytesMax',
      bytesMax,
      FRAME_BYTES_RANGE,
      FRAME_BYTES_MAX,
    );
    this.#mayHide = mayHide;
    this.#ends = frameEnds(framing);
    this.#read = frameReader(framing);
    this.#held = new HeldBytes(this.#frameBytesMax);
  }

  get heldBytes(): number {
    return this.#held.length;
  }

  get isMidFrame(): boolean {
    return this.#isMidFrame;
  }

  push(chunk: Uint8Array, onFrame: OnFrame): Uint8Array | null {
    if (chunk.length === 0 || this.#isDone) return null;
    const hasLineFeed = this.#ends.takesLineFeed(chunk);
    const isPending = this.#isPassing || this.#held.length > 0;
    /** Where the frame in hand starts in this chunk. */
    let start = hasLineFeed && !isPending ? 1 : 0;
    /** Where the bytes start of which nothing is decided yet. */
    let open = start === 1 && this.#isHidden ? 1 : 0;
    let end = this.#ends.next(chunk, hasLineFeed ? 1 : 0);
    while (end !== -1) {
      const size = this.#held.length + this.#ends.endedAt + 1 - start;
      const isTooLong = !this.#isPassing && size > this.#frameBytesMax;
      const fate = isTooLong ? this.#pass(onFrame) : this.#finish(chunk, start, onFrame);
      if (fate === 'stop') return this.#stop(chunk, open, isTooLong ? start : end);
      if (fate === 'hide') {
        this.#passed.addRun(open, start);
        open = end;
      }
      this.#isPassing = false;
      this.#isFirst = false;
      start = end;
      end = this.#ends.next(chunk, end);
    }
    if (start === chunk.length || this.#isPassing) return this.#handOn(chunk, open);
    if (this.#held.length + chunk.length - start > this.#frameBytesMax) {
      if (this.#pass(onFrame) === 'stop') return this.#stop(chunk, open, start);
      return this.#handOn(chunk, open);
    }
    const passed = this.#mayHide ? this.#take(chunk, open, start) : chunk;
    this.#held.add(chunk, start, chunk.length);
    this.#isMidFrame = !this.#mayHide;
    return passed;
  }

  end(onFrame: OnFrame): Uint8Array | null {
    const held = this.#held;
    if (this.#isDone) return null;
    this.#isDone = true;
    if (held.length === 0) return null;
    const fate = this.#tell(held.bytes, 0, held.length, true, onFrame);
    this.#isMidFrame = fate !== 'hide';
    const isLeft = this.#mayHide && fate !== 'hide';
    const left = isLeft ? held.first(held.length).slice() : null;
    held.clear();
    return left;
  }

  /** The frame in hand ends in this chunk, at the last end that was found. */
  #finish(chunk: Uint8Array, start: number, onFrame: OnFrame): FrameFate {
    const end = this.#ends.endedAt + 1;
    const held = this.#held;
    const before = held.length;
    let fate: FrameFate = 'keep';
    if (before > 0) {
      held.add(chunk, start, end);
      fate = this.#tell(held.bytes, 0, held.length, false, onFrame);
      if (this.#mayHide && fate !== 'hide') this.#passed.setHead(held.first(before));
      held.clear();
    } else if (!this.#isPassing) fate = this.#tell(chunk, start, end, false, onFrame);
    this.#isHidden = fate === 'hide';
    return fate;
  }

  #tell(
    bytes: Uint8Array,
    start: number,
    end: number,
    isUnended: boolean,
    onFrame: OnFrame,
  ): FrameFate {
    const frame = this.#frame;
    const from = this.#isFirst ? start + bomLength(bytes, start, end) : start;
    if (!this.#read(bytes, from, end, frame)) return 'keep';
    frame.isUnended = isUnended;
    const fate = onFrame(frame);
    return fate === 'hide' && !this.#mayHide ? 'keep' : fate;
  }

  /** The frame in hand is too long: from now on it goes by, what is held of it first. */
  #pass(onFrame: OnFrame): FrameFate {
    const frame = this.#frame;
    frame.event = frame.data = '';
    frame.isTooLong = true;
    const fate = onFrame(frame);
    frame.isTooLong = false;
    this.#isPassing = true;
    this.#isHidden = false;
    if (fate === 'stop') return fate;
    const held = this.#held;
    if (this.#mayHide && held.length > 0) this.#passed.setHead(held.first(held.length));
    held.clear();
    return 'keep';
  }

  /** Passes on the rest of the chunk; its last frame is whole, or too long. */
  #handOn(chunk: Uint8Array, open: number): Uint8Array | null {
    this.#isMidFrame = this.#isPassing;
    return this.#take(chunk, open, chunk.length);
  }

  /** Passes on what is left up to `end`, and nothing ever after. */
  #stop(chunk: Uint8Array, open: number, end: number): Uint8Array | null {
    this.#isDone = true;
    this.#isMidFrame = this.#isMidFrame && end === 0;
    this.#held.clear();
    return this.#take(chunk, open, end);
  }

  #take(chunk: Uint8Array, open: number, end: number): Uint8Array | null {
    this.#passed.addRun(open, end);
    return this.#passed.take(chunk);
  }
}
