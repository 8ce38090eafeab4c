/**
 * The view `money`: budgets through their periods, what rules did, what is dear, what was saved.
 */
import type { JSX } from 'preact';

import { feed } from '../feed.ts';
import { Ago } from '../parts/ago.tsx';
import { Empty } from '../parts/empty.tsx';
import { Icon } from '../parts/icon.tsx';
import { BudgetCards } from './budget-cards.tsx';
import { Calibration } from './calibration.tsx';
import { chosenBudget } from './choice.ts';
import { Dearest } from './dearest.tsx';
import { Figures } from './figures.tsx';
import { Moments } from './moments.tsx';
import { Rules } from './rules.tsx';
import { Spend } from './spend.tsx';

export function MoneyView(): JSX.Element {
  return (
    <div class="money">
      <h1 class="unseen">Money</h1>
      <Books />
    </div>
  );
}

function Books(): JSX.Element {
  const { money, summary } = feed;
  if (summary.value?.hasMoney === false) return <NoMoney />;
  const update = money.value;
  if (update === null) return <Empty title="Reading the books…" />;
  const { budgets, problem, booksAtMs } = update;
  const chosen = chosenBudget(budgets);
  return (
    <>
      {problem === null ? null : (
        <p class="money-problem" role="status">
          <Icon name="degraded" />
          <span>
            The books cannot be read: {problem}{' '}
            {booksAtMs > 0 ? (
              <>
                What you see was true <Ago atMs={booksAtMs} />.
              </>
            ) : null}
          </span>
        </p>
      )}
      <Figures update={update} />
      <BudgetCards update={update} chosen={chosen} />
      {chosen === null ? null : <Spend view={chosen} />}
      <div class="money-columns">
        <div class="money-column">
          <Dearest update={update} />
          <Rules update={update} />
        </div>
        <div class="money-column">
          <Calibration update={update} />
          <Moments update={update} />
        </div>
      </div>
    </>
  );
}

function NoMoney(): JSX.Element {
  return (
    <Empty title="This board counts no costs">
      <p>
        Open it with budgets, rules or prices, and every call shows here what it was expected to
        cost and what it did:
      </p>
      <pre class="money-example" tabIndex={0}>
        {`await openBoard({
  budgets: [{ id: 'daily', limit: usd(10), period: 'day' }],
});`}
      </pre>
    </Empty>
  );
}
