/** Where the money goes: the dearest operations, models, breakers and providers of a day. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { signal } from '@preact/signals';

import type { DearestView, MoneyUpdate } from '../../inspector/protocol.ts';
import { Amount } from '../parts/amount.tsx';
import { Empty } from '../parts/empty.tsx';
import { compact, count, share } from '../parts/format.ts';
import { Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';

type Row = DearestView['rows'][number];

const LABELS: Readonly<Record<DearestView['by'], string>> = {
  operation: 'Operation',
  model: 'Model',
  breaker: 'Breaker',
  provider: 'Provider',
};

const chosen = signal<DearestView['by']>('operation');

export function Dearest({ update }: { readonly update: MoneyUpdate }): JSX.Element {
  const by = chosen.value;
  const view = update.dearest.find((one) => one.by === by);
  return (
    <Panel title="Dearest in 24 hours" aside={<Choice />}>
      {view === undefined || view.rows.length === 0 ? (
        <Empty title="Nothing was spent">
          <p>What calls cost is shown here by what they did, and with what.</p>
        </Empty>
      ) : (
        <Ranking view={view} />
      )}
    </Panel>
  );
}

function Choice(): JSX.Element {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="unseen">Dearest by</legend>
      {(Object.keys(LABELS) as DearestView['by'][]).map((by) => (
        <label key={by}>
          <input
            type="radio"
            name={name}
            checked={chosen.value === by}
            onChange={() => {
              chosen.value = by;
            }}
          />
          {LABELS[by]}
        </label>
      ))}
    </fieldset>
  );
}

function Ranking({ view }: { readonly view: DearestView }): JSX.Element {
  const { rows, total, by } = view;
  const most = rows[0]?.costNanoUsd ?? 0;
  return (
    <Table<Row>
      caption={`What calls cost in 24 hours, by ${by}, dearest first`}
      rows={rows}
      keyOf={({ group }) => JSON.stringify(group)}
      columns={[
        {
          title: LABELS[by],
          cell: ({ group, costNanoUsd }) => (
            <div class="dear">
              <span class="dear-name">
                {group === null || group === '' ? <i class="muted">none</i> : group}
              </span>
              <span class="dear-bar" aria-hidden="true">
                <span style={{ width: `${(costNanoUsd * 100) / Math.max(1, most)}%` }} />
              </span>
            </div>
          ),
        },
        { title: 'Cost', isNumber: true, cell: (row) => <Amount nanoUsd={row.costNanoUsd} /> },
        {
          title: 'Share',
          isNumber: true,
          cell: (row) => share(row.costNanoUsd, total.costNanoUsd),
        },
        { title: 'Calls', isNumber: true, cell: (row) => count(row.callCount) },
        {
          title: 'A call',
          isNumber: true,
          cell: ({ costNanoUsd, outsideNanoUsd, callCount }) => (
            <Amount
              nanoUsd={
                callCount === 0 ? null : Math.round((costNanoUsd - outsideNanoUsd) / callCount)
              }
            />
          ),
        },
        {
          title: 'Tokens in, out',
          isNumber: true,
          cell: (row) => `${compact(row.inputTokens)}, ${compact(row.outputTokens)}`,
        },
      ]}
    />
  );
}
