/**
 * The silence after a path: how long to wait, again and again, and where the model is then. Each
 * delayed event of the model's is approached to a millisecond, so that whatever comes too early,
 * too late or from a cause long gone is seen.
 */
import { nextTimer, type MachineModel, type ModelState } from './machine-model.ts';

export interface SilentWait {
  readonly ms: number;
  /** Where the model is after it. */
  readonly state: ModelState;
}

/** Waits of `silenceMs` together, or until so many delayed events have come. */
export function* silentWaits(
  model: MachineModel,
  from: ModelState,
  silenceMs: number,
  timersMax: number,
): Generator<SilentWait> {
  let state = from;
  let leftMs = silenceMs;
  for (let timers = 0; leftMs > 0 && timers <= timersMax; timers += 1) {
    const dueMs = nextTimer(state)?.inMs ?? Infinity;
    const quietMs = Math.min(Math.max(0, dueMs - 1), leftMs);
    for (const ms of [quietMs, Math.min(dueMs - quietMs, leftMs - quietMs)]) {
      if (ms <= 0) continue;
      leftMs -= ms;
      state = model.elapse(state, ms);
      yield { ms, state };
    }
  }
}
