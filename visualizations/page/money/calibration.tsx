/** What calls were expected to cost against what they did, by the method that expected it. */
import type { JSX } from 'preact';
import { signal } from '@preact/signals';

import type { CalibrationView, MoneyUpdate } from '../../inspector/protocol.ts';
import { Amount } from '../parts/amount.tsx';
import { Empty } from '../parts/empty.tsx';
import { count, percent } from '../parts/format.ts';
import { Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';
import { Scatter } from './scatter.tsx';

const chosen = signal<string | null>(null);

export function Calibration({ update }: { readonly update: MoneyUpdate }): JSX.Element {
  const { calibration } = update;
  const view = calibration.find(({ method }) => method === chosen.value) ?? calibration[0];
  if (view === undefined) {
    return (
      <Panel title="Estimated against actual">
        <Empty title="No call has been billed yet">
          <p>
            Each call whose cost becomes known while you watch is held against what was expected.
          </p>
        </Empty>
      </Panel>
    );
  }
  return (
    <Panel title="Estimated against actual" aside={<span class="muted">while watched</span>}>
      <div class="calibration">
        <Scatter view={view} />
        <p class="calibration-words">
          <strong class="number">{percent(view.withinFifthRatio)}</strong>
          <span>
            of calls estimated by <code>{view.method}</code> cost within a fifth of what was
            expected; all together {biasWords(view)}.
          </span>
        </p>
      </div>
      <Table<CalibrationView>
        caption="Expected against actual costs by method of estimation"
        rows={calibration}
        keyOf={({ method }) => method}
        columns={[
          { title: 'Method', cell: (row) => <Method row={row} isChosen={row === view} /> },
          { title: 'Calls', isNumber: true, cell: (row) => count(row.callCount) },
          {
            title: 'Expected',
            isNumber: true,
            cell: (row) => <Amount nanoUsd={row.expectedNanoUsd} />,
          },
          {
            title: 'Actual',
            isNumber: true,
            cell: (row) => <Amount nanoUsd={row.actualNanoUsd} />,
          },
          {
            title: 'Within a fifth',
            isNumber: true,
            cell: (row) => percent(row.withinFifthRatio),
          },
        ]}
      />
    </Panel>
  );
}

interface MethodProps {
  readonly row: CalibrationView;
  readonly isChosen: boolean;
}

const Method = ({ row, isChosen }: MethodProps): JSX.Element => (
  <button
    type="button"
    class="method"
    aria-pressed={isChosen}
    onClick={() => {
      chosen.value = row.method;
    }}
  >
    {row.method}
  </button>
);

function biasWords({ expectedNanoUsd, actualNanoUsd }: CalibrationView): string {
  if (expectedNanoUsd === 0) return 'nothing was expected of them';
  const off = actualNanoUsd / expectedNanoUsd - 1;
  if (Math.abs(off) < 0.005) return 'they cost what was expected';
  const share = percent(Math.abs(off)).replace(' ', '\u00a0');
  return `they cost ${share} ${off > 0 ? 'more' : 'less'}`;
}
