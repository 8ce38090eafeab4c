/** Runs what must still happen when a program just ends, through one listener for all. */

const pending = new Set<() => void>();

const runAll = (): void => {
  for (const run of pending) run();
};

/** Registers `run` for the end of the process; the returned function takes it back. */
export function onProcessExit(run: () => void): () => void {
  if (pending.size === 0) process.once('exit', runAll);
  pending.add(run);
  return () => {
    pending.delete(run);
    if (pending.size === 0) process.removeListener('exit', runAll);
  };
}
