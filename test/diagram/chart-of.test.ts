/** A chart says all that its machine's config says, in the config's words. */
import { expect, test } from 'vitest';

import { configuredTransitions } from '../../machines/transitions.ts';
import { statesOf } from '../../visualizations/diagram/arrows.ts';
import { chartOf } from '../../visualizations/diagram/chart-of.ts';
import { deep, fifty, guarded, light, MACHINES, player } from './machines.ts';

test.each(Object.entries(MACHINES))('%s: every transition is in the chart, once', (_, machine) => {
  const chart = chartOf(machine);
  expect(chart.transitions.map(({ id }) => id)).toEqual(
    configuredTransitions(machine).map(({ id }) => id),
  );
  const ids = new Set(statesOf(chart.root).map(({ id }) => id));
  for (const { sourceId, targetIds } of chart.transitions) {
    expect([sourceId, ...targetIds].filter((id) => !ids.has(id))).toEqual([]);
  }
});

const transition = (machine: Parameters<typeof chartOf>[0], event: string, source = '') =>
  chartOf(machine).transitions.find((t) => t.event === event && t.sourceId.endsWith(source));

const state = (machine: Parameters<typeof chartOf>[0], name: string) =>
  statesOf(chartOf(machine).root).find((each) => each.name === name);

test('a delay, an actor and the lack of an event are told in words', () => {
  expect(transition(light, 'after 1000 ms')).toMatchObject({ kind: 'after', guard: null });
  expect(transition(player, 'connect is done')).toMatchObject({ kind: 'done' });
  expect(transition(player, 'connect failed')).toMatchObject({ guard: 'givesUp' });
  expect(transition(player, 'always')).toMatchObject({ kind: 'always', guard: 'fn' });
  expect(transition(deep, 'deep.a is done')).toMatchObject({ kind: 'done' });
});

test('guards and actions go by their names, those without one are fn', () => {
  expect(transition(player, 'connect is done')?.actions).toEqual(['save', 'fn']);
  expect(transition(guarded, 'GO')?.guard).toBe('and(isDue, not(isCurrent))');
  expect(state(light, 'green')).toMatchObject({ entry: ['fn'], exit: ['assign'] });
});

test('timers that XState starts by itself are no actions of a state', () => {
  expect(state(light, 'yellow')).toMatchObject({ entry: [], exit: [] });
});

test('kinds of states, what comes first and what a history recalls are known', () => {
  expect(state(player, 'player')).toMatchObject({ kind: 'parallel', initialId: null });
  expect(state(player, 'track')).toMatchObject({
    kind: 'compound',
    initialId: 'player.track.paused',
  });
  expect(state(player, 'track.recalled')).toMatchObject({
    kind: 'history',
    history: 'deep',
    initialId: 'player.track.playing',
  });
  expect(state(player, 'net.busy')?.invokes).toEqual(['connect']);
  expect(state(player, 'track.playing')?.tags).toEqual(['loud']);
  expect(state(light, 'broken')?.kind).toBe('final');
});

test('several targets are all there, and staying has none', () => {
  expect(transition(player, 'BOTH')?.targetIds).toEqual([
    'player.track.playing',
    'player.volume.muted',
  ]);
  expect(transition(player, 'TICK')?.targetIds).toEqual([]);
  expect(chartOf(fifty).root.states).toHaveLength(50);
});
