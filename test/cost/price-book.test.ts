/** The book: dates, tiers, context sizes, what it remembers, and that it loads nothing early. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

import { usd } from '../../services/cost/money.ts';
import { createPriceBook, MODELS_MAX } from '../../services/cost/prices/price-book.ts';
import type { PricedOverride } from '../../services/cost/prices/price-options.ts';
import { AGENT_TOOL_FEES } from '../../services/cost/prices/tables/perplexity.ts';
import { loadPriceTable, type PriceTable } from '../../services/cost/prices/price-table.ts';
import type { Price, PriceBook, PriceQuery } from '../../services/cost/prices/price.ts';

const AT_MS = Date.UTC(2026, 10, 22);

let table: PriceTable;
let book: PriceBook;
beforeAll(async () => {
  table = await loadPriceTable();
  book = createPriceBook(undefined, table);
});

const find = (provider: string, model: string, query: Partial<PriceQuery> = {}): Price =>
  book.find({ provider, model, atMs: AT_MS, ...query });

describe('prices from a date', () => {
  const from = (effectiveFromMs: number | undefined, dollars: number): PricedOverride => ({
    model: 'm',
    inputPerMillion: usd(dollars),
    outputPerMillion: usd(dollars),
    ...(effectiveFromMs !== undefined && { effectiveFromMs }),
  });
  const input = (dated: PriceBook, atMs: number): readonly unknown[] => {
    const price = dated.find({ provider: 'p', model: 'm', atMs });
    return [price.source, price.chargeTokens(1_000_000, 0) / 1e9, price.validUntilMs];
  };

  it('the latest already effective wins, until the next begins', () => {
    const dated = createPriceBook(
      { overrides: [from(3000, 3), from(undefined, 1), from(2000, 2)] },
      null,
    );
    expect(input(dated, 0)).toEqual(['override', 1, 2000]);
    expect(input(dated, 1999)).toEqual(['override', 1, 2000]);
    expect(input(dated, 2000)).toEqual(['override', 2, 3000]);
    expect(input(dated, 3000)).toEqual(['override', 3, Infinity]);
    expect(input(dated, 2500), 'asked about the past again').toEqual(['override', 2, 3000]);
  });

  it('before the first is effective, the next source answers until then', () => {
    const dated = createPriceBook({ overrides: [from(2000, 2)] }, null);
    expect(input(dated, 1999)).toEqual(['default', 15, 2000]);
    expect(input(dated, 2000)).toEqual(['override', 2, Infinity]);
  });

  it('dates of one model do not end the price of another', () => {
    const dated = createPriceBook(
      { overrides: [from(2000, 2), { ...from(0, 5), model: 'other' }] },
      null,
    );
    expect(dated.find({ provider: 'p', model: 'other', atMs: 5 }).validUntilMs).toBe(Infinity);
  });

  it('our own tables are dated: the Agent API halved its web search', () => {
    const day = Date.UTC(2026, 9, 7);
    const before = find('perplexity', 'perplexity/sonar', { atMs: day - 1 });
    expect(before.charge({ searches: 2 })).toBe(usd('0.01'));
    expect(before.validUntilMs).toBe(day);
    const after = find('perplexity', 'perplexity/sonar', { atMs: day });
    expect(after.charge({ searches: 2 })).toBe(2 * AGENT_TOOL_FEES.web_search);
  });
});

describe('service tiers', () => {
  it.each([
    ['openai', 'gpt-4.1', 'batch', 0.5],
    ['openai', 'gpt-4.1', 'FLEX', 0.5],
    ['openai', 'gpt-4.1', 'default', 1],
    ['openai', 'gpt-4.1', 'priority', 1.75],
    ['openai', 'gpt-5-mini', 'priority', 1.8],
    ['openai', 'o3', 'priority', 2.5],
    ['openai', 'gpt-4.1', 'no-such-tier', 1.75],
    ['openai', 'gpt-4.1', 'constructor', 1.75],
    ['anthropic', 'claude-opus-4-5', 'batch', 0.5],
    ['anthropic', 'claude-opus-4-5', 'no-such-tier', 1],
    ['google', 'gemini-2.5-flash', 'batch', 0.5],
    ['groq', 'llama-3.3-70b-versatile', 'flex', 1],
    ['perplexity', 'sonar-deep-research', 'batch', 1],
  ])('%s %s as %s costs %d times as much', (provider, model, serviceTier, multiple) => {
    const standard = find(provider, model);
    const tier = find(provider, model, { serviceTier });
    expect(standard.source).not.toBe('default');
    expect(tier.chargeTokens(1_000_000, 0)).toBe(standard.chargeTokens(1_000_000, 0) * multiple);
    expect(tier.chargeTokens(0, 1_000_000)).toBe(standard.chargeTokens(0, 1_000_000) * multiple);
  });

  it('the tier that a call was served in decides, not the one it asked for', () => {
    const usage = { inputTokens: 1000, outputTokens: 1000 };
    const standard = find('openai', 'gpt-4.1');
    const flex = find('openai', 'gpt-4.1', { serviceTier: 'flex' });
    expect(standard.charge({ ...usage, serviceTier: 'flex' })).toBe(flex.charge(usage));
    expect(flex.charge({ ...usage, serviceTier: 'default' })).toBe(standard.charge(usage));
    expect(flex.charge({ ...usage, serviceTier: 'flex' })).toBe(flex.charge(usage));
  });

  it('a multiple is exact: a third of a rate is rounded only in the charge', () => {
    const thirds = createPriceBook(
      {
        overrides: [
          {
            model: 'm',
            inputPerMillion: usd('0.000001'),
            outputPerMillion: usd(1),
            perRequest: usd(1),
            serviceTiers: { third: { numerator: 1, denominator: 3 }, double: 200 },
          },
        ],
      },
      null,
    );
    const price = thirds.find({ provider: 'p', model: 'm', serviceTier: 'Third', atMs: 0 });
    expect(price.chargeTokens(3_000_000, 0), 'the request fee stays').toBe(1000 + 1e9);
    expect(price.charge({ inputTokens: 3_000_001, requests: 0 })).toBe(1001);
    const twice = thirds.find({ provider: 'p', model: 'm', serviceTier: 'double', atMs: 0 });
    expect(twice.charge({ inputTokens: 1_000_000, requests: 0 })).toBe(2000);
  });
});

describe('search context sizes', () => {
  it.each([
    ['sonar', '0.005', '0.008', '0.012'],
    ['sonar-pro', '0.006', '0.01', '0.014'],
    ['sonar-reasoning-pro', '0.006', '0.01', '0.014'],
    ['sonar-pro-search', '0.014', '0.018', '0.022'],
  ])('%s asks %s, %s and %s for a request', (model, low, medium, high) => {
    const fee = (searchContextSize: PriceQuery['searchContextSize']): number =>
      find('perplexity', model, { searchContextSize }).chargeTokens(0, 0);
    expect([fee('low'), fee('medium'), fee('high'), fee(undefined)]).toEqual(
      [low, medium, high, high].map(usd),
    );
  });

  it('the size that a call was served with decides, not the one it asked for', () => {
    const low = find('perplexity', 'sonar', { searchContextSize: 'low' });
    expect(low.charge({})).toBe(usd('0.005'));
    expect(low.charge({ searchContextSize: 'high' })).toBe(usd('0.012'));
  });

  it('deep research charges searches, citations and reasoning, and no request', () => {
    const price = find('perplexity', 'sonar-deep-research');
    expect(price.chargeTokens(0, 0)).toBe(0);
    expect(
      price.charge({
        inputTokens: 33,
        outputTokens: 7163,
        citationTokens: 20_016,
        reasoningTokens: 193_010,
        searches: 28,
      }),
    ).toBe(66_000 + 57_304_000 + 40_032_000 + 579_030_000 + 140_000_000);
  });
});

describe('what the book remembers', () => {
  it('the same question has the same answer', () => {
    const query = { provider: 'openai', model: 'gpt-4o', atMs: AT_MS };
    expect(book.find({ ...query })).toBe(book.find({ ...query, atMs: AT_MS + 1 }));
    const tier = { ...query, serviceTier: 'flex' };
    expect(book.find({ ...tier })).toBe(book.find({ ...tier }));
    expect(book.find(tier)).not.toBe(book.find(query));
    expect(Object.isFrozen(book.find(query))).toBe(true);
  });

  it('is bounded: one model more than it holds, and it learns anew', () => {
    const small = createPriceBook(undefined, null);
    const known = (index: number): Price =>
      small.find({ provider: 'p', model: `m${index}`, atMs: AT_MS });
    const first = known(0);
    for (let index = 1; index < MODELS_MAX; index++) known(index);
    expect(known(0)).toBe(first);
    known(MODELS_MAX);
    expect(known(0)).not.toBe(first);
  });

  it('names longer than any model has are not remembered', () => {
    const query = { provider: 'p', model: 'm'.repeat(201), atMs: AT_MS };
    expect(book.find(query)).not.toBe(book.find(query));
    expect(book.find(query).source).toBe('default');
  });

  it('of tiers that nobody knows it remembers a few', () => {
    for (let index = 0; index < 100; index++) find('openai', 'o3', { serviceTier: `t${index}` });
    const late = { serviceTier: 't99' };
    expect(find('openai', 'o3', late)).not.toBe(find('openai', 'o3', late));
    expect(find('openai', 'o3', late).chargeTokens(1000, 0)).toBe(5_000_000);
  });
});

describe('limits of output', () => {
  it.each([
    ['openai', 'gpt-4o-2024-08-06', 16_384],
    ['azure', 'gpt-4o', 16_384],
    ['openai', 'ft:gpt-4.1-mini:org::id', 32_768],
    ['anthropic', 'claude-sonnet-4-5-20250929', 64_000],
    ['openai', 'gpt-4', null],
    ['openai', 'no-such-model', null],
  ])('%s %s puts out at most %s tokens', (provider, model, limit) => {
    expect(find(provider, model).outputTokensMax).toBe(limit);
  });

  it('an override may state it, and has the table`s otherwise', () => {
    const options = {
      overrides: [
        { model: 'gpt-4o', inputPerMillion: usd(1), outputPerMillion: usd(1) },
        { model: 'mine', inputPerMillion: usd(1), outputPerMillion: usd(1), outputTokensMax: 77 },
      ],
      default: { inputPerMillion: usd(1), outputPerMillion: usd(1), outputTokensMax: 99 },
    };
    const own = createPriceBook(options, table);
    const limit = (model: string): number | null =>
      own.find({ provider: 'openai', model, atMs: AT_MS }).outputTokensMax;
    expect([limit('gpt-4o'), limit('mine'), limit('no-such-model')]).toEqual([16_384, 77, 99]);
    expect(own.find({ provider: 'x', model: 'y', atMs: 0 }).version).toBe('configured');
  });
});

it('a book is made without loading the table: that waits until money is configured', async () => {
  const service = (name: string): string =>
    JSON.stringify(new URL(`../../services/cost/prices/${name}.ts`, import.meta.url).href);
  const hook = `export const resolve = (name, ...rest) => {
    if (name.includes('genai-prices')) throw new Error('it loads the table');
    return rest[1](name, rest[0]);
  };`;
  const program = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    const { createPriceBook } = await import(${service('price-book')});
    const price = createPriceBook(undefined, null).find({ model: 'gpt-4o', atMs: 0 });
    const { loadPriceTable } = await import(${service('price-table')});
    await loadPriceTable().catch(({ message }) => console.log(price.source, message));
  `;
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--import', pathToFileURL(tsx).href, '--input-type=module', '-e', program],
  ]);
  expect(stdout.trim()).toBe('default it loads the table');
});
