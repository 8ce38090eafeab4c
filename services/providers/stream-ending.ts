/** The ways in which a stream ends before its proper end, and how each is worded. */
import { FuseboardError, withoutStack } from '../errors.ts';
import type { Fault } from './fault.ts';

/**
 * `cut`: by the provider or the network; `late`: past a deadline; `unread`: past a deadline while
 * its client did not read; `overspent`: no budget has more for it; `left`: by its client.
 */
export type Ending = 'cut' | 'late' | 'unread' | 'overspent' | 'left';

/** What an error event calls it. */
export const ENDING_CODES: Readonly<Record<Ending, string>> = {
  cut: 'stream_cut',
  late: 'stream_timeout',
  unread: 'stream_timeout',
  overspent: 'budget_exceeded',
  left: 'cancelled',
};

const MESSAGES: Readonly<Record<Ending, string>> = {
  cut: 'the answer ended before it was complete',
  late: 'the answer took too long',
  unread: 'the answer was not read in time',
  overspent: 'the answer was stopped: no budget has more for it',
  left: '',
};

/** What a stream that did not end properly says of the provider: nothing, where we ended it. */
export function faultOfEnding(ending: Ending, code: string | null = null): Fault {
  const isOurs = ending !== 'cut' && ending !== 'late';
  return {
    fault: isOurs ? 'cancelled' : 'cut',
    code: code ?? ENDING_CODES[ending],
    message: MESSAGES[ending],
    retryAtMs: null,
  };
}

/** The error of a stream that took too long. */
export const lateError = (breaker: string, what: string, limitMs: number): FuseboardError =>
  withoutStack(
    () =>
      new FuseboardError('timeout', `a stream timed out: it took more than ${limitMs} ms ${what}`, {
        breaker,
        hint: 'Raise stream.firstTokenMs, stream.idleMs or stream.totalMs.',
      }),
  );
