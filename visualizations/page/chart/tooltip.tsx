/** What there is to say about a part of a chart, beside it. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

import type { Part } from './chart-parts.ts';

export interface TooltipProps {
  readonly part: Part;
  /** Where the part is seen, in pixels of the window. */
  readonly beside: DOMRect;
}

const GAP = 8;

export function Tooltip({ part, beside }: TooltipProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = element.current;
    if (box === null) return;
    const { offsetWidth: width, offsetHeight: height } = box;
    const below = beside.bottom + GAP;
    const top = below + height <= innerHeight ? below : Math.max(GAP, beside.top - GAP - height);
    const middle = (beside.left + beside.right - width) / 2;
    box.style.top = `${top}px`;
    box.style.left = `${Math.min(Math.max(GAP, middle), innerWidth - width - GAP)}px`;
  });
  return (
    <div class="chart-tooltip" role="tooltip" ref={element}>
      <p class="chart-tooltip-title">{part.title}</p>
      {part.lines.map(({ head, text, count }) => (
        <p key={head}>
          <strong>{head}</strong> {count !== null && <span class="chart-count">{count}</span>}
          {text !== '' && <span class="chart-tooltip-text">{text}</span>}
        </p>
      ))}
    </div>
  );
}
