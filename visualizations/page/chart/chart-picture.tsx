/** The picture of a chart with its marks; what was just taken lights up for a moment. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';

import { PAGE_STYLE } from '../../diagram/diagram-style.ts';
import { pictureOf } from '../../diagram/picture-of.ts';
import type { Marks } from '../../diagram/picture.ts';
import type { Part } from './chart-parts.ts';
import type { DrawnChart } from './drawn-chart.ts';
import { PictureSvg } from './picture-svg.tsx';

export interface ChartPictureProps {
  readonly drawn: DrawnChart;
  readonly marks: Marks;
  readonly parts: ReadonlyMap<string, Part>;
  /** Key of the part at which the Tab key stops; null for the first. */
  readonly stopKey: string | null;
  /** Another number: what was taken has just been taken. */
  readonly freshness: number;
}

export function ChartPicture(props: ChartPictureProps): JSX.Element {
  const { drawn, marks, parts, stopKey, freshness } = props;
  const first = useRef(freshness);
  const picture = useMemo(() => pictureOf(drawn.drawing, marks), [drawn, marks]);
  useEffect(adoptStyle, []);
  // Two names for one animation: it begins anew with each of them in turn.
  const flash = freshness === first.current ? '' : freshness % 2 === 0 ? 'flash-a' : 'flash-b';
  return <PictureSvg picture={picture} parts={parts} stopKey={stopKey} flash={flash} />;
}

let style: CSSStyleSheet | null = null;

/** A style sheet made by a script is none that the page's security policy has to allow. */
function adoptStyle(): void {
  if (style !== null) return;
  style = new CSSStyleSheet();
  style.replaceSync(PAGE_STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
}
