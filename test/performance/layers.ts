/** What is added to a call by a layer, by somebody who listens, and by what is not done. */
import { assign, createActor, setup } from 'xstate';
import {
  bulkhead,
  handleAll,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
  type IPolicy,
} from 'cockatiel';

import { createBreaker, openBoard, type Breaker, type BreakerOptions } from '../../index.ts';
import type { Contender, Race } from './case.ts';
import { answer, cockatiel } from './rivals.ts';

/** Calls between two turns of the event loop, in which facts are delivered. */
const CALLS_PER_TURN = 1_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const OURS = 'Fuseboard call';
const THEIRS = 'cockatiel';

/** The same layer around both breakers. */
const layer = (
  id: string,
  title: string,
  options: BreakerOptions,
  policy: () => IPolicy,
): Race => ({
  id,
  title,
  comparisons: [{ subject: OURS, against: THEIRS }],
  contenders() {
    const ours = createBreaker(options);
    const theirs = policy();
    return [
      {
        name: OURS,
        async run(count) {
          for (let i = 0; i < count; i++) await ours.call(answer);
        },
      },
      {
        name: THEIRS,
        async run(count) {
          for (let i = 0; i < count; i++) await theirs.execute(answer);
        },
      },
    ];
  },
});

async function* turns(count: number): AsyncGenerator<number> {
  for (let left = count; left > 0; left -= CALLS_PER_TURN) {
    yield Math.min(left, CALLS_PER_TURN);
    await turn();
  }
}

const withTurns = (name: string, breaker: Breaker): Contender => ({
  name,
  async run(count) {
    for await (const calls of turns(count)) {
      for (let i = 0; i < calls; i++) await breaker.call(answer);
    }
  },
});

export const LAYERS: readonly Race[] = [
  layer('timeout', 'closed, timeout of 10 s', { timeoutMs: 10_000 }, () =>
    wrap(cockatiel(), timeout(10_000, TimeoutStrategy.Aggressive)),
  ),
  layer('bulkhead', 'closed, bulkhead of 10', { bulkhead: { callsMax: 10 } }, () =>
    wrap(bulkhead(10), cockatiel()),
  ),
  layer('retry', 'closed, retry of 3', { retry: { attemptsMax: 3 } }, () =>
    wrap(retry(handleAll, { maxAttempts: 3 }), cockatiel()),
  ),
  {
    id: 'facts',
    title: 'closed, somebody listens',
    comparisons: [
      { subject: 'Fuseboard, facts$ subscribed', against: 'Fuseboard, nobody listens' },
      { subject: 'Fuseboard, facts$ subscribed', against: 'cockatiel, onSuccess' },
    ],
    async contenders() {
      const [silent, observed] = [await openBoard(), await openBoard()];
      observed.facts$.subscribe(() => {});
      const theirs = cockatiel();
      theirs.onSuccess(() => {});
      return [
        withTurns('Fuseboard, nobody listens', silent.breaker('silent')),
        withTurns('Fuseboard, facts$ subscribed', observed.breaker('observed')),
        {
          name: 'cockatiel, onSuccess',
          async run(count) {
            for await (const calls of turns(count)) {
              for (let i = 0; i < calls; i++) await theirs.execute(answer);
            }
          },
        },
      ];
    },
  },
  {
    id: 'send',
    title: 'closed, if every outcome were sent to an actor',
    comparisons: [{ subject: OURS, against: 'an XState actor told each outcome' }],
    contenders() {
      const breaker = createBreaker();
      const counts = setup({}).createMachine({
        context: { failures: 0 },
        on: { succeeded: { actions: assign({ failures: 0 }) } },
      });
      const actor = createActor(counts).start();
      return [
        {
          name: OURS,
          async run(count) {
            for (let i = 0; i < count; i++) await breaker.call(answer);
          },
        },
        {
          name: 'an XState actor told each outcome',
          async run(count) {
            for (let i = 0; i < count; i++) {
              await answer();
              actor.send({ type: 'succeeded' });
            }
          },
        },
      ];
    },
  },
];
