/** What is counted about a breaker now, what holds it open, and the options that decide. */
import type { JSX } from 'preact';

import type { WatchedBreaker } from '../feed.ts';
import { Panel } from '../parts/panel.tsx';
import { factsOf, latchesOf, type FactWords, type LatchWords } from './fact-words.ts';

export function BreakerFacts({ breaker }: { readonly breaker: WatchedBreaker }): JSX.Element {
  return (
    <Panel title="Now">
      <Latches of={latchesOf(breaker.context)} />
      <Facts of={factsOf(breaker)} />
      <details>
        <summary>Options</summary>
        <Facts of={breaker.options} />
      </details>
    </Panel>
  );
}

function Facts({ of }: { readonly of: readonly FactWords[] }): JSX.Element {
  return (
    <dl class="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Latches({ of }: { readonly of: readonly LatchWords[] }): JSX.Element | null {
  if (of.length === 0) return null;
  return (
    <ul class="latches" aria-label="Held open by">
      {of.map(({ name, reason, by, since }) => (
        <li key={name}>
          <strong>{name}</strong> {reason}{' '}
          <span class="muted">
            by {by}, {since}
          </span>
        </li>
      ))}
    </ul>
  );
}
