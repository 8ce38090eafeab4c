/** What goes through the whole board now. */
import type { JSX } from 'preact';

import { feed } from './feed.ts';
import { Amount } from './parts/amount.tsx';
import { rate } from './parts/format.ts';

export function Totals(): JSX.Element | null {
  const summary = feed.summary.value;
  if (summary === null) return null;
  return (
    <dl class="totals" aria-label="The whole board">
      <div>
        <dt>calls/s</dt>
        <dd>{rate(summary.callsPerS)}</dd>
      </div>
      <div>
        <dt>failed/s</dt>
        <dd>{rate(summary.failedPerS)}</dd>
      </div>
      <div>
        <dt>refused/s</dt>
        <dd>{rate(summary.refusedPerS)}</dd>
      </div>
      {summary.hasMoney && (
        <div>
          <dt>in 24 h</dt>
          <dd>
            <Amount nanoUsd={summary.spentNanoUsd} />
          </dd>
        </div>
      )}
    </dl>
  );
}
