/** The files that are made of our own machines, with what must stand in them. */
import { breakerMachine } from '../../machines/breaker.ts';
import { chartOf } from '../../visualizations/diagram/chart-of.ts';
import { layoutOf } from '../../visualizations/diagram/layout-of.ts';
import { mermaidOf } from '../../visualizations/diagram/mermaid-of.ts';
import { pictureOf } from '../../visualizations/diagram/picture-of.ts';
import { svgText } from '../../visualizations/diagram/svg-text.ts';

export interface OwnFile {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

export async function ownFiles(): Promise<readonly OwnFile[]> {
  const chart = chartOf(breakerMachine);
  const drawing = await layoutOf(chart);
  // Points and boxes stand on one line each.
  const json = JSON.stringify(drawing, null, 1).replace(
    /\{\s+"x": ([-\d.]+),\s+"y": ([-\d.]+)\s+\}/g,
    '{ "x": $1, "y": $2 }',
  );
  return [
    {
      path: 'visualizations/diagram/drawings/breaker-drawing.ts',
      text: `/** The breaker's drawing, made by \`npm run diagrams\`: do not edit. */
import type { Drawing } from '../drawing.ts';

export const BREAKER_DRAWING: Drawing = ${json};
`,
    },
    { path: 'docs/diagrams/breaker.svg', text: svgText(pictureOf(drawing)) },
    { path: 'docs/diagrams/breaker.mmd', text: mermaidOf(chart) },
  ];
}
