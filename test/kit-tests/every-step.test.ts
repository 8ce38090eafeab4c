import { it } from 'vitest';

import { walkEveryStep } from './every-step.ts';

it('every step of the whole graph, with consecutive failures', { timeout: 120_000 }, () =>
  walkEveryStep({ failureThreshold: 3, recoveryTimeoutMs: 30_000, probesNeeded: 2 }),
);
