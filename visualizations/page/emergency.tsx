/** The emergency of the whole board: told to everyone, begun and ended by operators. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { feed } from './feed.ts';
import { act, by, canAct } from './operator.ts';
import { ActDialog } from './parts/act-dialog.tsx';
import { instant } from './parts/format.ts';
import { Icon } from './parts/icon.tsx';

export function EmergencyBanner(): JSX.Element | null {
  const emergency = feed.summary.value?.emergency ?? null;
  if (emergency === null) return null;
  return (
    <div class="banner is-emergency" role="alert">
      <Icon name="critical" />
      <span>
        The board is shut down: every call is refused. {emergency.reason} ({emergency.by},{' '}
        {instant(emergency.atMs)})
      </span>
      {canAct.value && <EmergencyButton />}
    </div>
  );
}

/** Shuts the board down, or takes it up again, whichever is called for. */
export function EmergencyButton(): JSX.Element {
  const [isAsking, setAsking] = useState(false);
  const isShutDown = (feed.summary.value?.emergency ?? null) !== null;
  const deed = isShutDown ? 'Resume' : 'Shut the board down';
  return (
    <>
      <button
        type="button"
        class={`button ${isShutDown ? '' : 'is-grave'}`}
        onClick={() => setAsking(true)}
      >
        <Icon name="power" />
        {deed}…
      </button>
      {isAsking && (
        <ActDialog
          title={isShutDown ? 'Take the board up again?' : 'Shut the whole board down?'}
          deed={deed}
          isGrave={!isShutDown}
          onAct={(reason) =>
            act({ act: isShutDown ? 'resume' : 'emergency_shutdown', reason, by: by.peek() })
          }
          onClose={() => setAsking(false)}
        >
          {isShutDown
            ? 'Calls are let through again, as far as each breaker lets them.'
            : 'Every call of every breaker is refused at once, in every process on this store, ' +
              'until an operator resumes. Calls in flight go on.'}
        </ActDialog>
      )}
    </>
  );
}
