/** What a call costs that is admitted and succeeds. */
import { CountBreaker, SamplingBreaker } from 'cockatiel';
import Opossum from 'opossum';

import { createBreaker, type Breaker } from '../../index.ts';
import type { Contender, Race } from './case.ts';
import { answer, cockatiel, emptyWrapper } from './rivals.ts';

const bare = (): Contender => ({
  name: 'bare await',
  async run(count) {
    for (let i = 0; i < count; i++) await answer();
  },
});

const wrapper = (): Contender => ({
  name: 'empty async wrapper',
  async run(count) {
    for (let i = 0; i < count; i++) await emptyWrapper(answer);
  },
});

const fuseboard = (breaker: Breaker): Contender => ({
  name: 'Fuseboard call',
  async run(count) {
    for (let i = 0; i < count; i++) await breaker.call(answer);
  },
});

const cockatielCall = (name: string, breaker: ReturnType<typeof cockatiel>): Contender => ({
  name,
  async run(count) {
    for (let i = 0; i < count; i++) await breaker.execute(answer);
  },
});

export const CALLS: readonly Race[] = [
  {
    id: 'closed',
    title: 'closed, consecutive failures',
    comparisons: [
      { subject: 'Fuseboard call', against: 'cockatiel ConsecutiveBreaker', ratioMax: 0.75 },
      { subject: 'Fuseboard call', against: 'empty async wrapper', moreNsMax: 20 },
      { subject: 'Fuseboard call', against: 'bare await' },
    ],
    contenders: () => [
      bare(),
      wrapper(),
      fuseboard(createBreaker()),
      cockatielCall('cockatiel ConsecutiveBreaker', cockatiel()),
    ],
  },
  {
    id: 'opossum',
    title: 'closed, consecutive failures',
    comparisons: [{ subject: 'Fuseboard call', against: 'opossum fire', ratioMax: 0.15 }],
    contenders() {
      const opossum = new Opossum(answer);
      return [
        fuseboard(createBreaker()),
        {
          name: 'opossum fire',
          async run(count) {
            for (let i = 0; i < count; i++) await opossum.fire();
          },
        },
      ];
    },
  },
  {
    id: 'time-window',
    title: 'closed, time window, slow calls timed also while they run',
    comparisons: [
      { subject: 'Fuseboard call', against: 'cockatiel SamplingBreaker', ratioMax: 1.15 },
    ],
    contenders: () => [
      fuseboard(createBreaker({ trip: { policy: 'time', windowMs: 30_000, slowCallMs: 1_000 } })),
      cockatielCall(
        'cockatiel SamplingBreaker',
        cockatiel(new SamplingBreaker({ threshold: 0.5, duration: 30_000 })),
      ),
    ],
  },
  {
    id: 'count-window',
    title: 'closed, count window of 100',
    comparisons: [{ subject: 'Fuseboard call', against: 'cockatiel CountBreaker' }],
    contenders: () => [
      fuseboard(createBreaker({ trip: { policy: 'count', calls: 100 } })),
      cockatielCall(
        'cockatiel CountBreaker',
        cockatiel(new CountBreaker({ threshold: 0.5, size: 100 })),
      ),
    ],
  },
];
