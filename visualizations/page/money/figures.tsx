/** The figures that one asks for first: spent, and what was not. */
import type { ComponentChildren, JSX } from 'preact';

import type { MoneyUpdate } from '../../inspector/protocol.ts';
import { Ago } from '../parts/ago.tsx';
import { Amount } from '../parts/amount.tsx';
import { count, percent } from '../parts/format.ts';

export function Figures({ update }: { readonly update: MoneyUpdate }): JSX.Element {
  const { savings, dearest, watchedSinceMs } = update;
  const total = dearest[0]?.total;
  const watched = (
    <>
      while watched, since <Ago atMs={watchedSinceMs} />
    </>
  );
  return (
    <section aria-label="Spent and saved">
      <dl class="figures">
        <Figure term="Spent" nanoUsd={total?.costNanoUsd ?? null}>
          {total === undefined ? '' : `${count(total.callCount)} calls in 24 h`}
        </Figure>
        <Figure term="Refused for money" nanoUsd={savings.refusedNanoUsd}>
          {count(savings.refusedCount)} calls in 24 h, as they were expected to cost
        </Figure>
        <Figure term="Kept back by open breakers" nanoUsd={savings.shieldedNanoUsd}>
          {count(savings.shieldedCount)} calls, at what such calls cost; {watched}
        </Figure>
        <Figure term="Reserved and given back" nanoUsd={savings.releasedNanoUsd}>
          worst case less what was billed; {watched}
        </Figure>
        {total === undefined || total.billedNanoUsd === 0 ? null : (
          <Figure term="Billed" nanoUsd={total.billedNanoUsd}>
            {percent(total.billedNanoUsd / Math.max(1, total.costNanoUsd))} of what is booked, 24 h
          </Figure>
        )}
      </dl>
    </section>
  );
}

interface FigureProps {
  readonly term: string;
  readonly nanoUsd: number | null;
  readonly children: ComponentChildren;
}

const Figure = ({ term, nanoUsd, children }: FigureProps): JSX.Element => (
  <div class="figure">
    <dt>{term}</dt>
    <dd>
      <strong>
        <Amount nanoUsd={nanoUsd} />
      </strong>
      <span class="muted">{children}</span>
    </dd>
  </div>
);
