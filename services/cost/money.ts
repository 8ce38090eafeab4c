/**
 * Money is an integer number of nano-dollars, made here and nowhere else. Products that could pass
 * 2^53 go through BigInt, and every price component is rounded up once, so that no sum of roundings
 * can spend what is not there.
 */
import { inspect } from 'node:util';

import { FuseboardError } from '../errors.ts';

declare const nano: unique symbol;

/** An integer number of nano-dollars (1e-9 US dollars), between 0 and 2^53 - 1. */
export type NanoUsd = number & { readonly [nano]: true };

export const NANO_PER_USD = 1_000_000_000;
/** The largest amount: about 9 million dollars. */
export const NANO_USD_MAX = Number.MAX_SAFE_INTEGER as NanoUsd;
export const ZERO = 0 as NanoUsd;

const DECIMAL = /^(\d{1,16})(?:\.(\d{1,30}))?(?:e([+-]?\d{1,3}))?$/i;

/**
 * Dollars as nano-dollars, rounded to the nearest one: `usd(0.5)`, `usd('0.000150')`.
 * @throws FuseboardError invalid_argument for what is negative, no number, or above 9 million.
 */
export function usd(dollars: number | string): NanoUsd {
  const text = typeof dollars === 'number' ? String(dollars) : dollars;
  const match = typeof text === 'string' ? DECIMAL.exec(text.trim()) : null;
  if (match !== null) {
    const [, whole = '', fraction = '', exponent = '0'] = match;
    const shift = 9 + Number(exponent) - fraction.length;
    const digits = BigInt(whole + fraction);
    const amount = shift >= 0 ? digits * 10n ** BigInt(shift) : divideRounding(digits, -shift);
    if (amount <= BigInt(NANO_USD_MAX)) return Number(amount) as NanoUsd;
  }
  throw new FuseboardError(
    'invalid_argument',
    `usd(dollars) must be given an amount from 0 to 9007199 dollars, got ${inspect(dollars)}`,
  );
}

const divideRounding = (digits: bigint, places: number): bigint => {
  const unit = 10n ** BigInt(places);
  return (digits + unit / 2n) / unit;
};

/** Whether a value is an amount of money: an integer from 0 to 2^53 - 1. */
export const isNanoUsd = (value: unknown): value is NanoUsd =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * What `count` of something costs, rounded up, and never more than {@link NANO_USD_MAX}.
 * @param nanoUsd integer price of `per` of them.
 * @param per positive integer, a million unless said.
 * @throws FuseboardError invalid_argument for a count or price that is negative or no number: a
 * charge must not lower a bill.
 */
export function chargeNanoUsd(count: number, nanoUsd: number, per = 1_000_000): NanoUsd {
  const product = count * nanoUsd;
  // An integer below 2^53 divided by an integer differs from a whole number by more than rounding.
  if (product <= Number.MAX_SAFE_INTEGER && count >= 0 && nanoUsd >= 0) {
    return Math.ceil(product / per) as NanoUsd;
  }
  return chargeExactly(count, nanoUsd, per);
}

function chargeExactly(count: number, nanoUsd: number, per: number): NanoUsd {
  if (!Number.isFinite(count) || count < 0 || !Number.isSafeInteger(nanoUsd) || nanoUsd < 0) {
    throw new FuseboardError(
      'invalid_argument',
      `A charge needs count and price of at least 0, got ${inspect(count)} at ${inspect(nanoUsd)}`,
    );
  }
  const unit = BigInt(per);
  const exact = (BigInt(Math.ceil(count)) * BigInt(nanoUsd) + unit - 1n) / unit;
  return exact > BigInt(NANO_USD_MAX) ? NANO_USD_MAX : (Number(exact) as NanoUsd);
}

/** A sum that stops at {@link NANO_USD_MAX} instead of losing precision. */
export const sumNanoUsd = (a: number, b: number): NanoUsd =>
  Math.min(a + b, NANO_USD_MAX) as NanoUsd;

/**
 * Dollars for a person: `$12.50`, `-$0.00045`. At least cents, at most nano-dollars; what is no
 * amount is shown as it is, because text in an error message must not throw another.
 */
export function formatUsd(nanoUsd: number): string {
  if (!Number.isSafeInteger(nanoUsd)) return `$${nanoUsd}e-9`;
  const sign = nanoUsd < 0 ? '-' : '';
  const digits = String(Math.abs(nanoUsd)).padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0{1,7}$/, '');
  return `${sign}$${digits.slice(0, -9)}.${fraction}`;
}
