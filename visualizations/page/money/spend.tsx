/** The chosen budget through its period: the line, where it goes, and the same as a table. */
import type { JSX } from 'preact';
import { signal, useSignal } from '@preact/signals';

import type { BudgetView, SpendPoint } from '../../inspector/protocol.ts';
import { feed } from '../feed.ts';
import { Amount } from '../parts/amount.tsx';
import { Icon } from '../parts/icon.tsx';
import { clockTime, instant, money } from '../parts/format.ts';
import { Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';
import { budgetName, forecastWords, LEVEL_ICONS, outlookOf } from './budget-words.ts';
import { nameOf } from './choice.ts';
import { SpendCanvas } from './spend-canvas.tsx';

const ROWS_MAX = 24;
const isTableOpen = signal(false);

export function Spend({ view }: { readonly view: BudgetView }): JSX.Element {
  const pointed = useSignal<SpendPoint | null>(null);
  const { summary, series } = view;
  const words = forecastWords(view, feed.money.value?.atMs ?? 0);
  const last = series.at(-1);
  const shown = pointed.value ?? last;
  const aside = (
    <p class="spend-readout number muted">
      {shown === undefined ? '' : `${clockTime(shown.atMs)}  ${money(shown.spentNanoUsd)}`}
    </p>
  );
  return (
    <Panel title={`${budgetName(view)}, through its period`} aside={aside} class="spend">
      <SpendCanvas
        key={nameOf(view)}
        view={view}
        label={`${money(summary.spentNanoUsd)} spent so far. ${words}`}
        onPoint={(point) => {
          pointed.value = point;
        }}
      />
      <div class="spend-foot">
        <p class={`spend-words level-${outlookOf(view)}`}>
          <Icon name={LEVEL_ICONS[outlookOf(view)]} />
          <span>{words}</span>
        </p>
        <ul class="spend-key muted" aria-label="Lines of the chart">
          <li class="key-spent">spent</li>
          <li class="key-forecast">forecast</li>
          <li class="key-limit">limit</li>
          <li class="key-warn">warns at {Math.round(summary.warnAt * 100)} %</li>
        </ul>
      </div>
      <details
        class="spend-table"
        open={isTableOpen.value}
        onToggle={({ currentTarget }) => {
          isTableOpen.value = currentTarget.open;
        }}
      >
        <summary>The same as a table</summary>
        {isTableOpen.value ? <Points series={series} /> : null}
      </details>
    </Panel>
  );
}

function Points({ series }: { readonly series: readonly SpendPoint[] }): JSX.Element {
  const step = Math.ceil(series.length / ROWS_MAX);
  const last = series.length - 1;
  const rows = series.filter((_, place) => (last - place) % step === 0).reverse();
  return (
    <Table<SpendPoint>
      caption="Spent since the period began, latest first"
      rows={rows}
      keyOf={({ atMs }) => String(atMs)}
      columns={[
        { title: 'Until', cell: ({ atMs }) => instant(atMs) },
        {
          title: 'Spent',
          isNumber: true,
          cell: ({ spentNanoUsd }) => <Amount nanoUsd={spentNanoUsd} />,
        },
      ]}
    />
  );
}
