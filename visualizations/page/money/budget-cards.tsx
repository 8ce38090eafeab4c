/** Every budget at a glance; choosing one shows its period below. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { BudgetView, MoneyUpdate } from '../../inspector/protocol.ts';
import { Amount } from '../parts/amount.tsx';
import { Countdown } from '../parts/countdown.tsx';
import { Empty } from '../parts/empty.tsx';
import { count, percent } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { BudgetBar } from './budget-bar.tsx';
import { LEVEL_ICONS, LEVEL_WORDS, limitWords, periodWords } from './budget-words.ts';
import { choose, nameOf } from './choice.ts';

/** As many are shown at first, so that the period below stays in reach. */
const FEW_COUNT = 12;

export interface BudgetCardsProps {
  readonly update: MoneyUpdate;
  readonly chosen: BudgetView | null;
}

export function BudgetCards({ update, chosen }: BudgetCardsProps): JSX.Element {
  const { budgets, omittedCount } = update;
  const [isWhole, setWhole] = useState(false);
  const few = budgets.filter(
    (view, place) => place < FEW_COUNT || view === chosen || view.summary.value === '',
  );
  const moreCount = budgets.length - few.length;
  if (budgets.length === 0) {
    return (
      <Empty title="No budget yet">
        <p>
          Costs are booked, but nothing bounds them. Open the board with <code>budgets</code>, and
          each one shows here what is left of it.
        </p>
      </Empty>
    );
  }
  return (
    <section aria-label="Budgets">
      <ul class="budgets">
        {(isWhole ? budgets : few).map((view) => (
          <BudgetCard key={nameOf(view)} view={view} isChosen={view === chosen} />
        ))}
      </ul>
      {moreCount === 0 ? null : (
        <button
          type="button"
          class="button budgets-more"
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? 'Show fewer budgets' : `Show ${count(moreCount)} more`}
        </button>
      )}
      {omittedCount === 0 || (moreCount > 0 && !isWhole) ? null : (
        <p class="muted budgets-more">
          {count(omittedCount)} more, less strained than these, are not shown.
        </p>
      )}
    </section>
  );
}

interface BudgetCardProps {
  readonly view: BudgetView;
  readonly isChosen: boolean;
}

function BudgetCard({ view, isChosen }: BudgetCardProps): JSX.Element {
  const { summary } = view;
  return (
    <li class={`budget level-${summary.level} ${isChosen ? 'is-chosen' : ''}`}>
      <div class="budget-head">
        <h2>
          <button type="button" aria-pressed={isChosen} onClick={() => choose(view)}>
            {summary.budget}
            {summary.value === '' ? null : <span class="budget-value">{summary.value}</span>}
          </button>
          <span class="budget-period">{periodWords(view)}</span>
        </h2>
        <span class="budget-level">
          <Icon name={LEVEL_ICONS[summary.level]} />
          {LEVEL_WORDS[summary.level]}
        </span>
      </div>
      <p class="budget-spent">
        <strong>
          <Amount nanoUsd={summary.spentNanoUsd} />
        </strong>{' '}
        <span class="muted">{limitWords(view)}</span>
        <span class="budget-share number">
          {percent(summary.percentage / 100)}
          <span class="unseen"> spent</span>
        </span>
      </p>
      <BudgetBar view={view} />
      <dl class="budget-facts">
        <Fact term="left" nanoUsd={summary.leftNanoUsd} />
        <Fact term="reserved" nanoUsd={summary.reservedNanoUsd} />
        {summary.forfeitedNanoUsd === 0 ? null : (
          <Fact term="forfeited" nanoUsd={summary.forfeitedNanoUsd} />
        )}
        {summary.overspentNanoUsd === 0 ? null : (
          <Fact term="overspent" nanoUsd={summary.overspentNanoUsd} />
        )}
        {summary.nextPeriodAtMs === null ? null : (
          <div>
            <dt>begins anew in</dt>
            <dd>
              <Countdown atMs={summary.nextPeriodAtMs} />
            </dd>
          </div>
        )}
      </dl>
    </li>
  );
}

interface FactProps {
  readonly term: string;
  readonly nanoUsd: number | null;
}

const Fact = ({ term, nanoUsd }: FactProps): JSX.Element => (
  <div>
    <dt>{term}</dt>
    <dd>
      <Amount nanoUsd={nanoUsd} />
    </dd>
  </div>
);
