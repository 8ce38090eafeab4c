/** Which view of the page a feed is for, as its address says. */

export type FeedView =
  | { readonly name: 'board' | 'money' | 'coverage' }
  | { readonly name: 'breaker'; readonly breaker: string };

const NAME_MAX = 256;

/** `board`, `breaker/NAME` (encoded), `money` or `coverage`; null for anything else. */
export function feedViewOf(text: string | null): FeedView | null {
  if (text === null || text === 'board') return { name: 'board' };
  if (text === 'money' || text === 'coverage') return { name: text };
  if (!text.startsWith('breaker/')) return null;
  const breaker = decoded(text.slice('breaker/'.length));
  if (breaker === null || breaker.length === 0 || breaker.length > NAME_MAX) return null;
  return { name: 'breaker', breaker };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
