/** Names of models: every spelling is found, and none is found at another model's price. */
import { waitForUpdate, type Provider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { modelNames, tunedBase, withoutDate } from '../../services/cost/prices/model-name.ts';
import { usd } from '../../services/cost/money.ts';
import { createPriceBook } from '../../services/cost/prices/price-book.ts';
import type { PriceOptions } from '../../services/cost/prices/price-options.ts';
import { loadPriceTable, type PriceTable } from '../../services/cost/prices/price-table.ts';
import type { Price } from '../../services/cost/prices/price.ts';

const AT_MS = Date.UTC(2026, 10, 22);

let table: PriceTable;
let providers: readonly Provider[];
beforeAll(async () => {
  table = await loadPriceTable();
  providers = (await waitForUpdate())!;
});

const find = (provider: string | undefined, model: string, options?: PriceOptions): Price =>
  createPriceBook(options, table).find({ provider, model, atMs: AT_MS });
const million = (price: Price): readonly number[] => [
  price.chargeTokens(200_000, 0) * 5,
  price.chargeTokens(0, 1_000_000),
];

describe('spellings of a model', () => {
  it.each([
    ['openai', 'gpt-4o'],
    [undefined, 'gpt-4o'],
    [undefined, 'openai/gpt-4o'],
    ['openai', 'openai/gpt-4o'],
    ['OpenAI', ' GPT-4o '],
    ['openai', 'gpt-4o-2024-08-06'],
    ['openai', 'gpt-4o-20240806'],
    ['my-gateway', 'gpt-4o'],
    ['my-gateway', 'openai/gpt-4o'],
    ['openai', 'models/gpt-4o'],
    ['openai', 'gpt-4o-2026-12-24'],
  ])('%s %s is priced as gpt-4o', (provider, model) => {
    const price = find(provider, model);
    expect(price.source).toBe('genai-prices');
    expect(million(price)).toEqual([usd('2.5'), usd(10)]);
  });

  it('a snapshot with a price of its own has that one', () => {
    expect(million(find('openai', 'gpt-4o-2024-05-13'))).toEqual([usd(5), usd(15)]);
  });

  it('a snapshot that nobody lists has the price of its model, and says so', () => {
    expect(find('openai', 'gpt-4o-2026-12-24').version).toMatch(/ as gpt-4o$/);
    expect(find('openai', 'gpt-4o-2024-08-06').version).not.toContain(' as ');
  });

  it('an override is found by every spelling, a snapshot`s own price before its model`s', () => {
    const options: PriceOptions = {
      overrides: [{ model: 'GPT-4.1', inputPerMillion: usd(7), outputPerMillion: usd(8) }],
    };
    for (const model of ['gpt-4.1', 'openai/gpt-4.1', 'models/GPT-4.1', 'gpt-4.1-2026-12-24']) {
      expect(find(undefined, model, options).source, model).toBe('override');
    }
    expect(find(undefined, 'gpt-4.1-2025-04-14', options).source).toBe('genai-prices');
  });

  it('an override for one seller says nothing of what others sell', () => {
    const options: PriceOptions = {
      overrides: [
        { provider: 'openai', model: 'gpt-4.1', inputPerMillion: usd(1), outputPerMillion: usd(1) },
      ],
    };
    expect(find('openai', 'openai/gpt-4.1', options).source).toBe('override');
    expect(find(undefined, 'gpt-4.1', options).source).toBe('override');
    expect(find('openrouter', 'openai/gpt-4.1', options).source).toBe('genai-prices');
  });

  it('of overrides by several sellers, a call that names none gets the dearest', () => {
    const row = (
      provider: string,
      dollars: number,
    ): NonNullable<PriceOptions['overrides']>[number] => ({
      provider,
      model: 'm',
      inputPerMillion: usd(dollars),
      outputPerMillion: usd(dollars),
    });
    const options = { overrides: [row('a', 1), row('b', 3), row('c', 2)] };
    expect(million(find(undefined, 'm', options))[0]).toBe(usd(3));
    expect(million(find('c', 'm', options))[0]).toBe(usd(2));
    expect(find('d', 'm', options).source).toBe('default');
  });

  it('`perplexity/sonar` is the Agent API at Perplexity, and Sonar elsewhere', () => {
    expect(million(find('perplexity', 'perplexity/sonar'))).toEqual([usd('0.25'), usd('2.5')]);
    expect(find('perplexity', 'sonar').chargeTokens(0, 0)).toBe(usd('0.012'));
    expect(find(undefined, 'perplexity/sonar').chargeTokens(0, 0)).toBe(usd('0.012'));
    expect(find('perplexity', 'openai/gpt-4.1').source).toBe('genai-prices');
  });
});

describe('fine-tunes', () => {
  it.each([
    ['ft:gpt-4o-mini:org::id', '0.3', '1.2'],
    ['ft:gpt-4o-mini-2024-07-18:org:name:id', '0.3', '1.2'],
    ['openai/ft:gpt-4o-2024-08-06:org::id', '3.75', '15'],
    ['gpt-4o-mini-2024-07-18.ft-0123', '0.3', '1.2'],
    ['ft:gpt-4.1-nano-2025-04-14:org::id', '0.2', '0.8'],
  ])('%s costs what fine-tunes of its base do', (model, input, output) => {
    const price = find('openai', model);
    expect(price.source).toBe('table');
    expect(million(price)).toEqual([usd(input), usd(output)]);
  });

  it('a fine-tune without a price costs twice its base, and at least the default', () => {
    const cheap = find('openai', 'ft:gpt-5-nano:org::id');
    expect(cheap).toMatchObject({ source: 'default', outputTokensMax: 128_000 });
    expect(cheap.version).toContain(' as gpt-5-nano');
    expect(million(cheap)).toEqual([usd(15), usd(75)]);
    expect(million(find('openai', 'ft:o1-pro:org::id'))).toEqual([usd(300), usd(1200)]);
    expect(million(find('openai', 'ft:no-such-model:org::id'))).toEqual([usd(15), usd(75)]);
  });

  it('a fine-tune of a free model is not free', () => {
    const options: PriceOptions = { overrides: [{ model: 'mine', free: true }] };
    expect(find(undefined, 'ft:mine:org::id', options).isFree).toBe(false);
  });

  it('an override for the fine-tune itself wins', () => {
    const options: PriceOptions = {
      overrides: [
        { model: 'ft:gpt-4o-mini:org::id', inputPerMillion: usd(1), outputPerMillion: usd(1) },
      ],
    };
    expect(find('openai', 'ft:gpt-4o-mini:org::id', options).source).toBe('override');
  });
});

describe('no name is taken for another', () => {
  it('a name that goes on with a word has no price, whatever the table would take it for', () => {
    let checkedCount = 0;
    for (const provider of providers) {
      for (const { id } of provider.models) {
        for (const ending of ['-whatever', '-fast', '-pro-max', '-9b', '.9', '-9']) {
          const name = { provider: provider.id, model: id.toLowerCase() + ending };
          const found = table.find(name, AT_MS);
          if (found !== null) {
            const isListed = provider.models.some(({ match }) =>
              JSON.stringify(match).toLowerCase().includes(JSON.stringify(name.model)),
            );
            expect(isListed, `${provider.id}/${name.model} as ${found.model}`).toBe(true);
          }
          checkedCount++;
        }
      }
    }
    expect(checkedCount).toBeGreaterThan(9000);
  });

  it('the next versions of a model and its fast variants are unknown', () => {
    for (const model of [
      'claude-opus-4-6-fast',
      'claude-opus-4-10',
      'claude-sonnet-5-9',
      'gemini-2.5-pro-ultra',
      'gpt-4o-whatever',
    ]) {
      expect(find(undefined, model).source, model).toBe('default');
    }
  });

  it.each([
    ['anthropic', 'claude-sonnet-4-20250514', '3'],
    ['anthropic', 'claude-3-5-haiku-20241022', '0.8'],
    ['anthropic', 'claude-opus-4-5-20251101', '5'],
    ['aws', 'us.anthropic.claude-3-5-sonnet-20241022-v2:0', '3'],
    ['google', 'claude-3-opus@20240229', '15'],
    ['openai', 'gpt-4o-realtime-preview-2025-06-03', '40'],
  ])('%s %s is known by its date or revision', (provider, model, input) => {
    expect(million(find(provider, model))[0]).toBe(usd(input));
  });

  it('whatever a name is made of, the answer costs something and is given quickly', () => {
    const part = fc.constantFrom(
      'ft:',
      '/',
      'openai',
      'gpt-4o',
      '-2024-08-06',
      ':',
      '@',
      'models/',
      '.ft-',
      'é',
      ' ',
    );
    const anyName = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.array(part, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    const book = createPriceBook(undefined, table);
    fc.assert(
      fc.property(fc.option(anyName, { nil: undefined }), anyName, (provider, model) => {
        const price = book.find({ provider, model, atMs: AT_MS });
        expect(price.isFree || price.chargeTokens(1, 1) > 0).toBe(true);
      }),
    );
  });
});

describe('the parts of a name', () => {
  it('are dropped one after the other', () => {
    expect(modelNames('P', 'A/models/B')).toEqual({
      exact: [
        { provider: 'p', model: 'a/models/b' },
        { provider: 'p', model: 'models/b' },
        { provider: 'a', model: 'models/b' },
        { provider: 'p', model: 'b' },
      ],
      tunedFrom: [],
      undated: [],
    });
  });

  it('only a whole date is a date', () => {
    expect(withoutDate('gpt-4o-2024-08-06')).toBe('gpt-4o');
    expect(withoutDate('claude-3-opus@20240229')).toBe('claude-3-opus');
    for (const model of ['gpt-4-0613', 'gpt-4o-2024-13-06', 'gpt-4o-2024-0806', 'm-12345678']) {
      expect(withoutDate(model)).toBe(model);
    }
  });

  it('a fine-tune names its base', () => {
    expect(tunedBase('ft:gpt-4o:org::id')).toBe('gpt-4o');
    expect(tunedBase('gpt-4o.ft-1')).toBe('gpt-4o');
    expect(tunedBase('gpt-4o')).toBeNull();
  });
});
