/** A chart without a picture: its states, and its transitions as a table. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { Table } from '../parts/table.tsx';
import { headOf } from './chart-parts.ts';
import type { DrawnChart } from './drawn-chart.ts';

export interface ChartWordsProps {
  readonly drawn: DrawnChart;
  readonly activeIds: ReadonlySet<string>;
  /** How often each transition was taken; null where nobody counts. */
  readonly hits: ReadonlyMap<string, number> | null;
}

/** Folded up until somebody wants it; not there at all before. */
export function ChartWords(props: ChartWordsProps): JSX.Element {
  const isOpen = useSignal(false);
  return (
    <details class="chart-words" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>The chart in words</summary>
      {isOpen.value && <Words {...props} />}
    </details>
  );
}

function Words({ drawn, activeIds, hits }: ChartWordsProps): JSX.Element {
  const { drawing, chart } = drawn;
  const names = new Map(drawing.states.map(({ id, name }) => [id, name]));
  const nameOf = (id: string): string => names.get(id) ?? id;
  return (
    <>
      <ul class="chart-states">
        {drawing.states.map((state) => (
          <li key={state.id}>
            <strong>{state.name}</strong>
            {activeIds.has(state.id) && ' (active)'}
            {state.description !== null && `: ${state.description}`}
          </li>
        ))}
      </ul>
      <Table
        caption="Transitions"
        rows={chart.transitions}
        keyOf={({ id }) => id}
        columns={[
          { title: 'from', cell: ({ sourceId }) => nameOf(sourceId) },
          { title: 'event', cell: headOf },
          {
            title: 'to',
            cell: ({ targetIds }) =>
              targetIds.length === 0 ? 'stays' : targetIds.map(nameOf).join(' + '),
          },
          ...(hits === null
            ? []
            : [
                {
                  title: 'taken',
                  isNumber: true,
                  cell: ({ id }: { readonly id: string }) => hits.get(id) ?? 0,
                },
              ]),
          { title: 'what it is', cell: ({ description }) => description ?? '' },
        ]}
      />
    </>
  );
}
