/**
 * What one budget has spent through its running period, as points of a line. Before anybody
 * watched, the books tell by the full hour; from then on every look adds a sample. Both are
 * bounded: where there are too many points, every second one goes.
 *
 * The books' hours know calls by their labels and not by what paid for them, so that their sum may
 * differ from what the budget has spent at the first look. What they lack (a forfeit, say) stands
 * at the beginning, where it makes no pace; where they have more, the line is lowered in
 * proportion, beginning with an hour that the period before had a part in.
 */
import type { SpendHour } from '../../persistence/cost-report.ts';
import type { SpendPoint } from './protocol.ts';

const HOUR_MS = 3_600_000;
const HISTORY_MAX = 70;
const SAMPLES_MAX = 120;

export class SpendSeries {
  readonly #startMs: number | null;
  #history: SpendPoint[] = [];
  readonly #samples: SpendPoint[] = [];
  /** Samples nearer than this to the one before take its place. */
  #spacingMs = 0;

  /** Wall-clock milliseconds at which the period began; null for one without a beginning. */
  constructor(startMs: number | null) {
    this.#startMs = startMs;
  }

  /** What the budget has spent by now. */
  sample(atMs: number, spentNanoUsd: number): void {
    const samples = this.#samples;
    const before = samples.at(-2);
    if (before !== undefined && atMs - before.atMs < this.#spacingMs) samples.pop();
    samples.push({ atMs, spentNanoUsd });
    if (samples.length <= SAMPLES_MAX) return;
    thin(samples);
    const spanMs = atMs - (samples[0]?.atMs ?? atMs);
    this.#spacingMs = (2 * spanMs) / SAMPLES_MAX;
  }

  /** What the books have by the hour, asked for together with the first sample. */
  remember(hours: readonly SpendHour[]): void {
    const first = this.#samples[0];
    if (first === undefined) return;
    const startMs = this.#startMs ?? hours[0]?.hourMs ?? first.atMs;
    const costs = hours.map(({ costNanoUsd }) => costNanoUsd);
    let excess = costs.reduce((sum, cost) => sum + cost, 0) - first.spentNanoUsd;
    if (excess > 0 && (hours[0]?.hourMs ?? startMs) < startMs) {
      const foreign = Math.min(excess, costs[0] ?? 0);
      costs[0] = (costs[0] ?? 0) - foreign;
      excess -= foreign;
    }
    const sum = costs.reduce((total, cost) => total + cost, 0);
    const factor = excess > 0 ? first.spentNanoUsd / sum : 1;
    let spentNanoUsd = Math.max(0, -excess);
    const points: SpendPoint[] = [{ atMs: startMs, spentNanoUsd }];
    hours.forEach(({ hourMs }, place) => {
      const beginMs = Math.max(hourMs, startMs);
      if ((points.at(-1)?.atMs ?? 0) < beginMs) points.push({ atMs: beginMs, spentNanoUsd });
      spentNanoUsd = Math.round(spentNanoUsd + (costs[place] ?? 0) * factor);
      const endMs = hourMs + HOUR_MS;
      if (endMs > beginMs && endMs < first.atMs) points.push({ atMs: endMs, spentNanoUsd });
    });
    this.#history = points.filter(({ atMs }) => atMs < first.atMs);
    while (this.#history.length > HISTORY_MAX) thin(this.#history);
  }

  /** Oldest first; the last one is the last sample, and none is above it. */
  get points(): readonly SpendPoint[] {
    const all = [...this.#history, ...this.#samples];
    const last = all.at(-1)?.spentNanoUsd ?? 0;
    let highest = 0;
    return all.map(({ atMs, spentNanoUsd }) => {
      highest = Math.max(highest, Math.min(spentNanoUsd, last));
      return { atMs, spentNanoUsd: highest };
    });
  }
}

/** Drops every second point between the first and the last. */
function thin(points: SpendPoint[]): void {
  const last = points.length - 1;
  const kept = points.filter((_, place) => place === last || place % 2 === 0);
  points.splice(0, points.length, ...kept);
}
