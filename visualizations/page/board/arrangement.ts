/**
 * The order of the tiles as it stands: new at once when something else is asked for, and at most
 * once a second as breakers change, so that tiles stay where the eye has found them.
 */
import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';

import { feed } from '../feed.ts';
import { route } from '../route.ts';
import { arrange, rankNames, type NameRanks } from './arrange.ts';
import { parseQuery, type BoardQuery } from './board-query.ts';

const REST_MS = 1_000;

const names = signal<readonly string[]>([]);
let ranks: NameRanks = new Map();
let ranksVersion = -1;

export const boardQuery: ReadonlySignal<BoardQuery> = computed(() => parseQuery(route.value.query));

/** Names of the breakers that are asked for, in their order. */
export const arrangement: ReadonlySignal<readonly string[]> = names;

/** Keeps the order up to date until what it returns is called. */
export function keepArranged(): () => void {
  let timer: number | undefined;
  let lastAtMs = 0;
  let lastQuery: BoardQuery | null = null;
  const run = (): void => {
    timer = undefined;
    lastAtMs = performance.now();
    arrangeNow();
  };
  const stop = effect(() => {
    const query = boardQuery.value;
    const { isKnown } = feed.rows.value;
    const dueInMs = lastAtMs + REST_MS - performance.now();
    if (query !== lastQuery || dueInMs <= 0 || !isKnown) {
      lastQuery = query;
      window.clearTimeout(timer);
      // What was told before is not known to be all; the next update may not wait.
      run();
      if (!isKnown) lastAtMs = 0;
    } else timer ??= window.setTimeout(run, dueInMs);
  });
  return () => {
    window.clearTimeout(timer);
    stop();
  };
}

function arrangeNow(): void {
  const { byName, membersVersion } = feed.rows.peek();
  if (membersVersion !== ranksVersion) {
    ranks = rankNames(byName.keys());
    ranksVersion = membersVersion;
  }
  const next = arrange(byName.values(), boardQuery.peek(), ranks);
  const before = names.peek();
  const isSame = next.length === before.length && next.every((name, at) => name === before[at]);
  if (!isSame) names.value = next;
}
