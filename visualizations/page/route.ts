/**
 * The view in the address: `#/board?…`, `#/breaker/NAME`, `#/money`, `#/coverage`. Whatever is
 * none of these is the board.
 */
import { computed, signal, type ReadonlySignal } from '@preact/signals';

export type ViewName = 'board' | 'breaker' | 'money' | 'coverage';

export interface Route {
  readonly view: ViewName;
  /** The breaker's, in its view; else empty. */
  readonly name: string;
  /** What stands behind the `?`. */
  readonly query: string;
}

const current = signal<Route>({ view: 'board', name: '', query: '' });

export const route: ReadonlySignal<Route> = current;

/** The view as the server's feed calls it. */
export const feedView: ReadonlySignal<string> = computed(() => {
  const { view, name } = current.value;
  return view === 'breaker' ? `breaker/${encoded(name)}` : view;
});

/** Follows the address from now on. */
export function startRoute(): void {
  const read = (): void => {
    const next = parseHash(location.hash);
    const { view, name, query } = current.peek();
    if (next.view === view && next.name === name && next.query === query) return;
    current.value = next;
  };
  addEventListener('hashchange', read);
  read();
}

/** Puts another query behind the view, without a step of history. */
export function replaceQuery(query: string): void {
  const { view, name } = current.peek();
  const path = view === 'breaker' ? breakerHref(name) : `#/${view}`;
  history.replaceState(null, '', query === '' ? path : `${path}?${query}`);
  current.value = { view, name, query };
}

/** Address of a breaker's view. */
export function breakerHref(name: string): string {
  return `#/breaker/${encoded(name)}`;
}

export function parseHash(hash: string): Route {
  const mark = hash.indexOf('?');
  const path = mark < 0 ? hash : hash.slice(0, mark);
  const query = mark < 0 ? '' : hash.slice(mark + 1);
  const [, view, name] = path.split('/');
  if (view === 'breaker' && name !== undefined && name !== '') {
    return { view, name: decoded(name), query };
  }
  if (view === 'money' || view === 'coverage') return { view, name: '', query };
  return { view: 'board', name: '', query };
}

/** No address can say half a character: such a name has a tile, and a view that says so. */
function encoded(name: string): string {
  return encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
