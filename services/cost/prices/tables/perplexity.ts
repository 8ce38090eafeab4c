/**
 * What Perplexity charges, which general tables know in part: a fee for each request by search
 * context size, for each search of deep research, and for each call of a tool of the Agent API.
 *
 * Tokens and request fees: https://docs.perplexity.ai/getting-started/pricing (its Sonar tables).
 * `perplexity/sonar` on the Agent API: the notes of iyulab/TokenMeter 0.16.0, which took it from
 * Perplexity's list of models.
 */
import { usd } from '../../money.ts';
import type { RequestFees } from '../rates.ts';
import type { OwnPrice } from './own-price.ts';

/** The day on which the pages were read. */
const READ = '2026-10-07';

const fees = (low: string, medium: string, high: string): RequestFees => ({
  low: usd(low),
  medium: usd(medium),
  high: usd(high),
});

/** What a call of a tool of the Agent API costs; a `sandbox` is billed by the session. */
export const AGENT_TOOL_FEES = Object.freeze({
  web_search: usd('0.0025'),
  web_search_fast: usd('0.001'),
  image_search: usd('0.0025'),
  fetch_url: usd('0.0005'),
  people_search: usd('0.005'),
  finance_search: usd('0.005'),
  sandbox: usd('0.03'),
});

/** The fee of `web_search` before the page read on 2026-10-07 had another. */
const WEB_SEARCH_BEFORE = usd('0.005');

const agentSonar = {
  provider: 'perplexity',
  model: 'perplexity/sonar',
  input: usd('0.25'),
  cachedInput: usd('0.0625'),
  output: usd('2.5'),
} as const;

export const PERPLEXITY: readonly OwnPrice[] = [
  { ...agentSonar, version: 'mid-2026', searchFee: WEB_SEARCH_BEFORE },
  {
    ...agentSonar,
    version: READ,
    effectiveFromMs: Date.UTC(2026, 9, 7),
    searchFee: AGENT_TOOL_FEES.web_search,
  },
  {
    provider: 'perplexity',
    model: 'sonar',
    version: READ,
    input: usd(1),
    output: usd(1),
    requestFees: fees('0.005', '0.008', '0.012'),
  },
  {
    provider: 'perplexity',
    model: 'sonar-pro',
    version: READ,
    input: usd(3),
    output: usd(15),
    requestFees: fees('0.006', '0.01', '0.014'),
  },
  {
    provider: 'perplexity',
    // Sonar Pro with search_type 'pro'.
    model: 'sonar-pro-search',
    version: READ,
    input: usd(3),
    output: usd(15),
    requestFees: fees('0.014', '0.018', '0.022'),
  },
  {
    provider: 'perplexity',
    model: 'sonar-reasoning',
    version: READ,
    input: usd(1),
    output: usd(5),
    requestFees: fees('0.005', '0.008', '0.012'),
  },
  {
    provider: 'perplexity',
    model: 'sonar-reasoning-pro',
    version: READ,
    input: usd(2),
    output: usd(8),
    requestFees: fees('0.006', '0.01', '0.014'),
  },
  {
    provider: 'perplexity',
    model: 'sonar-deep-research',
    version: READ,
    input: usd(2),
    output: usd(8),
    reasoning: usd(3),
    citation: usd(2),
    searchFee: usd('0.005'),
  },
];
