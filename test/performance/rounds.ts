/**
 * A race in one process. Contenders are warmed up and then take turns, forwards and backwards, so
 * that what disturbs the machine disturbs them all. A turn begins with a forced collection, so that
 * nobody pays for another's garbage, and is a few bursts, each timed by itself: short, so that many
 * fit between two moments in which the machine is busy with something else. No collection is forced
 * between bursts: it would cost the code after it more, the more the heap holds.
 */
import type { Contender, Pace, Race } from './case.ts';

/** Bursts in a turn, where a race does not say otherwise. */
const BURSTS = 4;

/** Nanoseconds per operation, over all bursts. */
export interface Timing {
  readonly contender: string;
  readonly bestNs: number;
  readonly medianNs: number;
}

export async function runRace(race: Race, pace: Pace): Promise<Timing[]> {
  const bursts = race.operations === undefined ? (race.burstsPerTurn ?? BURSTS) : 1;
  const turns = bursts === 1 ? pace.turns : Math.ceil((pace.turns * BURSTS) / bursts);
  const lanes: { contender: Contender; count: number; ns: number[] }[] = [];
  for (const contender of await race.contenders()) {
    const count = await warmUp(contender, pace, race.operations);
    lanes.push({ contender, count, ns: [] });
  }
  for (let turn = 0; turn < turns; turn++) {
    for (const { contender, count, ns } of lanes) {
      await contender.before?.();
      if (race.isSteady !== true) collect();
      for (let burst = 0; burst < bursts; burst++) ns.push(await time(contender, count));
      await contender.after?.();
    }
    lanes.reverse();
  }
  return lanes.map(({ contender, ns }) => ({
    contender: contender.name,
    bestNs: Math.min(...ns),
    medianNs: median(ns),
  }));
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Forces a garbage collection. */
export function collect(): void {
  if (globalThis.gc === undefined) throw new Error('run with node --expose-gc');
  globalThis.gc();
}

/** Runs until the code is as fast as it gets. The number of operations that fill a burst. */
async function warmUp(contender: Contender, pace: Pace, fixed?: number): Promise<number> {
  await contender.before?.();
  const startMs = performance.now();
  const burstNs = pace.burstMs * 1e6;
  let count = fixed ?? 100;
  let bestNs = Infinity;
  do {
    const ns = await time(contender, count);
    bestNs = Math.min(bestNs, ns);
    if (fixed !== undefined) break;
    if (ns * count < burstNs / 2) count *= 2;
  } while (performance.now() - startMs < pace.warmUpMs);
  await contender.after?.();
  return fixed ?? Math.max(1, Math.round(burstNs / bestNs));
}

/** Nanoseconds per operation of one burst. */
async function time(contender: Contender, count: number): Promise<number> {
  const startNs = process.hrtime.bigint();
  await contender.run(count);
  return Number(process.hrtime.bigint() - startNs) / count;
}
