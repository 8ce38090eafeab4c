/** Numbers, money, spans and instants, as the page writes them. */
import { expect, test } from 'vitest';

import {
  ago,
  compact,
  count,
  countdown,
  duration,
  exactMoney,
  money,
  percent,
  rate,
  share,
  words,
} from '../../visualizations/page/parts/format.ts';

const USD = 1_000_000_000;

test.each([
  [null, '–'],
  [0, '$0.00'],
  [1, '<$0.0001'],
  [99_999, '<$0.0001'],
  [100_000, '$0.0001'],
  [0.0123 * USD, '$0.0123'],
  [0.99994 * USD, '$0.9999'],
  [0.99996 * USD, '$1.00'],
  [12.4 * USD, '$12.40'],
  [999.994 * USD, '$999.99'],
  [999.996 * USD, '$1.0k'],
  [1_240 * USD, '$1.2k'],
  [99_960 * USD, '$100k'],
  [999_400 * USD, '$999k'],
  [999_600 * USD, '$1.0M'],
  [3_400_000 * USD, '$3.4M'],
  [-12.4 * USD, '−$12.40'],
  [-1, '−<$0.0001'],
])('%s nano-dollars are written %s', (nanoUsd, text) => {
  expect(money(nanoUsd)).toBe(text);
});

test.each([
  [12_400_000_001, '$12.400000001'],
  [12_400_000_000, '$12.40'],
  [1, '$0.000000001'],
  [0, '$0.00'],
  [-1_234_500_000_000, '−$1,234.50'],
])('%s nano-dollars are %s to the last one', (nanoUsd, text) => {
  expect(exactMoney(nanoUsd)).toBe(text);
});

test.each([
  [0, '0'],
  [0.01, '<0.1'],
  [0.4, '0.4'],
  [9.94, '9.9'],
  [9.96, '10'],
  [412.3, '412'],
  [999.6, '1.0k'],
  [1_240, '1.2k'],
])('a rate of %s is written %s', (perS, text) => {
  expect(rate(perS)).toBe(text);
});

test.each([
  [0, '0 %'],
  [0.004, '<1 %'],
  [0.125, '13 %'],
  [0.9999, '99 %'],
  [1, '100 %'],
  [1.2, '120 %'],
])('a ratio of %s is written %s', (ratio, text) => {
  expect(percent(ratio)).toBe(text);
});

test('a part of nothing is a dash', () => {
  expect(share(0, 0)).toBe('–');
  expect(share(1, 4)).toBe('25 %');
});

test.each([
  [-5, '0 s'],
  [0, '0 s'],
  [350, '350 ms'],
  [12_900, '12 s'],
  [65_000, '1 m 05 s'],
  [3_599_999, '59 m 59 s'],
  [7_380_000, '2 h 03 m'],
  [86_400_000 * 3 + 3_600_000 * 4, '3 d 04 h'],
])('a span of %s ms is written %s', (spanMs, text) => {
  expect(duration(spanMs)).toBe(text);
});

test('a countdown rounds up, so that it ends with the instant itself', () => {
  expect(countdown(10_001, 5_000)).toBe('6 s');
  expect(countdown(5_001, 5_000)).toBe('1 s');
  expect(countdown(5_000, 5_000)).toBe('due');
});

test('what has just happened was now', () => {
  expect(ago(5_000, 5_999)).toBe('now');
  expect(ago(5_000, 17_000)).toBe('12 s ago');
});

test('counts are grouped, or shortened where there is little room', () => {
  expect(count(12_345)).toBe('12,345');
  expect(compact(940)).toBe('940');
  expect(compact(12_345)).toBe('12.3k');
  expect(words('budget_limited')).toBe('budget limited');
});
