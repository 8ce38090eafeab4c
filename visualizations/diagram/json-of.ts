/** A chart and its drawing as JSON, for programs that draw for themselves. */
import { safeJson } from '../terminal/safe-text.ts';
import type { Chart } from './chart.ts';
import type { Drawing } from './drawing.ts';

/** Harmless in a terminal, too. */
export const jsonOf = (chart: Chart, drawing: Drawing): string => safeJson({ chart, drawing });
