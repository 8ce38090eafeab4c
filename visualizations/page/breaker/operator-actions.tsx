/**
 * What an operator can do about a breaker. Without a token it is seen, and why it cannot be done.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { Act } from '../../inspector/protocol.ts';
import { feed, type WatchedBreaker } from '../feed.ts';
import { act, by, canAct } from '../operator.ts';
import { ActDialog } from '../parts/act-dialog.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Panel } from '../parts/panel.tsx';

/** What is done with a reason. */
type Reasoned = Extract<Act, { readonly breaker: string; readonly reason: string }>['act'];

interface Deed {
  readonly act: Reasoned;
  readonly title: string;
  readonly words: string;
  readonly isGrave: boolean;
}

const DEEDS: readonly Deed[] = [
  {
    act: 'force_open',
    title: 'Force open',
    words:
      'Every call is refused from now on, whatever the health of the dependency, until somebody ' +
      'forces it closed or resets it.',
    isGrave: true,
  },
  {
    act: 'force_close',
    title: 'Force closed',
    words:
      'Lifts every cause of health: trips, the operator’s latch, a rejected key, a spent quota. ' +
      'A spent budget and an emergency still hold.',
    isGrave: false,
  },
  {
    act: 'reset',
    title: 'Reset',
    words:
      'Begins anew: lifts latches (not an emergency), forgets trips, counts and the window, and ' +
      'ends a quarantine.',
    isGrave: false,
  },
];

export interface OperatorActionsProps {
  readonly breaker: WatchedBreaker;
  /** Somebody wants to send an event. */
  readonly onSend: () => void;
}

export function OperatorActions({ breaker, onSend }: OperatorActionsProps): JSX.Element {
  const asked = useSignal<Deed | 'rotate_key' | null>(null);
  const close = (): void => void (asked.value = null);
  const may = canAct.value;
  const { name } = breaker;
  return (
    <Panel title="Operate" class="operate">
      <div class="operate-buttons" role="group" aria-describedby={may ? undefined : 'operate-why'}>
        {DEEDS.map((deed) => (
          <button
            key={deed.act}
            type="button"
            class={`button${deed.isGrave ? ' is-grave' : ''}`}
            disabled={!may}
            onClick={() => (asked.value = deed)}
          >
            {deed.title} …
          </button>
        ))}
        <button
          type="button"
          class="button"
          disabled={!may}
          onClick={() => (asked.value = 'rotate_key')}
        >
          Rotate key …
        </button>
        <button type="button" class="button" disabled={!may} onClick={onSend}>
          Send event …
        </button>
      </div>
      {!may && (
        <p class="muted" id="operate-why">
          {feed.summary.value?.isOperable === false
            ? 'This board was opened for watching only: its inspector has no operator’s token.'
            : 'Only with the operator’s token: sign in at the top of the page.'}
        </p>
      )}
      {asked.value === 'rotate_key' && <RotateKey name={name} onClose={close} />}
      {asked.value !== null && asked.value !== 'rotate_key' && (
        <Reason name={name} deed={asked.value} onClose={close} />
      )}
    </Panel>
  );
}

interface AskedProps {
  readonly name: string;
  readonly onClose: () => void;
}

function Reason({ name, deed, onClose }: AskedProps & { readonly deed: Deed }): JSX.Element {
  return (
    <ActDialog
      title={`${deed.title}: ${name}`}
      deed={deed.title}
      isGrave={deed.isGrave}
      onAct={(reason) => act({ act: deed.act, breaker: name, reason, by: by.peek() })}
      onClose={onClose}
    >
      <p>{deed.words}</p>
    </ActDialog>
  );
}

function RotateKey({ name, onClose }: AskedProps): JSX.Element {
  const rotate = async (): Promise<void> => {
    if ((await act({ act: 'rotate_key', breaker: name, by: by.peek() })) === null) onClose();
  };
  return (
    <Dialog title={`Rotate key: ${name}`} onClose={onClose}>
      <p>
        Says that the provider’s key was changed: lifts what only a new key could lift, a rejected
        key and a spent quota.
      </p>
      <div class="form-buttons">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="button is-main" onClick={() => void rotate()}>
          Rotate key
        </button>
      </div>
    </Dialog>
  );
}
