/** Sends one event to a breaker's machine by hand: its type, and its fields as JSON. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

import { drawnChart } from '../chart/drawn-chart.ts';
import { feed, type WatchedBreaker } from '../feed.ts';
import { act, by } from '../operator.ts';
import { Dialog } from '../parts/dialog.tsx';
import { draftOf, fieldsOf } from './event-draft.ts';

export interface SendEventProps {
  readonly breaker: WatchedBreaker;
  /** The type chosen at first; empty for any. */
  readonly type: string;
  readonly onClose: () => void;
}

export function SendEvent({ breaker, type: first, onClose }: SendEventProps): JSX.Element {
  const { enabled, name } = breaker;
  const others = knownTypes().filter((type) => !enabled.includes(type));
  const type = useSignal(first === '' ? (enabled[0] ?? others[0] ?? '') : first);
  const draft = (of: string): string =>
    JSON.stringify(draftOf(of, { nowMs: feed.nowMs.peek(), context: breaker.context }), null, 2);
  const text = useSignal(draft(type.peek()));
  const problem = useSignal<string | null>(null);
  const id = useId();

  const send = async (): Promise<void> => {
    const fields = fieldsOf(text.value);
    problem.value = typeof fields === 'string' ? fields : null;
    if (typeof fields === 'string') return;
    const event = { ...fields, type: type.value };
    const refused = await act({ act: 'send', breaker: name, event, by: by.peek() });
    problem.value = refused?.message ?? null;
    if (refused === null) onClose();
  };

  return (
    <Dialog title={`Send an event: ${name}`} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label for={`${id}-type`}>Event</label>
        <select
          id={`${id}-type`}
          class="input"
          value={type.value}
          onChange={(event) => {
            type.value = event.currentTarget.value;
            text.value = draft(type.value);
            problem.value = null;
          }}
        >
          <Types label="Would be answered now" of={enabled} />
          <Types label="Would be ignored now" of={others} />
        </select>
        <label for={`${id}-fields`}>Fields, as JSON</label>
        <textarea
          id={`${id}-fields`}
          class="input send-fields"
          rows={8}
          spellcheck={false}
          autocomplete="off"
          value={text.value}
          aria-invalid={problem.value !== null}
          aria-describedby={problem.value === null ? undefined : `${id}-problem`}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        {problem.value !== null && (
          <p class="form-problem" role="alert" id={`${id}-problem`}>
            {problem.value}
          </p>
        )}
        <div class="form-buttons">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button is-main">
            Send
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface TypesProps {
  readonly label: string;
  readonly of: readonly string[];
}

function Types({ label, of }: TypesProps): JSX.Element | null {
  if (of.length === 0) return null;
  return (
    <optgroup label={label}>
      {of.map((type) => (
        <option key={type} value={type}>
          {type}
        </option>
      ))}
    </optgroup>
  );
}

/** Every event type of the machine, as far as its drawing is there. */
function knownTypes(): readonly string[] {
  const drawn = drawnChart('breaker').state.value;
  if (typeof drawn === 'string') return [];
  return [...new Set(drawn.chart.transitions.map(({ eventType }) => eventType))];
}
