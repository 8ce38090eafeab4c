/** Which breaker it is, how it is and why, when that may change, and the way to its neighbours. */
import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { feed, type WatchedBreaker } from '../feed.ts';
import { Ago } from '../parts/ago.tsx';
import { Amount } from '../parts/amount.tsx';
import { Countdown } from '../parts/countdown.tsx';
import { rate } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { breakerHref } from '../route.ts';

export function BreakerHeader({ breaker }: { readonly breaker: WatchedBreaker }): JSX.Element {
  const { name, snapshot, explanation, row } = breaker;
  return (
    <header class="panel breaker-head">
      <Neighbours name={name} />
      <div class="breaker-title">
        <h1>{name}</h1>
        {snapshot !== null && (
          <p class="breaker-state" role="status">
            <StateBadge state={snapshot.state} label={stateLabel(snapshot.path)} />
            {snapshot.isQuarantined && <strong class="quarantined">quarantined</strong>}
          </p>
        )}
        {snapshot?.path === 'open.cooling' && snapshot.probeAtMs !== null && (
          <p class="breaker-countdown">
            <Icon name="clock" /> next probe <Countdown atMs={snapshot.probeAtMs} />
          </p>
        )}
        {snapshot !== null && snapshot.changedAtMs > 0 && (
          <p class="muted">
            changed <Ago atMs={snapshot.changedAtMs} />
          </p>
        )}
      </div>
      <p class="breaker-why">{explanation}</p>
      {row !== null && (
        <div class="breaker-rates">
          <Sparkline spark={row.spark} sparkBad={row.sparkBad} />
          <dl>
            <Rate name="calls/s" value={rate(row.callsPerS)} />
            <Rate name="failed/s" value={rate(row.failedPerS)} />
            <Rate name="refused/s" value={rate(row.refusedPerS)} />
            {row.spentNanoUsd !== null && (
              <Rate name="spent in 24 h" value={<Amount nanoUsd={row.spentNanoUsd} />} />
            )}
          </dl>
        </div>
      )}
    </header>
  );
}

interface RateProps {
  readonly name: string;
  readonly value: JSX.Element | string;
}

const Rate = ({ name, value }: RateProps): JSX.Element => (
  <div>
    <dt>{name}</dt>
    <dd class="number">{value}</dd>
  </div>
);

/** `open.cooling` as people say it: `open · cooling`. */
const stateLabel = (path: string): string => path.replaceAll('_', ' ').replaceAll('.', ' · ');

/** The breakers before and after this one, by name; `[` and `]` go there. */
function Neighbours({ name }: { readonly name: string }): JSX.Element {
  const names = useComputed(() => [...feed.rows.value.byName.keys()].sort()).value;
  const at = names.indexOf(name);
  const before = at < 0 ? undefined : names[at - 1];
  const after = at < 0 ? undefined : names[at + 1];
  useEffect(() => {
    const go = (event: KeyboardEvent): void => {
      const to = { '[': before, ']': after }[event.key];
      if (to === undefined || isWriting(event)) return;
      location.hash = breakerHref(to);
    };
    addEventListener('keydown', go);
    return () => removeEventListener('keydown', go);
  }, [before, after]);
  return (
    <nav class="neighbours" aria-label="Breakers">
      <a href="#/board">
        <Icon name="back" /> All breakers
      </a>
      {before !== undefined && (
        <a href={breakerHref(before)} aria-keyshortcuts="[" title={`${before} (key [)`}>
          ← <span class="neighbour">{before}</span>
        </a>
      )}
      {after !== undefined && (
        <a href={breakerHref(after)} aria-keyshortcuts="]" title={`${after} (key ])`}>
          <span class="neighbour">{after}</span> →
        </a>
      )}
    </nav>
  );
}

function isWriting({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return (
    ctrlKey ||
    metaKey ||
    altKey ||
    (target instanceof Element && target.closest('input, textarea, select, dialog') !== null)
  );
}
