/**
 * Keeps a thread out of native code when its process ends. A worker that Node stops inside a call
 * of better-sqlite3 takes the whole process down with a fatal error, so the thread passes this gate
 * before every piece of work, and the process shuts it and waits for who is still inside.
 */
import { FuseboardError } from '../../services/errors.ts';

const IS_INSIDE = 0;
const IS_SHUT = 1;

/** Shared by both sides. */
export const newGate = (): SharedArrayBuffer => new SharedArrayBuffer(8);

/**
 * Does a piece of work inside, for the thread.
 * @throws FuseboardError store_unavailable when the gate is shut.
 */
export function passGate<T>(gate: SharedArrayBuffer, work: () => T): T {
  const flags = new Int32Array(gate);
  // Said first and looked afterwards, the other side does it the other way round: one must see.
  Atomics.store(flags, IS_INSIDE, 1);
  try {
    if (Atomics.load(flags, IS_SHUT) === 1) {
      throw new FuseboardError('store_unavailable', 'The process ends, and its writer with it.');
    }
    return work();
  } finally {
    Atomics.store(flags, IS_INSIDE, 0);
    Atomics.notify(flags, IS_INSIDE);
  }
}

export const isShut = (gate: SharedArrayBuffer): boolean =>
  Atomics.load(new Int32Array(gate), IS_SHUT) === 1;

/** Lets nobody in any more, and waits for who is inside. False when that took too long. */
export function shutGate(gate: SharedArrayBuffer, waitMs: number): boolean {
  const flags = new Int32Array(gate);
  Atomics.store(flags, IS_SHUT, 1);
  return Atomics.wait(flags, IS_INSIDE, 1, waitMs) !== 'timed-out';
}
