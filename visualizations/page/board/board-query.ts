/** What of the board is asked for, as it stands in the address: `q`, `state` and `sort`. */
import type { BreakerRow } from '../../inspector/protocol.ts';

/** In the order of their urgency. */
export const STATES = ['open', 'half_open', 'budget_limited', 'closed'] as const;

/** What breakers can be ordered by, and how that is called. */
export const SORTS = {
  attention: 'Attention first',
  name: 'Name',
  calls: 'Calls per second',
  spend: 'Spend in 24 h',
  changed: 'Last change',
} as const;
export type Sort = keyof typeof SORTS;

export interface BoardQuery {
  /** Looked for in names and reasons, in any case. */
  readonly text: string;
  /** None means all. */
  readonly states: readonly BreakerRow['state'][];
  readonly sort: Sort;
}

const TEXT_MAX = 256;

export function parseQuery(query: string): BoardQuery {
  const params = new URLSearchParams(query);
  const asked = (params.get('state') ?? '').split(',');
  const sort = params.get('sort') ?? '';
  return {
    text: (params.get('q') ?? '').slice(0, TEXT_MAX),
    states: STATES.filter((state) => asked.includes(state)),
    sort: isSort(sort) ? sort : 'attention',
  };
}

/** Empty where nothing particular is asked for. */
export function formatQuery({ text, states, sort }: BoardQuery): string {
  const params = new URLSearchParams();
  if (text !== '') params.set('q', text);
  if (states.length > 0) params.set('state', states.join(','));
  if (sort !== 'attention') params.set('sort', sort);
  return params.toString();
}

export function isSort(text: string): text is Sort {
  return Object.hasOwn(SORTS, text);
}
