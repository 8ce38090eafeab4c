/**
 * The view that the address names. The code of each is loaded when it is first opened, so that
 * whoever opens one waits for no other; uPlot alone is a third of all there is.
 */
import type { ComponentType, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';

import { Empty } from './parts/empty.tsx';
import type { ViewName } from './route.ts';

/** `name` is the breaker's, in the view of one. */
type View = ComponentType<{ readonly name: string }>;

const LOADERS: Readonly<Record<ViewName, () => Promise<View>>> = {
  board: () => import('./board/board-view.tsx').then(({ BoardView }) => BoardView),
  breaker: () => import('./breaker/breaker-view.tsx').then(({ BreakerView }) => BreakerView),
  money: () => import('./money/money-view.tsx').then(({ MoneyView }) => MoneyView),
  coverage: () => import('./coverage/coverage-view.tsx').then(({ CoverageView }) => CoverageView),
};

/** Null for one that could not be loaded. */
const views = signal<Partial<Readonly<Record<ViewName, View | null>>>>({});

/** Loads the code of a view, once. */
function load(name: ViewName): void {
  if (views.peek()[name]) return;
  const put = (view: View | null): void => {
    views.value = { ...views.peek(), [name]: view };
  };
  LOADERS[name]().then(put, () => put(null));
}

export interface CurrentViewProps {
  readonly view: ViewName;
  readonly name: string;
}

export function CurrentView({ view, name }: CurrentViewProps): JSX.Element | null {
  useEffect(() => load(view), [view]);
  const View = views.value[view];
  if (View === undefined) return null;
  if (View !== null) return <View key={name} name={name} />;
  return (
    <Empty title="This view could not be loaded">
      <p>Its code comes from the inspector, which does not answer or is of another version.</p>
      <button type="button" class="button" onClick={() => location.reload()}>
        Load the page again
      </button>
    </Empty>
  );
}
