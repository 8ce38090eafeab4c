/** Money is integers: what is parsed, charged, summed and shown is exact to the nano-dollar. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isFuseboardError } from '../../services/errors.ts';
import {
  chargeNanoUsd,
  formatUsd,
  isNanoUsd,
  NANO_USD_MAX,
  sumNanoUsd,
  usd,
  ZERO,
} from '../../services/cost/money.ts';

const amount = fc.oneof(fc.maxSafeNat(), fc.nat(1_000_000_000));
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isFuseboardError(error)) return error.code;
    throw error;
  }
  return 'none';
};

describe('usd', () => {
  it.each([
    [0, 0],
    [0.5, 500_000_000],
    [0.00015, 150_000],
    ['0.000150', 150_000],
    [1e-7, 100],
    ['1e-7', 100],
    ['2.5E+3', 2_500_000_000_000],
    [1e-9, 1],
    [4e-10, 0],
    [5e-10, 1],
    [5e-324, 0],
    [0.1 + 0.2, 300_000_000],
    [' 12.50 ', 12_500_000_000],
    ['9007199.254740991', NANO_USD_MAX],
  ])('reads %j as %i nano-dollars', (dollars, nanoUsd) => {
    expect(usd(dollars)).toBe(nanoUsd);
  });

  it.each([
    [-1],
    [NaN],
    [Infinity],
    [9_007_199.3],
    ['9007199.254740992'],
    ['1e300'],
    [''],
    ['.5'],
    ['1,5'],
    ['$5'],
    ['0x10'],
    ['1e9999'],
    [null],
    [undefined],
    [5n],
    [{}],
  ])('refuses %o and says what is allowed', (dollars) => {
    const run = (): unknown => usd(dollars as number);
    expect(codeOf(run)).toBe('invalid_argument');
    expect(run).toThrow('from 0 to 9007199 dollars, got');
  });

  it('reads back every amount that is shown', () => {
    fc.assert(
      fc.property(amount, (nanoUsd) => {
        expect(usd(formatUsd(nanoUsd).slice(1))).toBe(nanoUsd);
      }),
    );
  });

  it('rounds decimal text to the nearest nano-dollar, halves up', () => {
    fc.assert(
      fc.property(fc.nat(9_000_000), fc.bigInt(0n, 10n ** 14n - 1n), (whole, fraction) => {
        const text = `${whole}.${String(fraction).padStart(14, '0')}`;
        const exact = BigInt(whole) * 10n ** 14n + fraction;
        expect(BigInt(usd(text))).toBe((exact + 50_000n) / 100_000n);
      }),
    );
  });
});

describe('a charge', () => {
  const exact = (count: number, price: number, per: number): bigint => {
    const quotient = (BigInt(count) * BigInt(price) + BigInt(per) - 1n) / BigInt(per);
    return quotient > BigInt(NANO_USD_MAX) ? BigInt(NANO_USD_MAX) : quotient;
  };

  it('is what whole-number arithmetic says, rounded up and capped', () => {
    fc.assert(
      fc.property(amount, amount, fc.integer({ min: 1, max: 1e9 }), (count, price, per) => {
        const charge = chargeNanoUsd(count, price, per);
        expect(BigInt(charge)).toBe(exact(count, price, per));
        expect(isNanoUsd(charge)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is exact on both sides of every whole nano-dollar, also where a double has no room', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_007_199_253 }),
        fc.integer({ min: -1, max: 1 }),
        (whole, offset) => {
          const price = whole * 1_000_000 + offset;
          expect(BigInt(chargeNanoUsd(1, price))).toBe(exact(1, price, 1_000_000));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('of one token at $0.0125 for a million is 13 nano-dollars', () => {
    expect(chargeNanoUsd(1, usd('0.0125'))).toBe(13);
  });

  it('of nothing is nothing, and of anything that has a price is never nothing', () => {
    expect(chargeNanoUsd(0, NANO_USD_MAX)).toBe(0);
    expect(chargeNanoUsd(NANO_USD_MAX, 0)).toBe(0);
    expect(chargeNanoUsd(1, 1)).toBe(1);
  });

  it('stops at the largest amount', () => {
    expect(chargeNanoUsd(NANO_USD_MAX, NANO_USD_MAX)).toBe(NANO_USD_MAX);
    expect(chargeNanoUsd(1e300, 1)).toBe(NANO_USD_MAX);
  });

  it.each([
    [-1, 5],
    [5, -1],
    [-5, -1],
    [NaN, 5],
    [5, NaN],
    [Infinity, 5],
    [1e9, 1e9 + 0.5],
  ])('refuses %d at a price of %d: it would lower a bill or make one up', (count, price) => {
    expect(codeOf(() => chargeNanoUsd(count, price))).toBe('invalid_argument');
  });
});

describe('sums and text', () => {
  it('a sum stops at the largest amount instead of losing a nano-dollar', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const sum = BigInt(a) + BigInt(b);
        expect(BigInt(sumNanoUsd(a, b))).toBe(
          sum > BigInt(NANO_USD_MAX) ? BigInt(NANO_USD_MAX) : sum,
        );
      }),
    );
  });

  it.each([
    [0, '$0.00'],
    [1, '$0.000000001'],
    [450_000, '$0.00045'],
    [10_000_000, '$0.01'],
    [12_500_000_000, '$12.50'],
    [-450_000, '-$0.00045'],
    [-0, '$0.00'],
    [NANO_USD_MAX, '$9007199.254740991'],
  ])('%d nano-dollars are shown as %s', (nanoUsd, text) => {
    expect(formatUsd(nanoUsd)).toBe(text);
  });

  it('showing what is no amount does not throw', () => {
    expect(formatUsd(NaN)).toBe('$NaNe-9');
    expect(formatUsd(1.5)).toBe('$1.5e-9');
    expect(formatUsd(Infinity)).toBe('$Infinitye-9');
  });

  it('tells amounts from everything else', () => {
    for (const value of [-1, 1.5, NaN, 2 ** 53, '1', null, undefined, 1n]) {
      expect(isNanoUsd(value)).toBe(false);
    }
    for (const value of [ZERO, 1, NANO_USD_MAX]) expect(isNanoUsd(value)).toBe(true);
  });
});
