/**
 * Hears of a signal's abort through one listener a signal, however many calls heed it: a signal
 * that lives long and serves many calls at once is no leak, and must not be warned of as one.
 */

interface Fan {
  readonly runs: Set<() => void>;
  readonly listener: () => void;
}

const fans = new WeakMap<AbortSignal, Fan>();

const nothing = (): void => {};

/** Runs `run` when `signal` aborts, unless the returned function was called before. */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  if (signal === undefined) return nothing;
  const fan = fans.get(signal) ?? attach(signal);
  fan.runs.add(run);
  return () => {
    if (!fan.runs.delete(run) || fan.runs.size > 0) return;
    signal.removeEventListener('abort', fan.listener);
    fans.delete(signal);
  };
}

function attach(signal: AbortSignal): Fan {
  const runs = new Set<() => void>();
  const listener = (): void => {
    for (const run of [...runs]) run();
  };
  signal.addEventListener('abort', listener, { once: true });
  const fan = { runs, listener };
  fans.set(signal, fan);
  return fan;
}
