/** What users say about prices: every mistake is named, and what they said is what is charged. */
import { describe, expect, it } from 'vitest';

import { isFuseboardError } from '../../services/errors.ts';
import { NANO_USD_MAX, usd } from '../../services/cost/money.ts';
import { createPriceBook } from '../../services/cost/prices/price-book.ts';
import { resolvePriceOptions } from '../../services/cost/prices/price-option-checks.ts';
import type { PriceOptions, PricedOverride } from '../../services/cost/prices/price-options.ts';
import type { Price } from '../../services/cost/prices/price.ts';

const DOLLAR: PricedOverride = { model: 'm', inputPerMillion: usd(1), outputPerMillion: usd(2) };

const messageOf = (options: unknown): string => {
  try {
    resolvePriceOptions(options as PriceOptions);
  } catch (error) {
    if (isFuseboardError(error) && error.code === 'invalid_option') {
      return `${error.message} ${error.hint ?? ''}`;
    }
    throw error;
  }
  return 'nothing thrown';
};
const priceOf = (override: Omit<PricedOverride, 'model'>): Price =>
  createPriceBook({ overrides: [{ ...override, model: 'm' }] }, null).find({
    provider: undefined,
    model: 'm',
    atMs: 0,
  });

describe('options of prices', () => {
  it.each([
    [null, 'prices must be an object'],
    [{ override: [] }, 'prices.override is not an option'],
    [{ overrides: {} }, 'prices.overrides must be an array'],
    [{ overrides: [null] }, 'prices.overrides[0] must be an object'],
    [
      { overrides: [DOLLAR, { ...DOLLAR, model: '' }] },
      'prices.overrides[1].model must be a string',
    ],
    [{ overrides: [{ ...DOLLAR, model: 'x'.repeat(201) }] }, 'prices.overrides[0].model must be'],
    [{ overrides: [{ ...DOLLAR, provider: 5 }] }, 'prices.overrides[0].provider must be a string'],
    [{ overrides: [{ ...DOLLAR, version: ' ' }] }, 'prices.overrides[0].version must be'],
    [
      { overrides: [{ ...DOLLAR, effectiveFromMs: -1 }] },
      'prices.overrides[0].effectiveFromMs must',
    ],
    [{ overrides: [{ ...DOLLAR, effectiveFromMs: 9e15 }] }, 'overrides[0].effectiveFromMs must'],
    [
      { overrides: [{ ...DOLLAR, inputPerMillion: 0.15 }] },
      'overrides[0].inputPerMillion must be an amount',
    ],
    [
      { overrides: [{ ...DOLLAR, inputPerMillion: undefined }] },
      'overrides[0].inputPerMillion must be',
    ],
    [{ overrides: [{ ...DOLLAR, outputPerMillion: -1 }] }, 'overrides[0].outputPerMillion must be'],
    [{ overrides: [{ ...DOLLAR, perSearch: NaN }] }, 'overrides[0].perSearch must be an amount'],
    [{ overrides: [{ ...DOLLAR, outputTokensMax: 0 }] }, 'overrides[0].outputTokensMax must be'],
    [
      { overrides: [{ ...DOLLAR, inputPerMilion: 1 }] },
      'overrides[0].inputPerMilion is not an option',
    ],
    [{ overrides: [{ model: 'm', free: 'yes' }] }, 'overrides[0].free must be true or false'],
    [{ overrides: [{ ...DOLLAR, free: true }] }, 'overrides[0].inputPerMillion is not an option'],
    [
      { overrides: [{ ...DOLLAR, serviceTiers: [] }] },
      'overrides[0].serviceTiers must be an object',
    ],
    [
      { overrides: [{ ...DOLLAR, serviceTiers: { batch: 0.5 } }] },
      'serviceTiers.batch must be an integer',
    ],
    [
      { overrides: [{ ...DOLLAR, serviceTiers: { batch: 0 } }] },
      'serviceTiers.batch must be an integer',
    ],
    [
      { overrides: [{ ...DOLLAR, serviceTiers: { batch: '50%' } }] },
      'serviceTiers.batch must be a whole',
    ],
    [
      { overrides: [{ ...DOLLAR, serviceTiers: { a: { numerator: 1 } } }] },
      'serviceTiers.a.denominator must be an integer',
    ],
    [
      { overrides: [{ ...DOLLAR, serviceTiers: { a: { numerator: 0, denominator: 1 } } }] },
      'serviceTiers.a.numerator must be an integer',
    ],
    [
      { overrides: [{ ...DOLLAR, inputPerMillion: NANO_USD_MAX, serviceTiers: { dear: 200 } }] },
      'serviceTiers.dear must be a multiple that keeps prices below 2^53',
    ],
    [{ default: { inputPerMillion: usd(1) } }, 'prices.default.outputPerMillion must be an amount'],
    [{ default: { free: true } }, 'prices.default.free is not an option'],
  ])('%o is refused by name', (options, message) => {
    expect(messageOf(options)).toContain(message);
  });

  it('a price of nothing is refused with how to say free, for a model and for the default', () => {
    const nothing = { inputPerMillion: usd(0), outputPerMillion: usd(0) };
    expect(messageOf({ overrides: [{ ...nothing, model: 'm' }] })).toContain('free: true');
    expect(messageOf({ default: nothing })).toContain('prices.default charges nothing');
    expect(messageOf({ overrides: [{ ...nothing, model: 'm', perRequest: usd(1) }] })).toBe(
      'nothing thrown',
    );
  });

  it('two prices of one model from one instant contradict each other', () => {
    expect(messageOf({ overrides: [DOLLAR, { ...DOLLAR, model: ' M ' }] })).toContain(
      'prices.overrides[1] contradicts prices.overrides[0]',
    );
    const overrides = [DOLLAR, { ...DOLLAR, provider: 'p' }, { ...DOLLAR, effectiveFromMs: 1 }];
    expect(messageOf({ overrides })).toBe('nothing thrown');
  });

  it('what was given may change afterwards, the prices do not', () => {
    const tiers = { batch: 50 };
    const override = { ...DOLLAR, serviceTiers: tiers };
    const overrides = [override];
    const resolved = resolvePriceOptions({ overrides });
    override.inputPerMillion = usd(9);
    tiers.batch = 900;
    overrides.length = 0;
    expect(resolved.overrides[0]).toMatchObject({
      inputPerMillion: usd(1),
      serviceTiers: { batch: { numerator: 50, denominator: 100 } },
    });
    expect(Object.isFrozen(resolved.overrides) && Object.isFrozen(resolved.overrides[0])).toBe(
      true,
    );
  });
});

