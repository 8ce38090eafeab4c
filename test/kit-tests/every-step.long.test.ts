import { it } from 'vitest';

import type { BreakerOptions } from '../../index.ts';
import { walkEveryStep } from './every-step.ts';

it.each<readonly [kind: string, options: BreakerOptions]>([
  ['one failure, several probes at once', { failureThreshold: 1, probesMax: 3, probesNeeded: 2 }],
  [
    'a window over time, a bulkhead, growing intervals',
    {
      trip: { policy: 'time', windowMs: 10_000 },
      openInterval: { baseMs: 1_000 },
      bulkhead: { callsMax: 2 },
      probesNeeded: 2,
    },
  ],
  [
    'a window over calls, retries, errors of one class, permits that soon expire',
    {
      trip: { policy: 'count', calls: 20, minimumCalls: 5 },
      failOn: TypeError,
      retry: { attemptsMax: 2 },
      permitTimeoutMs: 50,
      probeTimeoutMs: 10,
      recoveryTimeoutMs: 100,
      probesNeeded: 2,
    },
  ],
])('every step of the whole graph, with %s', (_kind, options) => walkEveryStep(options));
