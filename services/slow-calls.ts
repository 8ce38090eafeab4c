/** Notices slow calls while they still run: one deadline per breaker, for the oldest of them. */
import type { BreakerState } from './breaker-state.ts';
import { trip } from './recording.ts';
import type { RunningCalls } from './running-calls.ts';

/** Notes the start of a call; its slot is handed to `running.end` when it is over. */
export function watchSlow(breaker: BreakerState, running: RunningCalls, startMs: number): number {
  const slot = running.start(startMs);
  const rest = breaker.restNow;
  if (rest.slowDeadline === null) arm(breaker, startMs);
  return slot;
}

/** The bound may be another one: calls that run are judged by it from now on. */
export function rewatchSlow(breaker: BreakerState): void {
  const { rest, running, runtime } = breaker;
  if (rest === null) return;
  runtime.deadlines.cancel(rest.slowDeadline);
  rest.slowDeadline = null;
  if (running !== null && running.oldestQuickMs !== Infinity) arm(breaker, running.oldestQuickMs);
}

function arm(breaker: BreakerState, oldestMs: number): void {
  const { slowCallMs } = breaker.options;
  if (slowCallMs === null) return;
  const { deadlines } = breaker.runtime;
  breaker.restNow.slowDeadline = deadlines.at(oldestMs + slowCallMs, () => countSlow(breaker));
}

function countSlow(breaker: BreakerState): void {
  breaker.restNow.slowDeadline = null;
  const { generation, policy, running, runtime } = breaker;
  const { slowCallMs } = breaker.options;
  if (slowCallMs === null || policy === null || running === null) return;
  const nowMs = runtime.clock.monotonicMs();
  while (running.oldestQuickMs + slowCallMs <= nowMs) {
    const cause = policy.recordRunning(nowMs);
    running.markSlow(policy.place);
    if (cause !== null) trip(breaker, cause);
    if (generation !== breaker.generation) return;
  }
  if (running.oldestQuickMs !== Infinity) arm(breaker, running.oldestQuickMs);
}