describe('what an override charges', () => {
  const usage = {
    inputTokens: 1,
    cachedInputTokens: 10,
    cacheWriteTokens: 100,
    outputTokens: 1000,
    reasoningTokens: 10_000,
    citationTokens: 100_000,
    requests: 3,
    searches: 5,
  };
  const per = (microDollars: number) => usd(String(microDollars));

  it('each bucket at its own price', () => {
    const price = priceOf({
      inputPerMillion: per(1),
      cachedInputPerMillion: per(2),
      cacheWritePerMillion: per(3),
      outputPerMillion: per(4),
      reasoningPerMillion: per(5),
      citationPerMillion: per(6),
      perRequest: usd('0.001'),
      perSearch: usd('0.01'),
    });
    const tokens = 1 + 20 + 300 + 4000 + 50_000 + 600_000;
    expect(price.charge(usage)).toBe(tokens * 1000 + 3_000_000 + 50_000_000);
    expect(price.chargeTokens(1, 1000)).toBe(4001 * 1000 + 1_000_000);
  });

  it('a bucket without a price costs what it is a kind of, and citations nothing', () => {
    const price = priceOf({ inputPerMillion: per(1), outputPerMillion: per(2) });
    expect(price.charge(usage)).toBe((111 + 2 * 11_000) * 1000);
  });

  it('every component is rounded up by itself', () => {
    const price = priceOf({
      inputPerMillion: 1 as typeof NANO_USD_MAX,
      outputPerMillion: 1 as typeof NANO_USD_MAX,
    });
    expect(price.charge({ inputTokens: 1, cachedInputTokens: 1, outputTokens: 1 })).toBe(3);
    expect(price.chargeTokens(1, 1)).toBe(2);
  });

  it('ignores what the provider says it cost: who settles decides about that', () => {
    const price = priceOf({ inputPerMillion: per(1), outputPerMillion: per(2) });
    expect(price.charge({ inputTokens: 1, costNanoUsd: usd(5) })).toBe(1000);
  });
});
