/**
 * Keeps a chart of uPlot in step with a budget, the width of the page and the theme. The library is
 * a third of all code: it is loaded with the first chart, and the page is there before it.
 */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';

import type { BudgetView, SpendPoint } from '../../inspector/protocol.ts';
import { theme } from '../theme.ts';
import { inkOf, plotOptions, type Plotted } from './spend-plot.ts';
import { linesOf } from './spend-lines.ts';

export interface SpendCanvasProps {
  readonly view: BudgetView;
  /** Says in words what the chart shows. */
  readonly label: string;
  /** Told of the point under the pointer; null once there is none. */
  readonly onPoint: (point: SpendPoint | null) => void;
}

const HEIGHT = { small: 220, large: 320 };
const SMALL_PX = 600;

export function SpendCanvas({ view, label, onPoint }: SpendCanvasProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const plotted = useRef<Plotted | null>(null);
  const shown = theme.value;

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const state: Plotted = { lines: linesOf(view), ink: inkOf(element), onPoint };
    plotted.current = state;
    const sizeNow = (): { width: number; height: number } => {
      const width = element.clientWidth;
      return { width, height: width < SMALL_PX ? HEIGHT.small : HEIGHT.large };
    };
    const observer = new ResizeObserver(() => plot.current?.setSize(sizeNow()));
    let isGone = false;
    void import('uplot').then(({ default: UPlot }) => {
      if (isGone) return;
      plot.current = new UPlot(plotOptions(state, sizeNow()), [...state.lines.data], element);
      observer.observe(element);
    });
    return () => {
      isGone = true;
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shown]);

  useEffect(() => {
    if (plotted.current === null) return;
    plotted.current.lines = linesOf(view);
    plot.current?.setData([...plotted.current.lines.data]);
  }, [view]);

  return <div ref={place} class="spend-canvas" role="img" aria-label={label} />;
}
