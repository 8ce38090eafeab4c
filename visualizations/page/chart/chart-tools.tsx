/** How large a chart is shown. */
import type { JSX } from 'preact';

import type { Zoom } from './zoom.ts';

export interface ChartToolsProps {
  readonly zoom: Zoom;
  /** What fills the screen when asked to. */
  readonly whole: () => HTMLElement | null;
}

export function ChartTools({ zoom, whole }: ChartToolsProps): JSX.Element {
  const toggle = (): void => {
    if (document.fullscreenElement === null) void whole()?.requestFullscreen();
    else void document.exitFullscreen();
  };
  return (
    <div class="chart-tools" role="group" aria-label="Size of the chart">
      <button
        type="button"
        onClick={() => zoom.further()}
        aria-label="Smaller"
        title="Smaller (key −)"
      >
        −
      </button>
      <output class="number" aria-label="Size">
        {Math.round(zoom.scale.value * 100)} %
      </output>
      <button
        type="button"
        onClick={() => zoom.closer()}
        aria-label="Larger"
        title="Larger (key +)"
      >
        +
      </button>
      <button type="button" onClick={() => zoom.fit()} title="As wide as there is room (key 0)">
        Fit
      </button>
      {document.fullscreenEnabled && (
        <button type="button" onClick={toggle} title="All of the screen, and back (key F)">
          Full screen
        </button>
      )}
    </div>
  );
}
