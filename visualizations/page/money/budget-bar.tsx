/** A limit as a bar: spent, forfeited, reserved, and the mark at which it warns. */
import type { JSX } from 'preact';

import type { BudgetView } from '../../inspector/protocol.ts';

/** Its figures stand beside it in words: nothing here is read out. */
export function BudgetBar({ view }: { readonly view: BudgetView }): JSX.Element {
  const { limitNanoUsd, spentNanoUsd, forfeitedNanoUsd, reservedNanoUsd, warnAt } = view.summary;
  const whole = Math.max(limitNanoUsd ?? 0, spentNanoUsd + reservedNanoUsd, 1);
  const width = (nanoUsd: number): { width: string } => ({ width: `${(nanoUsd * 100) / whole}%` });
  const mark = limitNanoUsd === null ? null : { left: `${(limitNanoUsd * warnAt * 100) / whole}%` };
  return (
    <div class="budget-bar" aria-hidden="true">
      <span class="bar-spent" style={width(spentNanoUsd - forfeitedNanoUsd)} />
      <span class="bar-forfeited" style={width(forfeitedNanoUsd)} />
      <span class="bar-reserved" style={width(reservedNanoUsd)} />
      {mark === null ? null : <span class="bar-warn" style={mark} />}
    </div>
  );
}
