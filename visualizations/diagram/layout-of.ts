/**
 * Gives everything in a chart its place, in a thread of its own. Several ways are tried, and the
 * one is taken that reads best: short arrows, few crossings, large on a screen. The same chart
 * always gives the same drawing.
 */
import { FuseboardError } from '../../services/errors.ts';
import { arrowsOf, statesOf, type Arrow } from './arrows.ts';
import type { Chart } from './chart.ts';
import { drawingOf } from './drawing-of.ts';
import type { Drawing } from './drawing.ts';
import { elkGraph, type LayoutTry } from './elk-graph.ts';
import { askElk } from './elk-thread.ts';
import { hardship, overlapCount } from './drawing-quality.ts';

const STATES_MAX = 1_000;
const TRANSITIONS_MAX = 5_000;

/** Up to here several ways are tried; of a larger chart, the first one that succeeds is taken. */
const STATES_TRIED_MAX = 24;
/** From so many arrows on, more ways are tried. */
const ARROWS_MANY = 12;

type Way = Omit<LayoutTry, 'direction'>;

const FEW: readonly Way[] = [
  { modelOrder: 'everywhere', cycles: 'GREEDY', seed: 1, isCompact: true },
  { modelOrder: 'root', cycles: 'DEPTH_FIRST', seed: 1, isCompact: true },
  { modelOrder: 'nowhere', cycles: 'GREEDY', seed: 1, isCompact: true },
];
const MORE: readonly Way[] = [3, 4].flatMap((seed): readonly Way[] => [
  { modelOrder: 'nowhere', cycles: 'DEPTH_FIRST', seed, isCompact: true },
  { modelOrder: 'nowhere', cycles: 'GREEDY', seed, isCompact: true },
]);
/** For when nothing else succeeds. */
const PLAIN: readonly Way[] = [
  { modelOrder: 'everywhere', cycles: 'GREEDY', seed: 1, isCompact: false },
  { modelOrder: 'root', cycles: 'GREEDY', seed: 1, isCompact: false },
  { modelOrder: 'nowhere', cycles: 'GREEDY', seed: 1, isCompact: false },
  { modelOrder: 'nowhere', cycles: 'DEPTH_FIRST', seed: 2, isCompact: false },
];

const inBothDirections = (ways: readonly Way[]): readonly LayoutTry[] =>
  (['DOWN', 'RIGHT'] as const).flatMap((direction) => ways.map((way) => ({ ...way, direction })));

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
  const arrows = arrowsOf(chart);
  const arrowCount = arrows.filter(({ form }) => form === 'arrow').length;
  const first = await bestOf(chart, arrows, triesFor(stateCount, arrowCount));
  if (first.drawing !== undefined && overlapCount(first.drawing) === 0) return first.drawing;
  const second = await bestOf(chart, arrows, {
    tries: inBothDirections(PLAIN),
    isFirstEnough: true,
  });
  const drawing = second.drawing ?? first.drawing;
  if (drawing === undefined) throw second.trouble;
  return drawing;
}

interface Tries {
  readonly tries: readonly LayoutTry[];
  readonly isFirstEnough: boolean;
}

function triesFor(stateCount: number, arrowCount: number): Tries {
  if (stateCount > STATES_TRIED_MAX) return { tries: inBothDirections(FEW), isFirstEnough: true };
  const ways = arrowCount < ARROWS_MANY ? FEW : [...FEW, ...MORE];
  return { tries: inBothDirections(ways), isFirstEnough: false };
}

async function bestOf(
  chart: Chart,
  arrows: readonly Arrow[],
  { tries, isFirstEnough }: Tries,
): Promise<{ readonly drawing: Drawing | undefined; readonly trouble: unknown }> {
  let drawing: Drawing | undefined;
  let trouble: unknown;
  for (const each of tries) {
    try {
      const drawn = drawingOf(chart, arrows, await askElk(elkGraph(chart, arrows, each)));
      if (drawing === undefined || hardship(drawn) < hardship(drawing)) drawing = drawn;
      if (isFirstEnough && overlapCount(drawn) === 0) break;
    } catch (error) {
      // The kernel fails on some graphs, and not on others: another way may do.
      trouble = error;
    }
  }
  return { drawing, trouble };
}
