/** Every breaker at a glance. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { feed } from '../feed.ts';
import { Empty } from '../parts/empty.tsx';
import { arrangement, boardQuery, keepArranged } from './arrangement.ts';
import { ask, Controls } from './controls.tsx';
import { FirstBreaker } from './first-breaker.tsx';
import { Grid } from './grid.tsx';

export function BoardView(): JSX.Element {
  useEffect(keepArranged, []);
  return (
    <>
      <h1 class="unseen">Board</h1>
      <Body />
    </>
  );
}

function Body(): JSX.Element {
  const { isKnown, byName } = feed.rows.value;
  if (!isKnown) return <Empty title="Asking the board…" />;
  if (byName.size === 0) return <FirstBreaker />;
  return (
    <>
      <Controls />
      {arrangement.value.length === 0 && <Nothing />}
      <Grid />
    </>
  );
}

/** Nothing of what is there was asked for. */
function Nothing(): JSX.Element {
  const { text, states } = boardQuery.value;
  if (text === '' && states.length === 0) return <Empty title="…" />;
  return (
    <Empty title="No breaker is like that">
      <button type="button" class="button" onClick={() => ask({ text: '', states: [] })}>
        Show all of them
      </button>
    </Empty>
  );
}
