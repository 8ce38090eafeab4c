/** A slider through the events of the tape, and the word that what is seen is past. */
import type { JSX } from 'preact';

import type { TapeEntry } from '../../inspector/protocol.ts';
import type { Chosen } from './moment.ts';
import { clockText } from './time-words.ts';

export interface TimeTravelProps {
  /** Oldest first. */
  readonly tape: readonly TapeEntry[];
  readonly chosen: Chosen | null;
  /** Null for back to now. */
  readonly onChoose: (seq: number | null) => void;
}

export function TimeTravel({ tape, chosen, onChoose }: TimeTravelProps): JSX.Element {
  const now = tape.length;
  const at = chosen === null ? now : placeOf(tape, chosen.entry.seq);
  const go = (place: number): void => onChoose(tape[Math.max(0, place)]?.seq ?? null);
  const words = chosen === null ? 'now' : momentText(chosen);
  return (
    <div class={`time-travel${chosen === null ? '' : ' is-past'}`}>
      <button
        type="button"
        class="button time-step"
        onClick={() => go(at - 1)}
        disabled={at <= 0 || now === 0}
        aria-label="One event earlier"
      >
        ◂
      </button>
      <input
        type="range"
        min={0}
        max={now}
        value={at}
        disabled={now === 0}
        aria-label="Moment shown"
        aria-valuetext={words}
        onInput={(event) => go(Number(event.currentTarget.value))}
      />
      <button
        type="button"
        class="button time-step"
        onClick={() => go(at + 1)}
        disabled={chosen === null}
        aria-label="One event later"
      >
        ▸
      </button>
      <button
        type="button"
        class="button"
        onClick={() => onChoose(null)}
        disabled={chosen === null}
      >
        Back to live
      </button>
      <p class="time-words">
        <span role="status">{chosen === null ? 'Live' : `Past: ${words}`}</span>
        {chosen !== null && <span class="muted">{newerText(tape, chosen)}</span>}
      </p>
    </div>
  );
}

/** Where the entry stands; the first place when the tape has moved past it. */
function placeOf(tape: readonly TapeEntry[], seq: number): number {
  return Math.max(
    0,
    tape.findIndex((entry) => entry.seq === seq),
  );
}

const momentText = ({ entry }: Chosen): string =>
  `after ${entry.event.type} at ${clockText(entry.atMs)}, in ${entry.to}`;

function newerText(tape: readonly TapeEntry[], { entry }: Chosen): string {
  const count = tape.filter(({ seq }) => seq > entry.seq).length;
  if (count === 0) return '; nothing has happened since';
  return `; ${count} newer ${count === 1 ? 'event' : 'events'}`;
}
