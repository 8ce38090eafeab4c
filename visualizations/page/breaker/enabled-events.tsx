/** The events that the machine would answer now; one can be sent by hand. */
import type { JSX } from 'preact';

import type { WatchedBreaker } from '../feed.ts';
import { canAct } from '../operator.ts';
import { Panel } from '../parts/panel.tsx';

export interface EnabledEventsProps {
  readonly breaker: WatchedBreaker;
  readonly onSend: (type: string) => void;
}

export function EnabledEvents({ breaker, onSend }: EnabledEventsProps): JSX.Element {
  const may = canAct.value;
  return (
    <Panel title="Would be answered now">
      <ul class="enabled" aria-label="Events that would be answered now">
        {breaker.enabled.map((type) => (
          <li key={type}>
            {may ? (
              <button
                type="button"
                class="event-type"
                title={`Send ${type} …`}
                onClick={() => onSend(type)}
              >
                {type}
              </button>
            ) : (
              <span class="event-type">{type}</span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
