/** Every transition of the machine: whether tests take it, and how often live traffic did. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { CoverageUpdate } from '../../inspector/protocol.ts';
import { headOf } from '../chart/chart-parts.ts';
import { drawnChart } from '../chart/drawn-chart.ts';
import { count } from '../parts/format.ts';
import { Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';
import { coverageRows, type CoverageRow } from './coverage-rows.ts';

const FILTERS = [
  { id: 'all', text: 'All', takes: () => true },
  { id: 'never', text: 'Never taken live', takes: (row: CoverageRow) => row.liveCount === 0 },
  { id: 'untested', text: 'Not tested', takes: (row: CoverageRow) => !row.isTested },
] as const;

export function TransitionList({ coverage }: { readonly coverage: CoverageUpdate }): JSX.Element {
  const chosen = useSignal<(typeof FILTERS)[number]['id']>('all');
  const drawn = drawnChart(coverage.chartId).state.value;
  const rows = coverageRows(coverage, typeof drawn === 'string' ? null : drawn);
  const filter = FILTERS.find(({ id }) => id === chosen.value) ?? FILTERS[0];
  return (
    <Panel
      title="Transitions"
      class="coverage-list"
      aside={
        <fieldset class="segments">
          <legend class="unseen">Which transitions</legend>
          {FILTERS.map(({ id, text, takes }) => (
            <label key={id}>
              <input
                type="radio"
                name="coverage-filter"
                checked={id === chosen.value}
                onChange={() => (chosen.value = id)}
              />
              {text} <span class="number">{rows.filter(takes).length}</span>
            </label>
          ))}
        </fieldset>
      }
    >
      <Table
        caption="Transitions, with tests and live traffic"
        rows={rows.filter(filter.takes)}
        keyOf={({ id }) => id}
        columns={[
          { title: 'from', cell: ({ from }) => <span class="mono">{from}</span> },
          {
            title: 'event',
            cell: (row) => (
              <span class="mono">{row.transition === null ? row.id : headOf(row.transition)}</span>
            ),
          },
          { title: 'to', cell: ({ to }) => <span class="mono">{to}</span> },
          {
            title: 'tests',
            cell: ({ isTested }) =>
              isTested ? <span class="is-covered">✓ tested</span> : <Missed text="not tested" />,
          },
          {
            title: 'live',
            isNumber: true,
            cell: ({ liveCount }) => (liveCount === 0 ? <Missed text="never" /> : count(liveCount)),
          },
          {
            title: 'breakers',
            isNumber: true,
            cell: ({ breakerCount }) => (breakerCount === 0 ? '–' : count(breakerCount)),
          },
          {
            title: 'what it is',
            cell: ({ transition }) => (
              <span class="coverage-what">{transition?.description ?? ''}</span>
            ),
          },
        ]}
      />
    </Panel>
  );
}

const Missed = ({ text }: { readonly text: string }): JSX.Element => (
  <span class="is-missed">○ {text}</span>
);
