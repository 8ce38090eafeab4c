/** What else an error of a client may carry than what the upstream of the demo sends. */
import { expect, test } from 'vitest';

import type { Verdict } from '../../index.ts';
import { openaiOutcome } from '../../visualizations/demo/openai-outcome.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

const limited = (headers: Record<string, string>): object => ({
  status: 429,
  code: 'rate_limit_exceeded',
  headers: new Headers(headers),
});
const RETRYABLE: Verdict = { outcome: 'failed', retryable: true };
const until = (retryAtMs: number): Verdict => ({ outcome: 'rate_limited', retryAtMs });

test.each<[string, unknown, Verdict]>([
  ['429 with whole seconds', limited({ 'retry-after': '3' }), until(NOW + 3_000)],
  ['429 with milliseconds', limited({ 'retry-after-ms': '250' }), until(NOW + 250)],
  [
    '429 with both: the exact one',
    limited({ 'retry-after-ms': '250', 'retry-after': '1' }),
    until(NOW + 250),
  ],
  [
    '429 with a date',
    limited({ 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }),
    until(NOW + 9_000),
  ],
  [
    '429 with a date that has passed',
    limited({ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }),
    until(NOW),
  ],
  ['429 with nonsense', limited({ 'retry-after': 'soon' }), { outcome: 'rate_limited' }],
  ['429 with a negative time', limited({ 'retry-after-ms': '-1' }), { outcome: 'rate_limited' }],
  ['429 with an empty time', limited({ 'retry-after': '' }), { outcome: 'rate_limited' }],
  ['429 without headers', { status: 429 }, { outcome: 'rate_limited' }],
  [
    '429 for a spend limit, whatever it says of waiting',
    { ...limited({ 'retry-after': '1' }), type: 'insufficient_quota', code: 'project_spend_limit' },
    { outcome: 'over_quota' },
  ],
  ['401', { status: 401 }, { outcome: 'unauthorized' }],
  ['408', { status: 408 }, RETRYABLE],
  ['409', { status: 409 }, RETRYABLE],
  ['500', { status: 500 }, RETRYABLE],
  ['529', { status: 529 }, RETRYABLE],
  ['400', { status: 400 }, { outcome: 'ignored' }],
  ['404', { status: 404 }, { outcome: 'ignored' }],
  ['422', { status: 422 }, { outcome: 'ignored' }],
  ['a connection error, which has no status', { status: undefined }, RETRYABLE],
  ['a raw error of fetch', new TypeError('terminated'), RETRYABLE],
  ['a thrown string', 'broken', { outcome: 'failed' }],
])('%s', (_, error, verdict) => {
  expect(openaiOutcome({ ok: false, error }, NOW)).toEqual(verdict);
});

test('a success is left to the other options', () => {
  expect(openaiOutcome({ ok: true, value: {} }, NOW)).toBeUndefined();
});
