/** Our integer arithmetic on the general table's rates, against the table's own calculator. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { calcPrice, waitForUpdate, type Provider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { usd } from '../../services/cost/money.ts';
import { createPriceBook } from '../../services/cost/prices/price-book.ts';
import { DEFAULT_PRICE } from '../../services/cost/prices/price-options.ts';
import {
  GENAI_PRICES_VERSION,
  loadPriceTable,
  type PriceTable,
} from '../../services/cost/prices/price-table.ts';
import { chargeUsage } from '../../services/cost/prices/rates.ts';
import { usageOfTotals } from '../../services/cost/usage.ts';

const AT_MS = Date.UTC(2026, 10, 22, 12);

let table: PriceTable;
let providers: readonly Provider[];
beforeAll(async () => {
  table = await loadPriceTable();
  providers = (await waitForUpdate())!;
});

/** Every model that has a price for tokens, with its id as a name. */
const models = (): readonly { readonly provider: string; readonly model: string }[] =>
  providers.flatMap((provider) =>
    provider.models.map(({ id }) => ({ provider: provider.id, model: id.toLowerCase() })),
  );

describe('the general table', () => {
  it('is the version that rows in the books name', () => {
    const path = createRequire(import.meta.url).resolve('@pydantic/genai-prices');
    const manifest = JSON.parse(
      readFileSync(path.slice(0, path.lastIndexOf('dist')) + 'package.json', 'utf8'),
    ) as { readonly version: string };
    expect(GENAI_PRICES_VERSION).toBe(manifest.version);
  });

  it('is charged as its own calculator does, over every model and every tier', () => {
    const counts = { priced: 0, beyondText: 0, tiers: 0 };
    for (const name of models()) {
      const found = table.find(name, AT_MS);
      if (found === null || found.rates === null) continue;
      const result = calcPrice({}, name.model, {
        providerId: name.provider,
        timestamp: new Date(AT_MS),
      })!;
      const outputTokens = result.model_price['output_mtok'] === undefined ? 0 : 12_345;
      counts.priced++;
      counts.tiers += found.rates.bands.length - 1;
      const lengths = found.rates.bands.flatMap(({ aboveInputTokens }) => [
        aboveInputTokens,
        aboveInputTokens + 1,
        aboveInputTokens + 300_000,
      ]);
      for (const inputTokens of lengths.filter((length) => length >= 0)) {
        const totals = {
          inputTokens,
          outputTokens,
          cachedInputTokens: Math.floor(inputTokens / 3),
          cacheWriteTokens: Math.floor(inputTokens / 7),
          reasoningTokens: Math.floor(outputTokens / 2),
        };
        const ours = chargeUsage(found.rates, usageOfTotals('usage', totals), 'high');
        const theirs = totalOf(name, totals);
        const isText = Object.keys(result.model_price).every(
          (key) => !/audio|image|video/.test(key),
        );
        if (isText) {
          expect(ours / 1e9, `${name.provider}/${name.model}`).toBeCloseTo(theirs, 7);
          expect(Math.abs(ours - theirs * 1e9)).toBeLessThanOrEqual(7);
        } else {
          counts.beyondText++;
          expect(ours + 7, `${name.provider}/${name.model}`).toBeGreaterThanOrEqual(theirs * 1e9);
        }
      }
    }
    expect(counts.priced).toBeGreaterThan(1400);
    expect(counts.tiers).toBeGreaterThan(40);
    expect(counts.beyondText).toBeGreaterThan(10);
  });

  const totalOf = (
    { provider, model }: { readonly provider: string; readonly model: string },
    totals: Parameters<typeof usageOfTotals>[1],
  ): number =>
    calcPrice(
      {
        input_tokens: totals.inputTokens,
        cache_read_tokens: totals.cachedInputTokens,
        cache_write_tokens: totals.cacheWriteTokens,
        output_tokens: totals.outputTokens,
        output_reasoning_tokens: totals.reasoningTokens,
      },
      model,
      { providerId: provider, timestamp: new Date(AT_MS) },
    )!.total_price;

  it('bills a prompt above 272K tokens at the higher rates, all of it', () => {
    const price = createPriceBook(undefined, table).find({
      provider: 'openai',
      model: 'gpt-5.5',
      atMs: AT_MS,
    });
    expect(price.chargeTokens(271_999, 1000)).toBe(usd('1.389995'));
    expect(price.chargeTokens(272_000, 1000)).toBe(usd('2.765'));
    const cached = { inputTokens: 1000, cachedInputTokens: 271_000, outputTokens: 1000 };
    expect(price.charge(cached), 'cached input counts').toBe(usd('0.326'));
  });

  it('a price holds for exactly the instants of its span', () => {
    const dated = models().filter(({ provider, model }) =>
      Array.isArray(
        providers.find(({ id }) => id === provider)!.models.find((one) => one.id === model)?.prices,
      ),
    );
    expect(dated.length).toBeGreaterThan(10);
    const instant = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 5, 1) });
    const theirs = ({ provider, model }: (typeof dated)[number], atMs: number): unknown =>
      calcPrice({}, model, { providerId: provider, timestamp: new Date(atMs) })?.model_price;
    fc.assert(
      fc.property(
        fc.constantFrom(...dated),
        instant,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (name, atMs, at) => {
          const found = table.find(name, atMs);
          if (found === null) return;
          const fromMs = Math.max(found.span.fromMs, Date.UTC(2024, 0, 1));
          const untilMs = Math.min(found.span.untilMs, Date.UTC(2028, 0, 1));
          expect(atMs >= found.span.fromMs && atMs < found.span.untilMs).toBe(true);
          for (const other of [
            fromMs,
            Math.floor(fromMs + (untilMs - 1 - fromMs) * at),
            untilMs - 1,
          ]) {
            expect(theirs(name, other)).toBe(theirs(name, atMs));
          }
          if (found.span.untilMs !== Infinity && !name.model.includes('deepseek')) {
            expect(theirs(name, found.span.untilMs)).not.toBe(theirs(name, atMs));
          }
        },
      ),
    );
  });

  it('a price by the time of day holds since yesterday evening, and into the night', () => {
    const night = table.find(
      { provider: 'deepseek', model: 'deepseek-chat' },
      Date.UTC(2026, 1, 2, 0, 10),
    )!;
    expect(night.span).toEqual({
      fromMs: Date.UTC(2026, 1, 1, 16, 30),
      untilMs: Date.UTC(2026, 1, 2, 0, 30),
    });
    const day = table.find({ provider: 'deepseek', model: 'deepseek-chat' }, night.span.untilMs)!;
    expect(day.span.untilMs).toBe(Date.UTC(2026, 1, 2, 16, 30));
    expect(day.rates!.bands[0]!.input).toBe(2 * night.rates!.bands[0]!.input);
    const evening = table.find({ provider: 'deepseek', model: 'deepseek-chat' }, day.span.untilMs)!;
    expect(evening.span.untilMs).toBe(Date.UTC(2026, 1, 3, 0, 30));
  });

  it('has free models where it names them so, and no others', () => {
    const named = table.find({ provider: 'openrouter', model: 'qwen/qwen3-coder:free' }, AT_MS);
    expect(named).toMatchObject({ rates: null });
    for (const [provider, model] of [
      ['google', 'gemma-3-27b-it'],
      ['openai', 'omni-moderation-latest'],
      ['openai', 'whisper-1'],
      ['github-copilot', 'gpt-4o'],
    ]) {
      expect(table.find({ provider, model: model! }, AT_MS), model).toBeNull();
    }
  });

  it('the built-in default is dearer than 95 of 100 models that have a price', () => {
    const rates = models().flatMap((name) => table.find(name, AT_MS)?.rates?.bands ?? []);
    const share = (dear: (band: (typeof rates)[number]) => boolean): number =>
      rates.filter(dear).length / rates.length;
    expect(share(({ input }) => input <= DEFAULT_PRICE.inputPerMillion)).toBeGreaterThan(0.95);
    expect(share(({ output }) => output <= DEFAULT_PRICE.outputPerMillion)).toBeGreaterThan(0.95);
  });

  it('a table that knows nothing or is asked at no time at all answers null', () => {
    expect(table.find({ provider: 'openai', model: '' }, AT_MS)).toBeNull();
    expect(table.find({ provider: 'openai', model: 'o3' }, NaN)).toBeNull();
  });
});
