/**
 * The body of a streamed answer on its way to the client: every byte passed on as it came, save
 * what only we asked for; read beside that for text, usage, faults and its proper end. It goes at
 * the client's pace, is held to deadlines, and is stopped where the budgets have no more for it.
 */
import { onAbort } from '../abort.ts';
import type { CallContext } from '../call.ts';
import type { Usage } from '../cost/usage.ts';
import { isFuseboardError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import type { Fault } from './fault.ts';
import type { ResolvedDeadlines } from './fetch-options.ts';
import type { Frame, FrameFate, FrameSplitter } from './frames/frame.ts';
import { createFrameSplitter } from './frames/frame-splitter.ts';
import { networkCodeOf } from './network-error.ts';
import type { CountTokens, Profile, RequestView, StreamReader } from './profile.ts';
import { StreamCost } from './stream-cost.ts';
import { ENDING_CODES, faultOfEnding, lateError, type Ending } from './stream-ending.ts';
import { StreamWatch } from './stream-watch.ts';

/** How a stream ended. */
export interface StreamEnd {
  /** Null: properly. */
  readonly fault: Fault | null;
  /** What it used; null where nobody knows. */
  readonly usage: Usage | null;
  /** The provider did not say: we counted what passed. */
  readonly isCounted: boolean;
  readonly cause: unknown;
}

export interface MeteredStreamOptions {
  /** Name of the breaker. */
  readonly breaker: string;
  readonly body: ReadableStream<Uint8Array>;
  /** Monotonic milliseconds of the request. */
  readonly startMs: number;
  readonly runtime: Runtime;
  readonly context: CallContext;
  readonly profile: Profile;
  readonly request: RequestView;
  readonly model: string | undefined;
  /** Somebody counts its money. */
  readonly isCounted: boolean;
  readonly errorEvent: boolean;
  /** Its usage was asked for by us alone, so that the client need not see it. */
  readonly mayHide: boolean;
  readonly deadlines: ResolvedDeadlines;
  readonly count: CountTokens;
  /** Resolves when the call has settled: whoever sees the end finds its cost in the books. */
  readonly settled: Promise<void>;
  /** Ends the request upstream. */
  readonly abort: (reason: unknown) => void;
  /** Told what a function of the profile threw. */
  readonly report: (callback: string, error: unknown) => void;
}

/**
 * Read ahead of the client once the answer has ended: clients stop reading there, and what is still
 * to come (its usage, the end of the body) decides what it cost and when it is over. Bytes.
 */
const AFTER_END_BYTES_MAX = 65_536;

export class MeteredStream {
  readonly readable: ReadableStream<Uint8Array>;
  /** Resolves exactly once, however it ends. Never rejects. */
  readonly ended: Promise<StreamEnd>;
  readonly #options: MeteredStreamOptions;
  readonly #upstream: ReadableStreamDefaultReader<Uint8Array>;
  readonly #splitter: FrameSplitter;
  readonly #reader: StreamReader;
  readonly #cost: StreamCost;
  readonly #onFrame = (frame: Readonly<Frame>): FrameFate => this.#read(frame);
  #end: ((end: StreamEnd) => void) | null = null;
  readonly #watch: StreamWatch;
  /** Bytes that came when the answer had ended. */
  #bytesAfterEnd = 0;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  readonly #disregard: () => void;
  #hasLeft = false;

  constructor(options: MeteredStreamOptions) {
    const { body, profile, request } = options;
    this.#options = options;
    this.#cost = new StreamCost(options);
    this.#upstream = body.getReader();
    // Half a frame before an error event would garble it, and is kept back as well.
    const mayHide = options.mayHide || options.errorEvent;
    this.#splitter = createFrameSplitter(profile.framing, { mayHide });
    this.#reader = this.#open(profile, request);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: (controller) => this.#pull(controller),
        cancel: (reason) => this.#leave(reason),
      },
      { highWaterMark: 0 },
    );
    const { signal } = options.context;
    this.#disregard = onAbort(signal, () => this.#abandon(signal?.reason));
    const { runtime, deadlines, startMs } = options;
    this.#watch = new StreamWatch({
      runtime,
      deadlines,
      startMs,
      hasText: () => this.#cost.hasText,
      onLate: (what, limitMs) => this.#giveUp(what, limitMs),
    });
    this.#watch.begin();
  }

  #open(profile: Profile, request: RequestView): StreamReader {
    try {
      return profile.openStream(request);
    } catch (error) {
      this.#options.report('openStream', error);
      return BLIND;
    }
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        this.#watch.await();
        const { done, value } = await this.#upstream.read();
        this.#watch.awaitNot();
        if (this.#end === null) return;
        if (done) return await this.#finish(controller);
        const passed = this.#splitter.push(value, this.#onFrame);
        if (passed !== null) controller.enqueue(passed);
        const covered = this.#cost.isCovered();
        if (covered !== true && !(await covered)) return await this.#stop(controller, 'overspent');
        if (passed !== null && !this.#readsOn(value.byteLength)) return;
      }
    } catch (error) {
      if (this.#end === null) return;
      return this.#fail(controller, error);
    }
  }

  /** Whether to go on reading although the client has something to read. */
  #readsOn(bytes: number): boolean {
    if (!this.#hasEnded) return false;
    this.#bytesAfterEnd += bytes;
    return this.#bytesAfterEnd <= AFTER_END_BYTES_MAX;
  }

  /** The answer came to its proper end, whatever becomes of its connection. */
  get #hasEnded(): boolean {
    const reader = this.#reader;
    return reader.hasEnded ?? reader.isComplete;
  }

  /** A profile that throws has nothing to say of the frame. */
  #read({ event, data, isTooLong }: Readonly<Frame>): FrameFate {
    if (isTooLong) return 'keep';
    try {
      const { text, isHidden } = this.#reader.read(event, data);
      if (text !== '') this.#cost.add(text);
      return isHidden && this.#options.mayHide ? 'hide' : 'keep';
    } catch (error) {
      this.#options.report('openStream', error);
      return 'keep';
    }
  }

  #finish(controller: ReadableStreamDefaultController<Uint8Array>): void | Promise<void> {
    const rest = this.#splitter.end(this.#onFrame);
    const isCut = !this.#reader.isComplete && this.#reader.fault === null;
    // What is left of a frame would only garble the error event that comes after it.
    if (rest !== null && !(isCut && this.#options.errorEvent)) controller.enqueue(rest);
    if (isCut) return this.#stop(controller, 'cut');
    this.#settle(this.#reader.fault, undefined);
    return this.#afterwards(() => controller.close());
  }

  /** The connection broke, or somebody aborted it. */
  #fail(
    controller: ReadableStreamDefaultController<Uint8Array>,
    error: unknown,
  ): void | Promise<void> {
    const { signal } = this.#options.context;
    if (signal?.aborted) return this.#abandon(signal.reason);
    if (!this.#options.errorEvent) {
      const rest = this.#splitter.end(this.#onFrame);
      if (rest !== null) controller.enqueue(rest);
    }
    return this.#stop(controller, 'cut', error);
  }

  /** Ends it before its proper end: with an error event, or as the network ended it. */
  #stop(
    controller: ReadableStreamDefaultController<Uint8Array>,
    ending: Ending,
    cause?: unknown,
  ): void | Promise<void> {
    if (this.#end === null) return;
    const { errorEvent, profile } = this.#options;
    const fault = faultOfEnding(ending, networkCodeOf(cause));
    this.#settle(fault, cause);
    if (ending !== 'cut') this.#close(cause);
    return this.#afterwards(() => {
      if (errorEvent) {
        // In a frame too long to be held back, what comes next must begin a frame of its own.
        const gap = this.#splitter.isMidFrame ? '\n\n' : '';
        const frame = gap + profile.errorFrame(ENDING_CODES[ending], fault.message);
        controller.enqueue(new TextEncoder().encode(frame));
        controller.close();
      } else if (cause !== undefined) controller.error(cause);
      else controller.close();
    });
  }

  /** Once the call has settled, unless the client has left meanwhile. */
  async #afterwards(run: () => void): Promise<void> {
    await this.#options.settled;
    if (!this.#hasLeft) run();
  }

  /** Its call was aborted: by its client, or because its time was over. */
  #abandon(reason: unknown): void {
    const controller = this.#controller;
    if (this.#end === null || controller === null) return;
    if (isFuseboardError(reason)) {
      void this.#stop(controller, 'late', reason);
      return;
    }
    this.#settle(faultOfEnding('left'), reason);
    this.#close(reason);
    controller.error(reason);
  }

  /** The client wants no more of it. */
  #leave(reason: unknown): Promise<void> {
    this.#hasLeft = true;
    this.#settle(this.#isOver ? this.#reader.fault : faultOfEnding('left'), reason);
    this.#close(reason);
    return Promise.resolve();
  }

  /**
   * The client aborts its request. True: its answer was over before that, so that the call ended as
   * the answer did. Clients abort what they have read an error in, or the end of.
   */
  aborted(reason: unknown): boolean {
    if (this.#end === null) return true;
    if (!this.#isOver) return false;
    this.#settle(this.#reader.fault, reason);
    this.#close(reason);
    this.#controller?.error(reason);
    return true;
  }

  /** All that there is to say of it was said: its end, or an error. */
  get #isOver(): boolean {
    return this.#hasEnded || this.#reader.fault !== null;
  }

  #close(reason: unknown): void {
    this.#options.abort(reason);
    this.#upstream.cancel(reason).catch(() => {});
  }

  #settle(fault: Fault | null, cause: unknown): void {
    const end = this.#end;
    if (end === null) return;
    this.#end = null;
    this.#disregard();
    this.#watch.end();
    const said = this.#reader.usage;
    const isCounted = said === null && this.#options.isCounted;
    end({ fault, usage: isCounted ? this.#cost.countedUsage() : said, isCounted, cause });
  }

  #giveUp(what: string, limitMs: number): void {
    const controller = this.#controller;
    if (controller === null) return;
    const error = lateError(this.#options.breaker, what, limitMs);
    const ending = this.#watch.isAwaited ? 'late' : 'unread';
    if (!this.#hasEnded) {
      void this.#stop(controller, ending, error);
      return;
    }
    // Only its connection is still open: nobody has lost anything.
    this.#settle(this.#reader.fault, undefined);
    this.#close(error);
    controller.close();
  }
}

/** Of a stream that its profile cannot read, nothing is known. */
const BLIND: StreamReader = {
  read: () => ({ text: '', isHidden: false }),
  isComplete: true,
  hasEnded: false,
  usage: null,
  fault: null,
};
