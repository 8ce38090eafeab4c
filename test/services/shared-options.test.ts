/** Equal options are resolved once and shared; how many kinds are remembered is bounded. */
import { expect, test } from 'vitest';

import { SharedOptions } from '../../services/shared-options.ts';

const kind = (failureThreshold: number) => ({ failureThreshold });

test('equal options share one copy, others do not', () => {
  const options = new SharedOptions();
  const first = options.resolve({ ...kind(3), bulkhead: { callsMax: 2 } });
  expect(options.resolve({ ...kind(3), bulkhead: { callsMax: 2 } })).toBe(first);
  expect(options.resolve({ ...kind(3), bulkhead: { callsMax: 4 } })).not.toBe(first);
  expect(options.resolve({ ...kind(3), bulkhead: { callsMax: 2 } })).toBe(first);
});

test('of very many kinds the one not asked for longest is forgotten', () => {
  const options = new SharedOptions();
  const [first, second] = [options.resolve(kind(1)), options.resolve(kind(2))];
  for (let threshold = 3; threshold <= 16; threshold++) options.resolve(kind(threshold));
  expect(options.resolve(kind(1))).toBe(first);
  options.resolve(kind(17));
  expect(options.resolve(kind(1))).toBe(first);
  expect(options.resolve(kind(2))).not.toBe(second);
});
