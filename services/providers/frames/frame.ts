/**
 * Frames of a stream: the parts in which a provider sends an answer. A splitter is shown the bytes
 * as they come, hands over each frame as soon as its last byte is there, and says which bytes to
 * pass on: all of them, in order and unchanged, save the frames that were to be hidden.
 */

export type Framing = 'sse' | 'ndjson';

/** One frame. The same object each time: read it before the callback returns. */
export interface Frame {
  /** Name of the SSE event; empty where it has none, and for NDJSON. */
  event: string;
  /** Payload of the SSE event (its `data` lines, joined by line feeds), or the NDJSON line. */
  data: string;
  /**
   * It is longer than `frameBytesMax`: it is passed on unread. `event` and `data` are empty. Told
   * once for the frame, as soon as that is known.
   */
  isTooLong: boolean;
  /** The stream ended before the blank line, or the line feed, that should end the frame. */
  isUnended: boolean;
}

/**
 * What becomes of a frame.
 * - `keep`: it is passed on.
 * - `hide`: it is left out. A frame that is too long is passed on nevertheless; so is every frame
 *   where the splitter was not told `mayHide`.
 * - `stop`: it is passed on, and nothing that comes after it is. Of a frame that is too long,
 *   nothing more is passed on.
 */
export type FrameFate = 'keep' | 'hide' | 'stop';

/** Must not throw. */
export type OnFrame = (frame: Readonly<Frame>) => FrameFate;

export interface FrameSplitterOptions {
  /**
   * Frames may be hidden: the bytes of an unfinished frame are held until its end is there.
   * Otherwise every byte is passed on at once.
   * @default false
   */
  readonly mayHide?: boolean;
  /**
   * Bytes of the longest frame that is read, and most bytes held: an integer of 16 to 2^28.
   * @default 1_048_576
   */
  readonly frameBytesMax?: number;
}

export interface FrameSplitter {
  /**
   * Takes the next bytes and returns those to pass on now; null for none. Where nothing is hidden
   * or held that is `chunk` itself. Keeps no reference to `chunk`.
   */
  push(chunk: Uint8Array, onFrame: OnFrame): Uint8Array | null;
  /**
   * The stream has ended, well or not. Reads the frame that was left without its end, and returns
   * what is still to be passed on; null for nothing.
   */
  end(onFrame: OnFrame): Uint8Array | null;
  /** Bytes of an unfinished frame that are kept; never above `frameBytesMax`. */
  readonly heldBytes: number;
  /**
   * A part of an unfinished frame has been passed on: what is written to the client now lands
   * inside it. Never so with `mayHide`, save in a frame that is too long.
   */
  readonly isMidFrame: boolean;
}
