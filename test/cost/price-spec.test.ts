/** The specification's arithmetic, and what users of other gateways found wrong in their bills. */
import { beforeAll, describe, expect, it } from 'vitest';

import { usd } from '../../services/cost/money.ts';
import { createPriceBook } from '../../services/cost/prices/price-book.ts';
import { GENAI_PRICES_VERSION, loadPriceTable } from '../../services/cost/prices/price-table.ts';
import type { PriceTable } from '../../services/cost/prices/price-table.ts';
import type { PriceOptions } from '../../services/cost/prices/price-options.ts';
import type { Price } from '../../services/cost/prices/price.ts';
import { checkedUsage, usageOfTotals } from '../../services/cost/usage.ts';

const AT_MS = Date.UTC(2026, 10, 22);

/** The specification's prices: dollars for a thousand tokens, times a thousand. */
const SPECIFICATION: PriceOptions = {
  overrides: [
    {
      model: 'gpt-4o-mini',
      inputPerMillion: usd('0.150'),
      outputPerMillion: usd('0.600'),
      version: 'specification',
    },
    { model: 'gpt-4o', inputPerMillion: usd('5'), outputPerMillion: usd('15') },
  ],
};

let table: PriceTable;
beforeAll(async () => {
  table = await loadPriceTable();
});

const priceOf = (
  model: string | undefined,
  provider?: string,
  options?: PriceOptions,
  atMs = AT_MS,
): Price => createPriceBook(options, table).find({ provider, model, atMs });

describe('COST-08 token based cost estimation: the price of tokens', () => {
  it('1000 in and 500 out of gpt-4o-mini cost $0.000450', () => {
    const price = priceOf('gpt-4o-mini', undefined, SPECIFICATION);
    expect(price.chargeTokens(1000, 500)).toBe(450_000);
    expect(price.charge({ inputTokens: 1000, outputTokens: 500 })).toBe(usd('0.000450'));
  });

  it('500 in and 200 out of gpt-4o cost $0.005500', () => {
    const price = priceOf('gpt-4o', 'openai', SPECIFICATION);
    expect(price.chargeTokens(500, 200)).toBe(5_500_000);
    expect(price.charge({ inputTokens: 500, outputTokens: 200 })).toBe(usd('0.005500'));
  });

  it('no tokens cost nothing', () => {
    expect(priceOf('gpt-4o', 'openai', SPECIFICATION).chargeTokens(0, 0)).toBe(0);
  });

  it('100,000 tokens cost a hundred times what 1,000 do', () => {
    const price = priceOf('gpt-4o', 'openai', SPECIFICATION);
    expect(price.chargeTokens(100_000, 0)).toBe(100 * price.chargeTokens(1000, 0));
    expect(price.chargeTokens(0, 100_000)).toBe(100 * price.chargeTokens(0, 1000));
  });

  it('an unknown model costs at least the $0.005 that the specification falls back to', () => {
    const price = priceOf('no-such-model', undefined, SPECIFICATION);
    expect(price).toMatchObject({ source: 'default', isFree: false });
    expect(price.chargeTokens(1000, 500)).toBeGreaterThanOrEqual(usd('0.005'));
  });
});

