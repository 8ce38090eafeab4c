/**
 * A statechart as it moves: its picture in a frame that scrolls and zooms, with what there is to
 * say about a state or an arrow beside it, for whoever points there or comes there by keys.
 *
 * The frame is one stop of the Tab key, where arrows scroll and `+`, `-`, `0` and `F` change the
 * size. Its parts are the next one, where arrows walk from part to part.
 */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';

import type { Marks } from '../../diagram/picture.ts';
import { ChartPicture } from './chart-picture.tsx';
import { partsOf } from './chart-parts.ts';
import { ChartTools } from './chart-tools.tsx';
import { ChartWords } from './chart-words.tsx';
import type { DrawnChart } from './drawn-chart.ts';
import { Tooltip } from './tooltip.tsx';
import { createZoom } from './zoom.ts';

export interface ChartProps {
  readonly drawn: DrawnChart;
  readonly marks: Marks;
  /** What it is the chart of. */
  readonly label: string;
  /** Id of the state that should be seen; null for none. */
  readonly centreId?: string | null;
  /** How it is shown at first: so that it can be read, or all of it. @default 'readable' */
  readonly fit?: 'readable' | 'whole';
  /** Another number: what was taken is shown for a moment as something that just happened. */
  readonly freshness?: number;
  /** Stands over the frame, at the left. */
  readonly children?: ComponentChildren;
}

interface Pointed {
  readonly key: string;
  readonly beside: DOMRect;
}

const NONE: ReadonlySet<string> = new Set();

export function Chart(props: ChartProps): JSX.Element {
  const { drawn, marks, label, centreId = null, freshness = -1, fit, children } = props;
  const whole = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const zoom = useMemo(() => createZoom(drawn.drawing, fit), [drawn, fit]);
  const pointed = useSignal<Pointed | null>(null);
  const stopKey = useSignal<string | null>(null);
  const { activeIds = NONE, hits = null } = marks;
  const parts = useMemo(() => partsOf(drawn, { activeIds, hits }), [drawn, activeIds, hits]);

  useEffect(() => {
    zoom.attach(frame.current);
    return () => zoom.attach(null);
  }, [zoom]);
  useEffect(() => {
    const state = drawn.drawing.states.find(({ id }) => id === centreId);
    if (state !== undefined) zoom.centre(state.x + state.width / 2, state.y + state.height / 2);
  }, [zoom, centreId]);

  const point = (target: EventTarget | null): void => {
    const part = target instanceof Element ? target.closest('[data-part]') : null;
    const key = part?.getAttribute('data-part') ?? null;
    pointed.value =
      part === null || key === null ? null : { key, beside: part.getBoundingClientRect() };
  };
  const elementOf = (key: string): SVGElement | null | undefined =>
    frame.current?.querySelector<SVGElement>(`[data-part="${CSS.escape(key)}"]`);
  const walk = (from: Element, by: number): void => {
    const all = [...parts.values()].filter(({ isStop }) => isStop).map(({ key }) => key);
    const at = all.indexOf(from.getAttribute('data-part') ?? '');
    const key = all[Math.min(all.length - 1, Math.max(0, at + by))];
    if (key === undefined) return;
    stopKey.value = key;
    elementOf(key)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { target } = event;
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -1e6, End: 1e6 };
    const step = steps[event.key as keyof typeof steps] as number | undefined;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step !== undefined && target instanceof SVGElement) walk(target, step);
    else if (event.key === '+' || event.key === '=') zoom.closer();
    else if (event.key === '-') zoom.further();
    else if (event.key === '0') zoom.fit();
    else if (event.key === 'f' || event.key === 'F') void whole.current?.requestFullscreen();
    else if (event.key === 'Escape' && pointed.value !== null) pointed.value = null;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const shown = pointed.value === null ? undefined : parts.get(pointed.value.key);
  return (
    <div class="chart" ref={whole}>
      <div class="chart-head">
        <div class="chart-left">{children}</div>
        <ChartTools zoom={zoom} whole={() => whole.current} />
      </div>
      <div
        class="chart-frame"
        ref={frame}
        tabIndex={0}
        role="group"
        aria-label={`${label}. Arrows scroll, plus and minus change the size.`}
        onKeyDown={onKeyDown}
        onPointerOver={(event) => point(isGround(event.target) ? null : event.target)}
        onPointerLeave={() => (pointed.value = null)}
        onFocusIn={(event) => point(event.target)}
        onFocusOut={() => (pointed.value = null)}
        onScroll={() =>
          point(pointed.value === null ? null : (elementOf(pointed.value.key) ?? null))
        }
      >
        <ChartPicture
          drawn={drawn}
          marks={marks}
          parts={parts}
          stopKey={stopKey.value}
          freshness={freshness}
        />
      </div>
      {shown !== undefined && pointed.value !== null && (
        <Tooltip part={shown} beside={pointed.value.beside} />
      )}
      <ChartWords drawn={drawn} activeIds={activeIds} hits={hits} />
    </div>
  );
}

/** The room inside a state that holds others: whoever points there points at none of them. */
const isGround = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches('.holder > .box');
