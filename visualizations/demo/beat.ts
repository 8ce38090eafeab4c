/** Looks at the time as a story is walked: shows it, keeps the position, says when it is over. */
import type { Clock } from '../../services/clock.ts';
import type { Reporter } from './reporter.ts';
import { stretchAt, type Scenario } from './scenario.ts';
import type { View } from './view.ts';

export interface BeatOptions {
  readonly clock: Clock;
  readonly scenario: Scenario;
  readonly reporter: Reporter;
  /** Milliseconds from the story's beginning. */
  readonly elapsedMs: () => number;
  readonly keepPosition: () => void;
  /** Resolves when the walk shall end early. */
  readonly interrupted: Promise<void>;
}

/** How often it looks at the time. */
const BEAT_MS = 50;
const POSITION_EVERY_MS = 250;

/** Begins at once, and goes on until it is stopped, also when the story is over. */
export function beat(
  options: BeatOptions,
  view: () => View,
): { readonly over: Promise<void>; readonly stop: () => void } {
  const { clock, scenario, reporter, elapsedMs, keepPosition } = options;
  let end: () => void = () => {};
  const over = new Promise<void>((resolve) => (end = resolve));
  let current = stretchAt(scenario, elapsedMs());
  let shownAtMs = clock.monotonicMs();
  let keptAtMs = shownAtMs;
  reporter.phase(current);
  const once = (): void => {
    const nowMs = clock.monotonicMs();
    const stretch = stretchAt(scenario, elapsedMs());
    // Also those that a busy machine slept through.
    for (const each of scenario.stretches) {
      if (each.startMs > current.startMs && each.startMs <= stretch.startMs) reporter.phase(each);
    }
    if (stretch !== current || nowMs - keptAtMs >= POSITION_EVERY_MS) {
      keepPosition();
      keptAtMs = nowMs;
    }
    current = stretch;
    if (nowMs - shownAtMs >= reporter.everyMs) {
      reporter.show(view());
      shownAtMs = nowMs;
    }
    if (elapsedMs() >= scenario.durationMs) end();
    timer = clock.setTimer(BEAT_MS, true, once);
  };
  let timer = clock.setTimer(BEAT_MS, true, once);
  void options.interrupted.then(end);
  return { over, stop: () => clock.clearTimer(timer) };
}
