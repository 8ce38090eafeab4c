/** Thousands of streams, spoilt in every way, leave nothing behind. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { expect, test } from 'vitest';

import { openBoard, usd } from '../../../index.ts';
import type { Behaviour } from '../../kit/providers/behaviours.ts';
import { VirtualClock } from '../../kit/virtual-clock.ts';
import { PRICES, PROFILES } from './profiles.ts';
import { StreamClient } from './stream-client.ts';
import { ANSWER } from './calls.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const ROUNDS = 30;
const MEBIBYTE = 1_048_576;
/** Of 1,200 streams, each of which has 20 KB and more while it lasts. */
const GROWTH_MAX = 2 * MEBIBYTE;

const WAYS: readonly [Behaviour, 'reads' | 'aborts' | 'cancels'][] = [
  [{ type: 'answer' }, 'reads'],
  [{ type: 'cut', afterChunks: 3 }, 'reads'],
  [{ type: 'bad_json', afterChunks: 3 }, 'reads'],
  [{ type: 'stall', afterChunks: 3 }, 'aborts'],
  [{ type: 'stall', afterChunks: 3 }, 'cancels'],
];

test(
  'CRIT-50 memory stays bounded over thousands of streams that end in every way',
  { timeout: 60_000 },
  async () => {
    const clock = new VirtualClock();
    const upstreams = await Promise.all(
      PROFILES.map(({ simulate }) => simulate({ answer: { text: ANSWER }, requestsMax: 1 })),
    );
    await using board = await openBoard({
      clock,
      budgets: [{ id: 'all', limit: usd(500), period: 'total' }],
      prices: PRICES,
    });
    const fetches = PROFILES.map(({ provider, title }) =>
      board.fetch(provider, { breakerKey: () => title, breaker: { failureThreshold: 1_000_000 } }),
    );
    const long = new AbortController();

    const run = async (index: number): Promise<void> => {
      const profile = PROFILES[index];
      const upstream = upstreams[index];
      const fetch = fetches[index];
      if (profile === undefined || upstream === undefined || fetch === undefined) return;
      for (const [behaviour, way] of WAYS) {
        upstream.script([behaviour]);
        const own = new AbortController();
        const response = await fetch(`${upstream.url}${profile.path.stream}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: 'Bearer sk-one' },
          body: JSON.stringify(profile.body.stream),
          signal: way === 'aborts' ? own.signal : long.signal,
        });
        const client = new StreamClient(response, profile.frameEnd);
        if (way === 'reads') await client.rest();
        else {
          await client.take(3);
          if (way === 'cancels') await client.cancel();
          else own.abort(new Error('enough'));
        }
        await upstream.idle();
      }
    };
    const rounds = async (count: number): Promise<void> => {
      for (let round = 0; round < count; round++) {
        await Promise.all(PROFILES.map((_, index) => run(index)));
        // The books are written, and what is idle is given back.
        await clock.advanceAsync(1_000);
      }
    };

    await rounds(ROUNDS);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    await rounds(ROUNDS);
    collectGarbage();
    const grown = process.memoryUsage().heapUsed - before;
    expect(grown).toBeLessThan(GROWTH_MAX);
    for (const breaker of board.breakers()) expect(breaker.snapshot().inFlightCount).toBe(0);
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  },
);
