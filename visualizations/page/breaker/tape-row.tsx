/** One event of the tape: when, what, from where to where; unfolded, also what it carried. */
import type { JSX } from 'preact';

import type { JsonObject, TapeEntry } from '../../inspector/protocol.ts';
import { differencesOf, type Difference } from './context-words.ts';
import { clockText, spanText } from './time-words.ts';

export interface TapeRowProps {
  readonly entry: TapeEntry;
  /** The context before it; null where the tape does not reach back so far. */
  readonly before: JsonObject | null;
  /** Milliseconds since the entry before it; null for the first. */
  readonly sincePreviousMs: number | null;
  readonly isChosen: boolean;
  /** Whether the Tab key stops here: of all rows, one. */
  readonly isStop: boolean;
  readonly isUnfolded: boolean;
  readonly onChoose: () => void;
  readonly onFold: (isUnfolded: boolean) => void;
}

export function TapeRow(props: TapeRowProps): JSX.Element {
  const { entry, before, sincePreviousMs, isChosen, isStop, isUnfolded } = props;
  const tabIndex = isStop ? 0 : -1;
  const carriesId = `tape-${entry.seq}`;
  return (
    <li
      class={`tape-row${isChosen ? ' is-chosen' : ''}${entry.isIgnored ? ' is-ignored' : ''}`}
      data-seq={entry.seq}
    >
      <div class="tape-line">
        <button
          type="button"
          class="tape-choose"
          aria-pressed={isChosen}
          tabIndex={tabIndex}
          onClick={props.onChoose}
        >
          <time class="tape-time" dateTime={isoText(entry.atMs)}>
            {clockText(entry.atMs)}
          </time>{' '}
          <span class="tape-event">{entry.event.type}</span>{' '}
          <span class="tape-way">{wayOf(entry)}</span>{' '}
          <span class="tape-since">
            {sincePreviousMs === null ? '' : `+${spanText(sincePreviousMs)}`}
          </span>
        </button>
        <button
          type="button"
          class="tape-fold"
          tabIndex={tabIndex}
          aria-expanded={isUnfolded}
          aria-controls={isUnfolded ? carriesId : undefined}
          aria-label={`What ${entry.event.type} carried`}
          onClick={() => props.onFold(!isUnfolded)}
        >
          {isUnfolded ? '▾' : '▸'}
        </button>
      </div>
      {isUnfolded && (
        <div class="tape-carried" id={carriesId}>
          <Taken entry={entry} />
          <h3>Changed</h3>
          <Differences of={differencesOf(entry.changed, before, entry.context)} />
          <h3>The event</h3>
          <pre>{JSON.stringify(entry.event, null, 2)}</pre>
        </div>
      )}
    </li>
  );
}

const isoText = (atMs: number): string | undefined =>
  Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : undefined;

function wayOf({ from, to, isIgnored }: TapeEntry): string {
  if (isIgnored) return `ignored in ${to}`;
  return from === to ? `stays ${to}` : `${from} → ${to}`;
}

function Taken({ entry: { taken, isIgnored, to } }: { readonly entry: TapeEntry }): JSX.Element {
  return (
    <>
      <h3>Taken</h3>
      {isIgnored ? (
        <p>No transition of {to} answers this event as it is: nothing moved.</p>
      ) : (
        <ul class="tape-taken">
          {taken.map((id) => (
            <li key={id}>{id}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function Differences({ of }: { readonly of: readonly Difference[] }): JSX.Element {
  if (of.length === 0) return <p>Nothing in its context.</p>;
  return (
    <table class="differences">
      <thead>
        <tr>
          <th scope="col">key</th>
          <th scope="col">before</th>
          <th scope="col">after</th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ key, before, after }) => (
          <tr key={key}>
            <th scope="row">{key}</th>
            <td>
              <del>{before}</del>
            </td>
            <td>
              <ins>{after}</ins>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
