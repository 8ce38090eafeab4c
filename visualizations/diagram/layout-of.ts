/**
 * Gives everything in a chart its place, in a thread of its own. Both directions are tried, and
 * the one taken that can be shown larger. The same chart always gives the same drawing.
 */
import { FuseboardError } from '../../services/errors.ts';
import { arrowsOf, statesOf } from './arrows.ts';
import type { Chart } from './chart.ts';
import { drawingOf } from './drawing-of.ts';
import type { Drawing } from './drawing.ts';
import { elkGraph, type Direction, type ModelOrder } from './elk-graph.ts';
import { askElk } from './elk-thread.ts';
import { overlapCount } from './overlaps.ts';

const STATES_MAX = 1_000;
const TRANSITIONS_MAX = 5_000;

/** The room that a drawing is usually shown in. */
const SCREEN = { width: 1280, height: 860 } as const;

const ORDERS: readonly ModelOrder[] = ['everywhere', 'root', 'nowhere'];

/**
 * The chart's drawing.
 * @throws FuseboardError drawing_failed for more than 1,000 states or 5,000 transitions, or when
 * no layout is found in time.
 */
export async function layoutOf(chart: Chart): Promise<Drawing> {
  const stateCount = statesOf(chart.root).length;
  const transitionCount = chart.transitions.length;
  if (stateCount > STATES_MAX || transitionCount > TRANSITIONS_MAX) {
    throw new FuseboardError(
      'drawing_failed',
      `A chart of at most ${STATES_MAX} states and ${TRANSITIONS_MAX} transitions can be drawn, ` +
        `got ${stateCount} and ${transitionCount}.`,
      { hint: 'Draw a part of it, or as text: fuseboard diagram --format mermaid.' },
    );
  }
  const across = await laidOut(chart, 'RIGHT');
  const down = await laidOut(chart, 'DOWN');
  return shownScale(across) >= shownScale(down) ? across : down;
}

/** The kernel fails on some graphs when it keeps to the config's order: then it may leave it. */
async function laidOut(chart: Chart, direction: Direction): Promise<Drawing> {
  const arrows = arrowsOf(chart);
  let best: Drawing | undefined;
  let trouble: unknown;
  for (const order of ORDERS) {
    try {
      const drawn = drawingOf(chart, arrows, await askElk(elkGraph(chart, arrows, direction, order)));
      if (best === undefined || overlapCount(drawn) < overlapCount(best)) best = drawn;
      if (overlapCount(best) === 0) break;
    } catch (error) {
      trouble = error;
    }
  }
  if (best === undefined) throw trouble;
  return best;
}

const shownScale = ({ width, height }: Drawing): number =>
  Math.min(SCREEN.width / width, SCREEN.height / height);
