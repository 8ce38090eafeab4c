/** What fingers, wheel and mouse ask of a frame in which a chart is shown. */

export interface Gestured {
  readonly scale: () => number;
  /** Shows it at another size, with the point of the window where it is. */
  zoomTo(scale: number, clientX: number, clientY: number): void;
  /** Somebody moved the frame by hand. */
  touched(): void;
}

/** Listens until the function that comes back is called. */
export function listenForGestures(frame: HTMLElement, on: Gestured): () => void {
  const ending = new AbortController();
  const passive = { signal: ending.signal };
  const active = { signal: ending.signal, passive: false };
  pinching(frame, on, active);
  dragging(frame, on, passive);
  frame.addEventListener('keydown', () => on.touched(), passive);
  frame.addEventListener(
    'wheel',
    (event) => {
      on.touched();
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      on.zoomTo(on.scale() * Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
    },
    active,
  );
  return () => ending.abort();
}

type Listening = AddEventListenerOptions;

function pinching(frame: HTMLElement, on: Gestured, options: Listening): void {
  let began: { readonly spread: number; readonly scale: number } | null = null;
  frame.addEventListener(
    'touchstart',
    (event) => {
      on.touched();
      const fingers = fingersOf(event);
      began = fingers === null ? null : { spread: fingers.spread, scale: on.scale() };
      if (began !== null) event.preventDefault();
    },
    options,
  );
  frame.addEventListener(
    'touchmove',
    (event) => {
      const fingers = fingersOf(event);
      if (began === null || fingers === null) return;
      event.preventDefault();
      on.zoomTo((began.scale * fingers.spread) / began.spread, fingers.x, fingers.y);
    },
    options,
  );
  frame.addEventListener('touchend', () => (began = null), options);
}

function fingersOf({ touches: [one, two] }: TouchEvent) {
  if (one === undefined || two === undefined) return null;
  const spread = Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
  return {
    spread: Math.max(1, spread),
    x: (one.clientX + two.clientX) / 2,
    y: (one.clientY + two.clientY) / 2,
  };
}

function dragging(frame: HTMLElement, on: Gestured, options: Listening): void {
  let held: { readonly left: number; readonly top: number } | null = null;
  frame.addEventListener(
    'pointerdown',
    (event) => {
      if (event.pointerType !== 'mouse' || event.button !== 0) return;
      held = { left: event.clientX + frame.scrollLeft, top: event.clientY + frame.scrollTop };
    },
    options,
  );
  frame.addEventListener(
    'pointermove',
    (event) => {
      if (held === null) return;
      on.touched();
      frame.setPointerCapture(event.pointerId);
      frame.scrollTo(held.left - event.clientX, held.top - event.clientY);
    },
    options,
  );
  for (const end of ['pointerup', 'pointercancel'] as const) {
    frame.addEventListener(end, () => (held = null), options);
  }
}
