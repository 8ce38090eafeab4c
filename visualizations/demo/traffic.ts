/** Calls at random instants (a Poisson process), until stopped. */
import type { Clock, Random, TimerHandle } from '../../index.ts';

export interface TrafficOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Calls per second, on average, as things stand. */
  readonly rate: () => number;
  /** Makes one call; the board's facts tell what comes of it. Never rejects. */
  readonly call: () => Promise<unknown>;
}

/** Starts at once; the returned function stops it. Calls in flight go on. */
export function startTraffic(options: TrafficOptions): () => void {
  const { clock, random, rate, call } = options;
  let timer: TimerHandle;
  let dueMs = clock.monotonicMs();
  const next = (): void => {
    dueMs += (-Math.log(1 - random()) / rate()) * 1000;
    timer = clock.setTimer(Math.max(0, dueMs - clock.monotonicMs()), true, () => {
      void call();
      next();
    });
  };
  next();
  return () => clock.clearTimer(timer);
}
