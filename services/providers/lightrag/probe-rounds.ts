/** Something done again and again, never twice at once, until it is stopped. */
import { invalidArgument } from '../../check.ts';
import { TIMER_DELAY_MAX_MS, type Clock } from '../../clock.ts';
import type { Deadline, Deadlines } from '../../deadlines.ts';

export interface ProbeRounds {
  /** Ends the rounds, and aborts what runs. Stopping twice does nothing. */
  stop(): void;
  /** Resolves when the round that runs now, if any does, has ended. Never rejects. */
  settled(): Promise<void>;
  /** What a callback threw in the last round; undefined where nothing was thrown. */
  readonly failure: unknown;
}

export interface RoundsOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** From the end of one round to the next. Milliseconds. */
  readonly everyMs: number;
  readonly each: (signal: AbortSignal) => Promise<void>;
}

/** Begins with a first round. @throws FuseboardError invalid_argument */
export function startRounds({ clock, deadlines, everyMs, each }: RoundsOptions): ProbeRounds {
  if (!(everyMs >= 1 && everyMs <= TIMER_DELAY_MAX_MS)) {
    throw invalidArgument('every(ms)', `milliseconds from 1 to ${TIMER_DELAY_MAX_MS}`, everyMs);
  }
  const controller = new AbortController();
  const { signal } = controller;
  let failure: unknown;
  let next: Deadline | null = null;
  let round = Promise.resolve();

  const run = async (): Promise<void> => {
    failure = undefined;
    try {
      await each(signal);
    } catch (error) {
      if (!signal.aborted) failure = error;
    }
    if (signal.aborted) return;
    next = deadlines.at(clock.monotonicMs() + everyMs, begin);
  };
  const begin = (): void => {
    round = run();
  };
  begin();

  return {
    stop() {
      deadlines.cancel(next);
      controller.abort();
    },
    settled: () => round,
    get failure() {
      return failure;
    },
  };
}
