/** Charging by bands of length: a whole request at one band's rates, components rounded once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NANO_USD_MAX } from '../../services/cost/money.ts';
import {
  bandOf,
  chargePlain,
  chargeUsage,
  dearer,
  flatRates,
  multiplied,
  tokenRates,
  type Rates,
} from '../../services/cost/prices/rates.ts';

const rate = fc.nat(100_000_000_000);
const tokens = fc.nat(3_000_000);
const flat = fc
  .tuple(rate, rate, rate, rate, rate, rate)
  .map(([input, cachedInput, cacheWrite, output, reasoning, citation]) =>
    tokenRates({ input, cachedInput, cacheWrite, output, reasoning, citation }),
  );
const banded: fc.Arbitrary<Rates> = fc.tuple(flat, flat, flat).map(([short, long, longer]) => ({
  ...flatRates(short, { low: 1, medium: 2, high: 3 }, 4),
  bands: [
    { aboveInputTokens: -1, ...short },
    { aboveInputTokens: 200_000, ...long },
    { aboveInputTokens: 1_000_000, ...longer },
  ],
}));
const ratio = fc.record({
  numerator: fc.integer({ min: 1, max: 1000 }),
  denominator: fc.integer({ min: 1, max: 1000 }),
});

describe('charging', () => {
  it('a plain call costs what the usage of its tokens does', () => {
    fc.assert(
      fc.property(banded, tokens, tokens, (rates, inputTokens, outputTokens) => {
        expect(chargePlain(rates, inputTokens, outputTokens, 2)).toBe(
          chargeUsage(rates, { inputTokens, outputTokens }, 'medium'),
        );
      }),
    );
  });

  it('all input counts for the length of a request, and the whole of it has one band', () => {
    fc.assert(
      fc.property(
        banded,
        tokens,
        tokens,
        tokens,
        tokens,
        (rates, fresh, cached, written, output) => {
          const total = fresh + cached + written;
          const band = rates.bands[total > 1_000_000 ? 2 : total > 200_000 ? 1 : 0]!;
          expect(bandOf(rates.bands, total)).toBe(band);
          const up = (count: number, price: number): bigint =>
            (BigInt(count) * BigInt(price) + 999_999n) / 1_000_000n;
          const exact =
            up(fresh, band.input) +
            up(cached, band.cachedInput) +
            up(written, band.cacheWrite) +
            up(output, band.output) +
            3n;
          const usage = {
            inputTokens: fresh,
            cachedInputTokens: cached,
            cacheWriteTokens: written,
            outputTokens: output,
          };
          expect(BigInt(chargeUsage(rates, usage, 'high'))).toBe(exact);
        },
      ),
    );
  });

  it('a multiple of the rates is exact, and rounded up once', () => {
    fc.assert(
      fc.property(flat, ratio, tokens, (short, by, inputTokens) => {
        const charge = chargePlain(multiplied(flatRates(short), by), inputTokens, 0, 0);
        const unit = 1_000_000n * BigInt(by.denominator);
        const product = BigInt(inputTokens) * BigInt(short.input) * BigInt(by.numerator);
        expect(BigInt(charge)).toBe((product + unit - 1n) / unit);
      }),
    );
  });

  it('the dearer of two rates is charged, token by token', () => {
    fc.assert(
      fc.property(banded, flat, tokens, tokens, (rates, floor, inputTokens, outputTokens) => {
        const charge = chargePlain(dearer(rates, floor), inputTokens, outputTokens, 0);
        expect(charge).toBeGreaterThanOrEqual(chargePlain(rates, inputTokens, outputTokens, 0));
        expect(charge).toBeGreaterThanOrEqual(
          chargePlain(flatRates(floor), inputTokens, outputTokens, 0),
        );
      }),
    );
  });

  it('never passes the largest amount', () => {
    const dear = flatRates(tokenRates({ input: NANO_USD_MAX, output: NANO_USD_MAX }));
    expect(chargePlain(dear, 5_000_000, 5_000_000, NANO_USD_MAX)).toBe(NANO_USD_MAX);
  });
});
