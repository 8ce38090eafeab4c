/** Providers that fail for a while, degrade, recover, or fail now and then, by plan and seed. */
import { expect, it } from 'vitest';

import {
  degradation,
  intermittent,
  outage,
  simulateOpenAI,
  VirtualClock,
  type Plan,
  type SimulatedProvider,
} from '../kit/index.ts';

const ask = async ({ baseUrl }: SimulatedProvider, path = '/models'): Promise<number> => {
  const response = await fetch(`${baseUrl}${path}`, { headers: { authorization: 'Bearer k' } });
  await response.arrayBuffer();
  return response.status;
};

/** Statuses of so many requests, one every `everyMs`. */
async function run(
  server: SimulatedProvider,
  clock: VirtualClock,
  count: number,
  everyMs: number,
): Promise<number[]> {
  const statuses: number[] = [];
  for (let call = 0; call < count; call += 1) {
    statuses.push(await ask(server));
    clock.advance(everyMs);
  }
  return statuses;
}

const share = (statuses: readonly number[]): number =>
  statuses.filter((status) => status !== 200).length / statuses.length;

it('API-46 api degradation simulation: latency grows and a share fails while it lasts', async () => {
  const clock = new VirtualClock();
  const phases = degradation({ fromMs: 10_000, untilMs: 50_000, latencyFactor: 8, share: 0.5 });
  // Latency 0 on the wire, so that nothing waits: the factor is seen in the next test.
  await using server = await simulateOpenAI({ seed: 2, clock, plan: { phases } });
  const statuses = await run(server, clock, 300, 200);
  expect(share(statuses.slice(0, 50))).toBe(0);
  expect(share(statuses.slice(50, 150))).toBeGreaterThan(0.35);
  expect(share(statuses.slice(50, 150))).toBeLessThan(0.65);
  expect(share(statuses.slice(250))).toBe(0);
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
});

it('API-46 api degradation simulation: latency is multiplied, answers that succeed included', async () => {
  const clock = new VirtualClock();
  const phases = [{ fromMs: 1_000, untilMs: 2_000, latencyFactor: { from: 10, to: 1 } }];
  await using server = await simulateOpenAI({ clock, latencyMs: 100, plan: { phases } });
  const latencies: (number | undefined)[] = [];
  for (const atMs of [0, 1_000, 1_500, 2_000]) {
    const isAtMs = clock.monotonicMs();
    clock.advance(Math.max(0, atMs - isAtMs));
    // Each is left before its answer, so that the next arrives at its own instant.
    const leaving = new AbortController();
    const count = server.requestCount + 1;
    const call = fetch(`${server.baseUrl}/models`, {
      headers: { authorization: 'Bearer k' },
      signal: leaving.signal,
    });
    await server.received(count);
    latencies.push(server.requests.at(-1)?.latencyMs);
    leaving.abort();
    await expect(call).rejects.toThrow('aborted');
    await server.idle();
  }
  expect(latencies).toEqual([100, 1_000, 550, 100]);
});

it('API-47 api recovery simulation: an outage ends at its instant, and not before', async () => {
  const clock = new VirtualClock();
  await using server = await simulateOpenAI({ clock });
  server.script({ phases: [outage({ fromMs: 5_000, untilMs: 8_000 })] });
  expect(await run(server, clock, 10, 1_000)).toEqual([
    200, 200, 200, 200, 200, 503, 503, 503, 200, 200,
  ]);
  server.script({ phases: [outage({ fromMs: 0, untilMs: 1_000 }, { type: 'overloaded' })] });
  expect(await run(server, clock, 2, 1_000)).toEqual([503, 200]);
});

it('API-47 api recovery simulation: recovery is gradual where it is said to be', async () => {
  const clock = new VirtualClock();
  const phases = degradation({ fromMs: 0, untilMs: 60_000, share: 1, recoveryMs: 60_000 });
  await using server = await simulateOpenAI({ seed: 4, clock, plan: { phases } });
  const statuses = await run(server, clock, 300, 200);
  const thirds = [0, 100, 200].map((start) => share(statuses.slice(start, start + 100)));
  expect(thirds[0]).toBeGreaterThan(thirds[1] as number);
  expect(thirds[1]).toBeGreaterThan(thirds[2] as number);
  expect(thirds[2]).toBeGreaterThan(0.02);
});

it('API-47 api recovery simulation: by number of request, one behaviour each, then answers', async () => {
  await using server = await simulateOpenAI();
  server.script([{ type: 'rate_limited' }, { type: 'server_error', status: 502 }]);
  expect([await ask(server), await ask(server), await ask(server)]).toEqual([429, 502, 200]);
  const phases = [{ fromRequest: 2, toRequest: 3, behaviour: { type: 'overloaded' } as const }];
  server.script({ phases });
  const statuses = [await ask(server), await ask(server), await ask(server), await ask(server)];
  expect(statuses).toEqual([200, 503, 503, 200]);
});

it('API-48 api intermittent failure simulation: a share of requests fails, as the seed says', async () => {
  const plan: Plan = {
    phases: [intermittent(0.2, [{ type: 'server_error' }, { type: 'rate_limited' }])],
  };
  const statusesOf = async (seed: number): Promise<number[]> => {
    await using server = await simulateOpenAI({ seed, plan });
    const statuses = await run(server, new VirtualClock(), 300, 0);
    return statuses;
  };
  const first = await statusesOf(9);
  expect(share(first)).toBeGreaterThan(0.13);
  expect(share(first)).toBeLessThan(0.27);
  const failed = first.filter((status) => status !== 200);
  expect(failed.slice(0, 4)).toEqual([500, 429, 500, 429]);
  expect(await statusesOf(9)).toEqual(first);
  expect(await statusesOf(10)).not.toEqual(first);
});

it('API-48 api intermittent failure simulation: only the path that is meant', async () => {
  await using server = await simulateOpenAI({
    plan: { phases: [{ path: '/models/gpt-4o', behaviour: { type: 'forbidden' } }] },
  });
  expect(await ask(server)).toBe(200);
  expect(await ask(server, '/models/gpt-4o')).toBe(403);
});

it.each([
  [[{ type: 'explode' }], 'plan[0].type must be one of rate_limited'],
  [{ phases: [{ share: 2 }] }, 'phases[0].share must be a number from 0 to 1, got 2'],
  [{ phases: [{ share: { from: 1, to: 0 } }] }, 'a number in a phase without end'],
  [{ phases: [{ untilMs: 5, fromMs: 9 }] }, 'phases[0].untilMs must be a number of at least 9'],
  [{ phases: [{ when: 1 }] }, 'phases[0].when is not an option'],
  [{ steps: [] }, 'plan.steps is not an option'],
])('API-48 api intermittent failure simulation: the plan %j is refused', async (plan, message) => {
  await expect(simulateOpenAI({ plan: plan as unknown as Plan })).rejects.toThrow(message);
});
