/** What of the board is shown: search, states, order. All of it stands in the address. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

import type { BreakerRow } from '../../inspector/protocol.ts';
import { feed } from '../feed.ts';
import { count, words } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { replaceQuery } from '../route.ts';
import { arrangement, boardQuery } from './arrangement.ts';
import { formatQuery, isSort, SORTS, STATES, type BoardQuery } from './board-query.ts';

export function Controls(): JSX.Element {
  return (
    <div class="controls" role="search" aria-label="Breakers">
      <Search />
      <div class="chips" role="group" aria-label="States">
        {STATES.map((state) => (
          <Chip key={state} state={state} />
        ))}
      </div>
      <Order />
      <p class="controls-count" role="status">
        <span class="number">{count(arrangement.value.length)}</span> of{' '}
        <span class="number">{count(feed.summary.value?.breakerCount ?? 0)}</span> breakers
      </p>
    </div>
  );
}

/** Asks for something else, and keeps the rest. */
export function ask(change: Partial<BoardQuery>): void {
  replaceQuery(formatQuery({ ...boardQuery.peek(), ...change }));
}

function Search(): JSX.Element {
  return (
    <label class="search">
      <span class="unseen">Search names and reasons</span>
      <Icon name="search" />
      <input
        type="search"
        class="input"
        placeholder="Search names and reasons"
        maxLength={256}
        autocomplete="off"
        spellcheck={false}
        value={boardQuery.value.text}
        onInput={(event) => ask({ text: event.currentTarget.value })}
      />
    </label>
  );
}

function Chip({ state }: { readonly state: BreakerRow['state'] }): JSX.Element {
  const { states } = boardQuery.value;
  const isOn = states.includes(state);
  const next = isOn ? states.filter((other) => other !== state) : [...states, state];
  return (
    <button
      type="button"
      class={`chip state-${state}`}
      aria-pressed={isOn}
      onClick={() => ask({ states: next })}
    >
      <Icon name={state} />
      {words(state)}
      <span class="chip-count">{count(feed.summary.value?.counts[state] ?? 0)}</span>
    </button>
  );
}

function Order(): JSX.Element {
  const id = useId();
  return (
    <div class="order">
      <label for={id}>Order</label>
      <select
        id={id}
        class="input"
        value={boardQuery.value.sort}
        onChange={(event) => {
          const { value } = event.currentTarget;
          if (isSort(value)) ask({ sort: value });
        }}
      >
        {Object.entries(SORTS).map(([sort, label]) => (
          <option key={sort} value={sort}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}
