/** What happened to money, newest first. */
import type { JSX } from 'preact';

import type { MoneyUpdate } from '../../inspector/protocol.ts';
import { Ago } from '../parts/ago.tsx';
import { Empty } from '../parts/empty.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Panel } from '../parts/panel.tsx';

/** What is not listed here is neither good nor bad. */
const ICONS: Readonly<Record<string, IconName>> = {
  'budget.warned': 'degraded',
  'budget.exceeded': 'critical',
  'budget.recovered': 'healthy',
  'budget.overspent': 'critical',
  'budget.forfeited': 'degraded',
  'cost.drifted': 'degraded',
  'books.failed': 'critical',
  'books.recovered': 'healthy',
  'override.used': 'key',
};

export function Moments({ update }: { readonly update: MoneyUpdate }): JSX.Element {
  const { moments, watchedSinceMs } = update;
  return (
    <Panel title="What happened to money">
      {moments.length === 0 ? (
        <Empty title="Nothing yet">
          <p>
            Watching since <Ago atMs={watchedSinceMs} />: budgets that fill, rules that fire,
            overrides and surprises on bills show here.
          </p>
        </Empty>
      ) : (
        <ol class="moments" tabIndex={0} aria-label="What happened to money, newest first">
          {moments.map(({ atMs, type, text, count }, place) => (
            <li key={`${atMs} ${moments.length - place}`} class={`moment is-${iconOf(type)}`}>
              <Icon name={iconOf(type)} />
              <span>
                {text}
                {count > 1 && <span class="muted"> {count} times</span>}
              </span>
              <span class="muted">
                <Ago atMs={atMs} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

const iconOf = (type: string): IconName => ICONS[type] ?? 'budget_limited';
