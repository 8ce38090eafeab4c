/** What the demo calls, through protected fetches of a real board, at the simulated providers. */
import { afterEach, describe, expect, test } from 'vitest';

import { openBoard, usd, type Board, type FactOf } from '../../index.ts';
import { PROVIDERS, type Endpoint } from '../../visualizations/demo/endpoints.ts';
import { LANES, REAL_RATE } from '../../visualizations/demo/lanes.ts';
import { openLanes, type LiveLane } from '../../visualizations/demo/live-lanes.ts';
import { createScenario } from '../../visualizations/demo/scenario.ts';
import { startSimulated } from '../../visualizations/demo/simulated-providers.ts';
import { seededRandom } from '../kit/seeded-random.ts';

const scenario = createScenario(7, 4_000, seededRandom(7));
const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

async function rig(change: (endpoint: Endpoint) => Endpoint = (each) => each) {
  const budgets = [{ id: 'all', limit: usd(100), period: 'total' as const }];
  const board = await openBoard({ budgets, random: seededRandom(1) });
  open.push(board);
  const simulated = await startSimulated(PROVIDERS, { pace: scenario.pace, seed: 7 });
  open.push(simulated);
  const endpoints = simulated.endpoints.map(change);
  // So that no busy machine is taken for a slow provider.
  const pace = 10;
  const lanes = openLanes({ board, endpoints, pace, rate: 60, random: seededRandom(2) });
  return { board, simulated, lanes };
}

/** Each lane calls so many times; what was settled. */
async function settledOf(board: Board, lanes: readonly LiveLane[], times: number) {
  const settled: FactOf<'cost.settled'>[] = [];
  board.facts$.subscribe((fact) => {
    if (fact.type === 'cost.settled') settled.push(fact);
  });
  const { signal } = new AbortController();
  for (let count = 0; count < times; count++) {
    await Promise.all(lanes.map((lane) => lane.call(signal)));
  }
  board.flush();
  return settled;
}

describe('the lanes of the demo', () => {
  test('have breakers with short names, and the shares of all calls', async () => {
    const { lanes } = await rig();
    expect(lanes.map(({ name, breaker }) => [name, breaker.name])).toEqual(
      LANES.map(({ name }) => [name, name]),
    );
    expect(lanes.reduce((sum, { rate }) => sum + rate, 0)).toBeCloseTo(60);
  });

  test('cost what is said of them, and are reserved for what is said', async () => {
    const { board, lanes, simulated } = await rig();
    const settled = await settledOf(board, lanes, 30);
    for (const lane of LANES) {
      const own = settled.filter(({ breaker }) => breaker === lane.name);
      expect(own).toHaveLength(30);
      expect(new Set(own.map(({ outcome }) => outcome))).toEqual(new Set(['succeeded']));
      expect(own.some(({ basis }) => basis === 'assumed')).toBe(false);
      const mean = own.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0) / own.length;
      // Before the story begins none of them thinks, which one of them is paid for.
      if (lane.scope !== 'o3') {
        expect(mean / lane.usualNanoUsd).toBeGreaterThan(0.6);
        expect(mean / lane.usualNanoUsd).toBeLessThan(1.4);
      }
      // The last one too: what was learnt meanwhile makes no call dearer than it can be.
      for (const one of [own[0], own.at(-1)]) {
        expect((one?.worstNanoUsd ?? 0) / lane.worstNanoUsd).toBeGreaterThan(0.7);
        expect((one?.worstNanoUsd ?? 0) / lane.worstNanoUsd).toBeLessThan(1.3);
      }
    }
    for (const name of PROVIDERS) {
      const count = LANES.filter(({ provider }) => provider === name).length * 30;
      expect(simulated.requestCount(name)).toBe(count);
      expect(lanes.find(({ provider }) => provider.name === name)?.provider.sentCount).toBe(count);
    }
  });

  test('tag their calls with what they are for, and whether that is real', async () => {
    const { board, lanes } = await rig((each) => ({ ...each, isReal: each.provider === 'openai' }));
    await settledOf(board, lanes, 2);
    const groups = async (by: `tag:${string}`) =>
      (await board.costs.report({ by })).rows.map(({ group, callCount }) => [group, callCount]);
    expect(new Set(await groups('tag:source'))).toEqual(
      new Set([
        ['real', 6],
        ['simulated', 4],
      ]),
    );
    expect(new Set(await groups('tag:feature'))).toEqual(
      new Set(LANES.map(({ feature }) => [feature, 2])),
    );
  });

  test('call what is real seldom, and give it time', async () => {
    const { lanes } = await rig((each) => ({ ...each, isReal: each.provider === 'openai' }));
    const real = lanes.filter(({ provider }) => provider.isReal);
    expect(real).toHaveLength(3);
    expect(real.reduce((sum, { rate }) => sum + rate, 0)).toBeCloseTo(REAL_RATE);
    expect(lanes.find(({ name }) => name === 'lightrag query')?.rate).toBeCloseTo(6);
  });

  test('end a call that nobody waits for any more', async () => {
    const { lanes, board } = await rig();
    const ending = new AbortController();
    const calls = lanes.map((lane) => lane.call(ending.signal));
    ending.abort();
    await Promise.all(calls);
    for (const { breaker } of lanes) {
      expect(breaker.snapshot()).toMatchObject({ state: 'closed', inFlightCount: 0 });
    }
    board.flush();
  });
});
