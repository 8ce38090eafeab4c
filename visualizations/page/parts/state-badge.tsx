/** The state of a breaker: a shape and a word, and a colour besides. */
import type { JSX } from 'preact';

import type { BreakerRow } from '../../inspector/protocol.ts';
import { words } from './format.ts';
import { Icon } from './icon.tsx';

export interface StateBadgeProps {
  readonly state: BreakerRow['state'];
  /** What stands in place of the state's own name. */
  readonly label?: string;
}

export function StateBadge({ state, label }: StateBadgeProps): JSX.Element {
  return (
    <span class={`badge state-${state}`}>
      <Icon name={state} />
      {label ?? words(state)}
    </span>
  );
}
