/**
 * The deadlines of a stream: for its first text, for its next piece while its client waits for it,
 * and in all. One deadline stands for the three: it looks at what is due, and comes again.
 */
import type { Deadline } from '../deadlines.ts';
import type { Runtime } from '../runtime.ts';
import type { ResolvedDeadlines } from './fetch-options.ts';

export interface StreamWatchOptions {
  readonly runtime: Runtime;
  readonly deadlines: ResolvedDeadlines;
  /** Monotonic milliseconds of the request. */
  readonly startMs: number;
  /** Text of the answer has passed. */
  readonly hasText: () => boolean;
  /** It took more than `limitMs`, for what the words say. */
  readonly onLate: (what: string, limitMs: number) => void;
}

export class StreamWatch {
  readonly #options: StreamWatchOptions;
  #deadline: Deadline | null = null;
  /** Monotonic milliseconds since when the client waits; NaN while it does not. */
  #waitingSinceMs = NaN;

  constructor(options: StreamWatchOptions) {
    this.#options = options;
  }

  /** The client waits for its next piece. */
  get isAwaited(): boolean {
    return !Number.isNaN(this.#waitingSinceMs);
  }

  await(): void {
    this.#waitingSinceMs = this.#options.runtime.clock.monotonicMs();
  }

  awaitNot(): void {
    this.#waitingSinceMs = NaN;
  }

  begin(): void {
    const { runtime, deadlines, startMs } = this.#options;
    const { clock } = runtime;
    const nowMs = clock.monotonicMs();
    const { firstTokenMs, idleMs, totalMs } = deadlines;
    const waitingSinceMs = this.isAwaited ? this.#waitingSinceMs : nowMs;
    const firstTokenAtMs = startMs + firstTokenMs;
    // Who asks for the first piece so late that it is overdue has a right to it all the same.
    const isBegun = this.#options.hasText() || waitingSinceMs >= firstTokenAtMs;
    const dues = [
      { dueMs: startMs + totalMs, what: 'in all', limitMs: totalMs },
      { dueMs: waitingSinceMs + idleMs, what: 'for its next piece', limitMs: idleMs },
      { dueMs: isBegun ? Infinity : firstTokenAtMs, what: 'to begin', limitMs: firstTokenMs },
    ];
    let dueMs = Infinity;
    for (const due of dues) {
      if (due.dueMs <= nowMs) return this.#options.onLate(due.what, due.limitMs);
      dueMs = Math.min(dueMs, due.dueMs);
    }
    if (dueMs === Infinity) return;
    this.#deadline = runtime.deadlines.at(dueMs, () => this.begin());
  }

  end(): void {
    this.#options.runtime.deadlines.cancel(this.#deadline);
  }
}