describe('COST-12 cost model initialization: where prices come from', () => {
  it('overrides win over our tables, those over genai-prices, and the default comes last', () => {
    const options: PriceOptions = {
      overrides: [{ model: 'sonar', inputPerMillion: usd(9), outputPerMillion: usd(9) }],
    };
    expect(priceOf('sonar', 'perplexity', options).source).toBe('override');
    expect(priceOf('sonar', 'perplexity').source).toBe('table');
    expect(priceOf('gpt-4o', 'openai').source).toBe('genai-prices');
    expect(priceOf('no-such-model', 'openai').source).toBe('default');
  });

  it('every price names the version of its source', () => {
    expect(priceOf('gpt-4o-mini', 'openai', SPECIFICATION).version).toBe('specification');
    expect(priceOf('gpt-4o', 'openai', SPECIFICATION).version).toBe('undated');
    expect(priceOf('sonar', 'perplexity').version).toBe('2026-10-07');
    expect(priceOf('gpt-4o', 'openai').version).toBe(GENAI_PRICES_VERSION);
    expect(priceOf('no-such-model').version).toBe('built-in');
  });

  it('a book without the general table has overrides, our tables and the default', () => {
    const book = createPriceBook(SPECIFICATION, null);
    const source = (provider: string, model: string): string =>
      book.find({ provider, model, atMs: AT_MS }).source;
    expect(source('openai', 'gpt-4o')).toBe('override');
    expect(source('perplexity', 'sonar')).toBe('table');
    expect(source('openai', 'gpt-4.1')).toBe('default');
  });

  it('rates are in force from their date: o3 fell from $10 to $2 on 10 June 2025', () => {
    const day = Date.UTC(2025, 5, 10);
    const before = priceOf('o3', 'openai', undefined, day - 1);
    expect(before.chargeTokens(1_000_000, 0)).toBe(usd(10));
    expect(before.validUntilMs).toBe(day);
    expect(priceOf('o3', 'openai', undefined, day).chargeTokens(1_000_000, 0)).toBe(usd(2));
  });
});

describe('complaints about bills', () => {
  it('complaint 19: a provider that says 0 tokens is charged 0, not an estimate', () => {
    const nothing = checkedUsage('usage', { inputTokens: 0, outputTokens: 0 });
    expect(priceOf('gpt-4o', 'openai').charge(nothing)).toBe(0);
    expect(priceOf('no-such-model').charge(nothing)).toBe(0);
  });

  it('complaint 20: cached tokens are billed once: 2006 in, 1920 of them cached, 300 out', () => {
    const usage = usageOfTotals('usage', {
      inputTokens: 2006,
      cachedInputTokens: 1920,
      outputTokens: 300,
    });
    expect(priceOf('gpt-4o', 'openai').charge(usage)).toBe(usd('0.005615'));
  });

  it('complaint 21: a model without a price is never free', () => {
    for (const model of ['no-such-model', '', undefined, 'whisper-1', 'gpt-4o-whatever']) {
      const price = priceOf(model, 'openai');
      expect(price).toMatchObject({ source: 'default', isFree: false });
      expect(price.chargeTokens(1, 0)).toBeGreaterThan(0);
      expect(price.chargeTokens(0, 1)).toBeGreaterThan(0);
    }
  });

  it('complaint 22: a local model is free once that is said, and only that one', () => {
    const options: PriceOptions = {
      overrides: [{ provider: 'ollama', model: 'llama3', free: true }],
    };
    const free = priceOf('llama3', 'ollama', options);
    expect(free).toMatchObject({ source: 'override', isFree: true });
    expect(free.chargeTokens(1e9, 1e9)).toBe(0);
    expect(free.charge({ inputTokens: 5, requests: 3, searches: 2 })).toBe(0);
    expect(priceOf('llama3', 'elsewhere', options).isFree).toBe(false);
  });

  it('complaint 23: a request to Perplexity carries its fee, by search context size', () => {
    const price = priceOf('sonar', 'perplexity');
    const usage = { inputTokens: 14, outputTokens: 86 };
    expect(price.charge({ ...usage, searchContextSize: 'low' })).toBe(usd('0.0051'));
    expect(price.charge({ ...usage, searchContextSize: 'medium' })).toBe(usd('0.0081'));
    expect(price.charge({ ...usage, searchContextSize: 'high' })).toBe(usd('0.0121'));
    expect(price.charge(usage), 'unsaid: the dearest').toBe(usd('0.0121'));
    expect(price.chargeTokens(14, 86)).toBe(usd('0.0121'));
    expect(price.charge({ ...usage, requests: 2, searchContextSize: 'low' })).toBe(usd('0.0101'));
    expect(price.charge({ ...usage, requests: 0 })).toBe(usd('0.0001'));
  });
});
