/** The rules in force, and what they announced while somebody watched. */
import type { JSX } from 'preact';

import type { MoneyUpdate, RuleView } from '../../inspector/protocol.ts';
import { Ago } from '../parts/ago.tsx';
import { Empty } from '../parts/empty.tsx';
import { count, duration, percent } from '../parts/format.ts';
import { Panel } from '../parts/panel.tsx';
import { Table } from '../parts/table.tsx';

export function Rules({ update }: { readonly update: MoneyUpdate }): JSX.Element {
  const { rules } = update;
  if (rules.length === 0) {
    return (
      <Panel title="Rules">
        <Empty title="No rules">
          <p>A rule alerts, slows down, degrades or blocks calls once money reaches a threshold.</p>
        </Empty>
      </Panel>
    );
  }
  return (
    <Panel title="Rules" aside={<span class="muted">counted while watched</span>}>
      <Table<RuleView>
        caption="Rules and what they announced"
        rows={rules}
        keyOf={({ id }) => id}
        columns={[
          { title: 'Rule', cell: ruleCell },
          { title: 'Does', cell: actionCell },
          { title: 'Announced', cell: announcedCell },
        ]}
      />
    </Panel>
  );
}

const ruleCell = ({ id, thresholdText, budget, when, priority }: RuleView): JSX.Element => (
  <div class="rule-cell">
    <strong>{id}</strong>
    <span class="muted">
      at {thresholdText}
      {budget === null ? '' : ` of ${budget}`}
      {when === '' ? '' : `, for ${when}`}
      {priority === 0 ? '' : `, priority ${priority}`}
    </span>
  </div>
);

const actionCell = ({ action, factor }: RuleView): JSX.Element => (
  <span class={`rule-action action-${action}`}>
    {action}
    {factor === null ? '' : ` to ${percent(factor)}`}
  </span>
);

const announcedCell = (rule: RuleView): JSX.Element => {
  const { announcedCount, lastAnnouncedAtMs, lastText, cooldownMs } = rule;
  if (lastAnnouncedAtMs === null) return <span class="muted">never</span>;
  const often = cooldownMs === 0 ? '' : `, once in ${duration(cooldownMs)} at most`;
  return (
    <div class="rule-cell">
      <span>
        <span class="number">{count(announcedCount)}</span> ×, <Ago atMs={lastAnnouncedAtMs} />
      </span>
      <span class="muted">
        {lastText}
        {often}
      </span>
    </div>
  );
};
