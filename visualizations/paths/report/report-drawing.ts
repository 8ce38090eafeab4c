/** The machine as a report draws it: what no path takes stands out. */
import type { AnyStateMachine } from 'xstate';

import { isFuseboardError } from '../../../services/errors.ts';
import type { GeneratedPaths } from '../../../test/kit/generated-paths.ts';
import { chartOf } from '../../diagram/chart-of.ts';
import type { Drawing } from '../../diagram/drawing.ts';
import { layoutOf } from '../../diagram/layout-of.ts';
import { pictureOf } from '../../diagram/picture-of.ts';
import { markup, pictureHtml, type Html } from './html.ts';

export interface DrawnMachine extends Pick<Drawing, 'edges'> {
  readonly picture: Html;
}

/** A machine that is too large to be drawn has a sentence in the picture's place. */
export async function drawnMachine(
  machine: AnyStateMachine,
  { coverage, transitions }: GeneratedPaths,
): Promise<DrawnMachine> {
  const missed = new Set(coverage.uncovered.map(({ transition }) => transition));
  try {
    const drawing = await layoutOf(chartOf(machine));
    const covered = new Set(transitions.filter((id) => !missed.has(id)));
    return { edges: drawing.edges, picture: pictureHtml(pictureOf(drawing, { covered })) };
  } catch (error) {
    if (!isFuseboardError(error)) throw error;
    return { edges: [], picture: markup`<p>${error.message}</p>` };
  }
}
