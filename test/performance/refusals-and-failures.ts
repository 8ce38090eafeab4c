/** What a call costs that is refused, or fails. */
import { ConsecutiveBreaker } from 'cockatiel';

import { createBreaker, type Breaker } from '../../index.ts';
import type { Race } from './case.ts';
import { A_DAY_MS, answer, cockatiel, fail, NEVER, openCockatiel } from './rivals.ts';

async function openFuseboard(): Promise<Breaker> {
  const breaker = createBreaker({ failureThreshold: 1, recoveryTimeoutMs: A_DAY_MS });
  await breaker.call(fail).catch(() => {});
  if (breaker.state !== 'open') throw new Error('Fuseboard did not open');
  return breaker;
}

export const REFUSALS_AND_FAILURES: readonly Race[] = [
  {
    id: 'refused',
    title: 'refused while open',
    comparisons: [
      { subject: 'Fuseboard call, thrown', against: 'cockatiel, thrown', ratioMax: 0.5 },
      { subject: 'Fuseboard tryCall, a value', against: 'cockatiel, thrown', ratioMax: 0.05 },
    ],
    async contenders() {
      const [ours, theirs] = [await openFuseboard(), await openCockatiel()];
      return [
        {
          name: 'Fuseboard call, thrown',
          async run(count) {
            for (let i = 0; i < count; i++) {
              try {
                await ours.call(answer);
              } catch {}
            }
          },
        },
        {
          name: 'Fuseboard tryCall, a value',
          async run(count) {
            for (let i = 0; i < count; i++) {
              await ours.tryCall(answer);
            }
          },
        },
        {
          name: 'cockatiel, thrown',
          async run(count) {
            for (let i = 0; i < count; i++) {
              try {
                await theirs.execute(answer);
              } catch {}
            }
          },
        },
      ];
    },
  },
  {
    id: 'failing',
    title: 'failed while closed',
    comparisons: [{ subject: 'Fuseboard call', against: 'cockatiel', ratioMax: 1 }],
    contenders() {
      const ours = createBreaker({ failureThreshold: NEVER });
      const theirs = cockatiel(new ConsecutiveBreaker(NEVER));
      return [
        {
          name: 'Fuseboard call',
          async run(count) {
            for (let i = 0; i < count; i++) {
              try {
                await ours.call(fail);
              } catch {}
            }
          },
        },
        {
          name: 'cockatiel',
          async run(count) {
            for (let i = 0; i < count; i++) {
              try {
                await theirs.execute(fail);
              } catch {}
            }
          },
        },
      ];
    },
  },
];
