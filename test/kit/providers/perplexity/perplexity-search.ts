/** What the simulated Perplexity finds: pages of a domain that is nobody's. */
import type { JsonObject } from '../usage-fault.ts';

export const PAGES_PER_SEARCH = 3;

/** As `search_results` of both its APIs. */
export const searchResults = (count: number): readonly JsonObject[] =>
  Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    title: `Page ${index + 1}`,
    url: `https://example.com/pages/${index + 1}`,
    date: '2026-10-01',
    last_updated: '2026-10-02',
    snippet: 'A page about the question.',
    source: 'web',
  }));
