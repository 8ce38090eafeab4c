/**
 * Drawings of our own machines, made beforehand: nobody waits for them, or loads a layout kernel.
 */
import { breakerMachine } from '../../machines/breaker.ts';
import { chartOf } from './chart-of.ts';
import type { Chart } from './chart.ts';
import type { Drawing } from './drawing.ts';
import { BREAKER_DRAWING } from './drawings/breaker-drawing.ts';

export interface OwnDrawing {
  readonly chart: Chart;
  readonly drawing: Drawing;
}

const chart = chartOf(breakerMachine);

/** The chart and drawing of one of our machines; null for an id that is not one of theirs. */
export const ownDrawing = (chartId: string): OwnDrawing | null =>
  chartId === chart.id ? { chart, drawing: BREAKER_DRAWING } : null;
