import { expect, test } from 'vitest';

import type { FactOf } from '../../index.ts';
import { changeOf } from '../../visualizations/demo/changes.ts';

type Changed = FactOf<'state.changed'>;

const FACT: Changed = {
  v: 1,
  seq: 1,
  atMs: 10_000,
  type: 'state.changed',
  breaker: 'reasoning',
  from: 'closed',
  to: 'open.cooling',
  generation: 1,
  event: 'trip',
  cause: 'consecutive_failures',
  latches: [],
  probeAtMs: 10_800,
};

test.each<[string, Partial<Changed>, string | null, number | null]>([
  ['failures in a row; probe in 0.8 s', {}, 'consecutive_failures', 800],
  [
    'held by unauthorized',
    { to: 'open.latched', probeAtMs: null, latches: ['unauthorized'] },
    'consecutive_failures',
    null,
  ],
  // A trip that is not resolved yet is no reason to speak of a probe: there is no money for one.
  ['its budget is spent', { to: 'open.exhausted' }, null, null],
  ['its budget is strained', { to: 'budget_limited', cause: null }, null, null],
  ['time for a probe', { to: 'half_open' }, 'consecutive_failures', null],
  ['the probe succeeded', { to: 'closed', event: 'probe.succeeded', cause: null }, null, null],
  [
    'its budget has room again',
    { to: 'closed', event: 'budget.recovered', cause: null },
    null,
    null,
  ],
  ['reset', { to: 'closed', event: 'operator.reset', cause: null }, null, null],
])('a change of state in words: %s', (why, fields, cause, probeInMs) => {
  const change = changeOf({ ...FACT, ...fields }, 5_000);
  expect(change).toMatchObject({ breaker: 'reasoning', elapsedMs: 5_000, why, cause, probeInMs });
});
