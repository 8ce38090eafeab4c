/** The page's frame: what stands above every view, and the view in it. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { EmergencyBanner } from './emergency.tsx';
import { feed } from './feed.ts';
import { Health } from './health.tsx';
import { LinkBanner } from './link-banner.tsx';
import { NoticeList } from './notice-list.tsx';
import { OperatorPanel } from './operator-panel.tsx';
import { Icon } from './parts/icon.tsx';
import { feedView, route, type ViewName } from './route.ts';
import { Totals } from './totals.tsx';
import { CurrentView } from './views.tsx';

const NAV = [
  ['board', 'Board'],
  ['money', 'Money'],
  ['coverage', 'Coverage'],
] as const;

export function Frame(): JSX.Element {
  const main = useRef<HTMLElement>(null);
  useTitle();
  useFocusOnArrival(main);
  const { view, name } = route.value;
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the view
      </a>
      <header class="top">
        <div class="brand">
          <Icon name="bolt" />
          <span>{feed.summary.value?.title ?? 'Fuseboard'}</span>
        </div>
        <nav class="nav" aria-label="Views">
          {NAV.map(([to, label]) => (
            <a key={to} href={`#/${to}`} aria-current={currentness(view, to)}>
              {label}
            </a>
          ))}
        </nav>
        <div class="top-right">
          <Totals />
          <Health />
          <OperatorPanel />
        </div>
      </header>
      <LinkBanner />
      <EmergencyBanner />
      <main ref={main} id="main" class="view" tabIndex={-1}>
        <CurrentView view={view} name={name} />
      </main>
      <NoticeList />
    </>
  );
}

/** A breaker's view is not the board's page, and yet within it. */
function currentness(view: ViewName, name: ViewName): 'page' | 'true' | undefined {
  if (view === name) return 'page';
  return view === 'breaker' && name === 'board' ? 'true' : undefined;
}

function useTitle(): void {
  const { view, name } = route.value;
  const board = feed.summary.value?.title ?? 'Fuseboard';
  const what = view === 'breaker' ? name : `${view.slice(0, 1).toUpperCase()}${view.slice(1)}`;
  useEffect(() => {
    document.title = `${what} – ${board}`;
  }, [what, board]);
}

/** Whoever went to another view is put at its beginning; whoever has just come stays put. */
function useFocusOnArrival(main: { readonly current: HTMLElement | null }): void {
  const at = feedView.value;
  const before = useRef(at);
  useEffect(() => {
    if (before.current === at) return;
    before.current = at;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [at]);
}
