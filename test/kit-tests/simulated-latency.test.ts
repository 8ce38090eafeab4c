/** Latencies of the simulated providers: their distributions, and who is made to wait for them. */
import { expect, it } from 'vitest';

import {
  latencyDraws,
  seededRandom,
  simulateOpenAI,
  VirtualClock,
  type Latency,
  type SimulatedProvider,
} from '../kit/index.ts';

const DRAWS = 2_000;
const sorted = (latency: Latency, seed: number): number[] => {
  const draw = latencyDraws('latencyMs', latency, seededRandom(seed));
  return Array.from({ length: DRAWS }, draw).sort((a, b) => a - b);
};
const at = (values: readonly number[], share: number): number =>
  values[Math.floor(values.length * share)] as number;

const STATED: readonly (readonly [Latency, number, number])[] = [
  [250, 250, 250],
  [{ type: 'uniform', minMs: 100, maxMs: 300 }, 200, 290],
  [{ type: 'exponential', meanMs: 400 }, 400 * Math.LN2, 400 * Math.log(20)],
  [{ type: 'lognormal', medianMs: 800, p95Ms: 4_000 }, 800, 4_000],
];

it.each(STATED)(
  'API-45 mock api performance characteristics: %o has the median %d and the 95th percentile %d',
  (latency, median, p95) => {
    for (const seed of [1, 2, 3]) {
      const values = sorted(latency, seed);
      expect(at(values, 0.5) / median).toBeGreaterThan(0.9);
      expect(at(values, 0.5) / median).toBeLessThan(1.1);
      expect(at(values, 0.95) / p95).toBeGreaterThan(0.85);
      expect(at(values, 0.95) / p95).toBeLessThan(1.15);
    }
  },
);

it('API-45 mock api performance characteristics: a seed repeats its latencies', () => {
  const latency: Latency = { type: 'lognormal', medianMs: 800, p95Ms: 4_000 };
  expect(sorted(latency, 5)).toEqual(sorted(latency, 5));
  expect(sorted(latency, 5)).not.toEqual(sorted(latency, 6));
});

const ask = (server: SimulatedProvider, isStream = false): Promise<Response> =>
  fetch(`${server.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-any' },
    body: JSON.stringify({
      model: 'gpt-4o',
      stream: isStream,
      messages: [{ role: 'user', content: 'Hello' }],
    }),
  });

it('API-45 mock api performance characteristics: requests wait on the clock for what was drawn', async () => {
  const clock = new VirtualClock();
  const latencyMs: Latency = { type: 'lognormal', medianMs: 60_000, p95Ms: 300_000 };
  await using server = await simulateOpenAI({ seed: 11, clock, latencyMs });
  const arrivals: number[] = [];
  const calls = Array.from({ length: 20 }, async () => {
    const response = await ask(server);
    arrivals.push(clock.monotonicMs());
    return response.text();
  });
  await server.received(20);
  expect(clock.pendingCount).toBe(20);
  const drawnMs = server.requests.map((request) => request.latencyMs).sort((a, b) => a - b);
  for (const dueMs of drawnMs) {
    clock.advance(dueMs - clock.monotonicMs() - 0.001);
    expect(clock.nextTimerMs).toBeCloseTo(0.001, 6);
    clock.advance(0.001);
  }
  await Promise.all(calls);
  expect(arrivals).toHaveLength(20);
  expect(clock.pendingCount).toBe(0);
});

it('API-45 mock api performance characteristics: a slow drip spaces its chunks', async () => {
  const clock = new VirtualClock();
  const plan = [{ type: 'drip', gapMs: 1_000, outputTokens: 5 }] as const;
  await using server = await simulateOpenAI({ clock, plan });
  const reader = (await ask(server, true)).body?.getReader();
  let chunks = 0;
  for (let reads = 0; reads < 8; reads += 1) {
    const { value } = (await reader?.read()) as { readonly value?: Uint8Array };
    chunks += value === undefined ? 0 : 1;
    expect(server.requests[0]?.chunkCount).toBe(reads + 1);
    await clock.advanceAsync(1_000);
  }
  expect(chunks).toBe(8);
  expect((await reader?.read())?.done).toBe(true);
});

it('API-45 mock api performance characteristics: limits are kept, and their headers tell the truth', async () => {
  const clock = new VirtualClock();
  await using server = await simulateOpenAI({ clock, limits: { requestsPerMinute: 3 } });
  const statuses: (readonly [number, string | null])[] = [];
  for (let call = 0; call < 4; call += 1) {
    const { status, headers } = await ask(server);
    statuses.push([status, headers.get('x-ratelimit-remaining-requests')]);
  }
  expect(statuses).toEqual([
    [200, '2'],
    [200, '1'],
    [200, '0'],
    [429, '0'],
  ]);
  const refused = await ask(server);
  expect(refused.headers.get('retry-after')).toBe('20');
  clock.advance(20_000);
  const again = await ask(server);
  expect([again.status, again.headers.get('x-ratelimit-reset-requests')]).toEqual([200, '1m0s']);
});

it.each([
  [{ type: 'uniform', minMs: 5, maxMs: 4 }, 'latencyMs.maxMs must be at least 5, got 4'],
  [{ type: 'lognormal', medianMs: 0, p95Ms: 4 }, 'latencyMs.medianMs must be above 0, got 0'],
  [-1, 'latencyMs must be a number from 0 to'],
  [{ type: 'gamma' }, 'latencyMs must be milliseconds, or uniform, exponential or lognormal'],
])('API-45 mock api performance characteristics: %o is refused', (latency, message) => {
  expect(() => latencyDraws('latencyMs', latency as Latency, seededRandom(1))).toThrow(message);
});
