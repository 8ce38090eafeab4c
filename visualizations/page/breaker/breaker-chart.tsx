/** The breaker's statechart at the moment shown, and the way through its moments. */
import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import type { Marks } from '../../diagram/picture.ts';
import type { TapeEntry } from '../../inspector/protocol.ts';
import { Chart } from '../chart/chart.tsx';
import { drawnChart } from '../chart/drawn-chart.ts';
import { feed } from '../feed.ts';
import { Empty } from '../parts/empty.tsx';
import { clockTime } from '../parts/format.ts';
import type { Moment } from './moment.ts';
import { TimeTravel } from './time-travel.tsx';

export interface BreakerChartProps {
  readonly name: string;
  readonly moment: Moment;
  /** Oldest first. */
  readonly tape: readonly TapeEntry[];
  /** Null for back to now. */
  readonly onChoose: (seq: number | null) => void;
}

export function BreakerChart({ name, moment, tape, onChoose }: BreakerChartProps): JSX.Element {
  const source = drawnChart('breaker');
  const drawn = source.state.value;
  const isHeated = useSignal(true);
  const { activeIds, taken, hits, chosen } = moment;
  const marks = useMemo(
    (): Marks => ({
      activeIds: new Set(activeIds),
      taken: new Set(taken),
      ...(isHeated.value ? { hits } : {}),
    }),
    [activeIds, taken, hits, isHeated.value],
  );
  const isPast = chosen !== null;
  return (
    <section
      class={`panel breaker-chart${isPast ? ' is-past' : ''}`}
      aria-label={isPast ? 'Statechart, at a past moment' : 'Statechart, live'}
    >
      <TimeTravel tape={tape} chosen={chosen} onChoose={onChoose} />
      {drawn === 'waiting' && <Empty title="Drawing …" />}
      {drawn === 'failed' && (
        <Empty title="The drawing did not arrive.">
          <button type="button" class="button" onClick={() => source.fetch()}>
            Ask again
          </button>
        </Empty>
      )}
      {typeof drawn !== 'string' && (
        <Chart
          drawn={drawn}
          marks={marks}
          label={`Statechart of ${name}`}
          centreId={activeIds.at(-1) ?? null}
          freshness={moment.takenSeq}
        >
          <label class="heat">
            <input
              type="checkbox"
              checked={isHeated.value}
              onChange={(event) => (isHeated.value = event.currentTarget.checked)}
            />
            Heat
          </label>
          {isHeated.value && <Since />}
        </Chart>
      )}
    </section>
  );
}

/** Nothing is counted while nobody watches. */
function Since(): JSX.Element | null {
  const sinceMs = useComputed(() => feed.summary.value?.watchedSinceMs ?? null).value;
  if (sinceMs === null) return null;
  return (
    <span class="muted" title="Nothing is counted while nobody watches.">
      times taken since {clockTime(sinceMs)}
    </span>
  );
}
