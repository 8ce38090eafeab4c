/** The drawing of a statechart, asked for once. Layout is the server's work, never the page's. */
import { signal, type ReadonlySignal } from '@preact/signals';

import type { Chart } from '../../diagram/chart.ts';
import type { Drawing } from '../../diagram/drawing.ts';

export interface DrawnChart {
  readonly drawing: Drawing;
  readonly chart: Chart;
}

/** `failed` is tried again with the next look at it. */
export type Fetched = DrawnChart | 'waiting' | 'failed';

interface Known {
  readonly state: ReadonlySignal<Fetched>;
  fetch(): void;
}

const known = new Map<string, Known>();

/**
 * The drawing of that chart: a signal, so that whoever reads it is drawn again when it is there.
 */
export function drawnChart(chartId: string): Known {
  const there = known.get(chartId);
  if (there !== undefined) return there;
  const made = ask(chartId);
  known.set(chartId, made);
  made.fetch();
  return made;
}

function ask(chartId: string): Known {
  const state = signal<Fetched>('failed');
  const load = async (): Promise<void> => {
    const response = await fetch(`drawing/${encodeURIComponent(chartId)}.json`);
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    state.value = (await response.json()) as DrawnChart;
  };
  return {
    state,
    fetch() {
      if (state.value !== 'failed') return;
      state.value = 'waiting';
      load().catch(() => (state.value = 'failed'));
    },
  };
}
