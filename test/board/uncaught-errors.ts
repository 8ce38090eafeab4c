/**
 * What would have ended the process: collected instead, so that a test can say that there was
 * none. The runner's own listeners are put back when the test ends.
 */
import type { EventEmitter } from 'node:events';

import { systemClock } from '../../services/clock.ts';
import { atEnd } from '../persistence/scratch.ts';

/** From now on; ask for them when everything that could throw has had its turn. */
export function uncaughtErrors(): () => Promise<unknown[]> {
  const errors: unknown[] = [];
  const emitter: EventEmitter = process;
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    const before = emitter.listeners(event) as (() => void)[];
    emitter.removeAllListeners(event);
    emitter.on(event, (error: unknown) => errors.push(error));
    atEnd(() => {
      emitter.removeAllListeners(event);
      for (const listener of before) emitter.on(event, listener);
    });
  }
  return async () => {
    // Libraries raise such errors by a timer of no delay; ours comes behind theirs.
    await new Promise<void>((resolve) => {
      systemClock.setTimer(0, true, () => void systemClock.setTimer(0, true, resolve));
    });
    return errors;
  };
}
