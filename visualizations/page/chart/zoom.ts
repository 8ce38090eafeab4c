/**
 * How large a chart is shown in its frame. The frame scrolls by itself (touch, wheel, arrow keys),
 * so that only size is decided here: by Ctrl and wheel, by two fingers, by keys and by buttons.
 * Whoever turns the wheel without Ctrl scrolls the page, as everywhere.
 */
import { signal, type ReadonlySignal } from '@preact/signals';

import { listenForGestures } from './gestures.ts';

const SCALE_MIN = 0.1;
const SCALE_MAX = 4;
const STEP = 1.25;
/** Below it the text of a chart cannot be read: a narrow frame shows a part instead. */
const READABLE = 0.72;
/** Above it a chart in a wide frame looks coarse. */
const COMFORTABLE = 1.3;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Zoom {
  readonly scale: ReadonlySignal<number>;
  /** Takes the frame, with the picture as its first child; null when it has gone. */
  attach(frame: HTMLElement | null): void;
  /** All of it, as wide as the frame. */
  fit(): void;
  closer(): void;
  further(): void;
  /** Scrolls to a point of the chart, unless somebody has scrolled by hand. */
  centre(x: number, y: number): void;
}

/** @param of Size of the chart, in its own pixels. */
export function createZoom(of: Size, first: 'readable' | 'whole' = 'readable'): Zoom {
  const scale = signal(1);
  let frame: HTMLElement | null = null;
  let detach = (): void => undefined;
  /** What somebody asked for outlives a frame that grows or shrinks. */
  let fitting: 'readable' | 'whole' | 'by hand' = first;
  let isTouched = false;
  let middle: readonly [x: number, y: number] | null = null;

  const apply = (wanted: number): void => {
    scale.value = Math.min(SCALE_MAX, Math.max(SCALE_MIN, wanted));
    const picture = frame?.firstElementChild;
    if (!(picture instanceof SVGElement)) return;
    picture.style.width = `${of.width * scale.value}px`;
    picture.style.height = `${of.height * scale.value}px`;
  };
  const settle = (): void => {
    if (frame === null || isTouched || middle === null) return;
    const [left, top] = [middle[0] * scale.value, middle[1] * scale.value];
    frame.scrollTo(left - frame.clientWidth / 2, top - frame.clientHeight / 2);
  };
  const adapt = (): void => {
    if (frame === null || fitting === 'by hand') return;
    const wide = frame.clientWidth / of.width;
    const isAlone = document.fullscreenElement !== null;
    const whole = isAlone ? Math.min(wide, frame.clientHeight / of.height) : wide;
    apply(fitting === 'whole' ? whole : Math.min(COMFORTABLE, Math.max(READABLE, wide)));
    settle();
  };
  const zoomTo = (wanted: number, clientX?: number, clientY?: number): void => {
    if (frame === null) return;
    const before = scale.value;
    const box = frame.getBoundingClientRect();
    const x = clientX === undefined ? box.width / 2 : clientX - box.left;
    const y = clientY === undefined ? box.height / 2 : clientY - box.top;
    const { scrollLeft, scrollTop } = frame;
    fitting = 'by hand';
    apply(wanted);
    const grown = scale.value / before;
    frame.scrollTo((scrollLeft + x) * grown - x, (scrollTop + y) * grown - y);
  };

  return {
    scale,
    attach(to) {
      detach();
      frame = to;
      if (to === null) return;
      adapt();
      const observer = new ResizeObserver(adapt);
      observer.observe(to);
      const untie = listenForGestures(to, {
        zoomTo,
        scale: () => scale.value,
        touched: () => (isTouched = true),
      });
      detach = () => {
        observer.disconnect();
        untie();
      };
    },
    fit() {
      fitting = 'whole';
      adapt();
    },
    closer: () => zoomTo(scale.value * STEP),
    further: () => zoomTo(scale.value / STEP),
    centre(x, y) {
      middle = [x, y];
      settle();
    },
  };
}
