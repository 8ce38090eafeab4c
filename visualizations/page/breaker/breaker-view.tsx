/**
 * One breaker: its statechart as it moves, the events that moved it, what it counts, and what an
 * operator can do about it. The chart and the context also show how it was after any event of
 * the tape.
 */
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { Empty } from '../parts/empty.tsx';
import { feed, type WatchedBreaker } from '../feed.ts';
import { BreakerChart } from './breaker-chart.tsx';
import { BreakerFacts } from './breaker-facts.tsx';
import { BreakerHeader } from './breaker-header.tsx';
import { BreakerTape } from './breaker-tape.tsx';
import { ContextTable } from './context-table.tsx';
import { EnabledEvents } from './enabled-events.tsx';
import { choose, momentOf, type Chosen } from './moment.ts';
import { OperatorActions } from './operator-actions.tsx';
import { SendEvent } from './send-event.tsx';

export function BreakerView({ name }: { readonly name: string }): JSX.Element {
  const breaker = feed.breaker.value;
  if (breaker === null || breaker.name !== name) {
    return <Empty title={`Asking for breaker “${name}” …`} />;
  }
  if (!breaker.isThere) return <NotThere name={name} />;
  return <ThereView key={name} breaker={breaker} />;
}

function NotThere({ name }: { readonly name: string }): JSX.Element {
  return (
    <Empty title={`There is no breaker “${name}”.`}>
      <p>
        It may not have been made yet, or its board let it go because nobody used it. When it is
        made, it shows here.
      </p>
      <p>
        <a href="#/board">See the breakers that are there</a>
      </p>
    </Empty>
  );
}

function ThereView({ breaker }: { readonly breaker: WatchedBreaker }): JSX.Element {
  const chosen = useSignal<Chosen | null>(null);
  const sending = useSignal<string | null>(null);
  const moment = useComputed(() => {
    const latest = feed.breaker.value;
    return latest === null || !latest.isThere ? null : momentOf(latest, chosen.value);
  }).value;
  const now = moment ?? momentOf(breaker, chosen.value);
  const onChoose = (seq: number | null): void => {
    chosen.value = seq === null ? null : choose(breaker.tape, seq);
  };
  useEffect(() => {
    const back = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && document.querySelector('dialog[open]') === null) {
        chosen.value = null;
      }
    };
    addEventListener('keydown', back);
    return () => removeEventListener('keydown', back);
  }, []);
  const changed = chosen.value?.entry.changed ?? breaker.tape.at(-1)?.changed ?? [];
  return (
    <div class="breaker">
      <BreakerHeader breaker={breaker} />
      <BreakerChart moment={now} tape={breaker.tape} name={breaker.name} onChoose={onChoose} />
      <div class="breaker-side">
        <OperatorActions breaker={breaker} onSend={() => (sending.value = '')} />
        <BreakerFacts breaker={breaker} />
        <EnabledEvents breaker={breaker} onSend={(type) => (sending.value = type)} />
        <ContextTable moment={now} changed={changed} />
      </div>
      <BreakerTape breaker={breaker} chosen={chosen.value} onChoose={onChoose} />
      {sending.value !== null && (
        <SendEvent breaker={breaker} type={sending.value} onClose={() => (sending.value = null)} />
      )}
    </div>
  );
}
