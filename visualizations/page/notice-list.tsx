/** The notices, in a corner; read out as they come. */
import type { JSX } from 'preact';

import { dismiss, notices } from './notices.ts';
import { Icon } from './parts/icon.tsx';

export function NoticeList(): JSX.Element {
  return (
    <div class="notices" role="log" aria-label="What was done" aria-live="polite">
      {notices.value.map(({ id, kind, text }) => (
        <div key={id} class={`notice state-${kind === 'done' ? 'closed' : 'open'}`}>
          <Icon name={kind === 'done' ? 'healthy' : 'degraded'} />
          <span>{text}</span>
          <button
            type="button"
            class="icon-button"
            aria-label="Dismiss"
            onClick={() => dismiss(id)}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
