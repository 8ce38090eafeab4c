/** The statechart's stories, and that they leave none of its transitions untold. */
import { describe, expect, test } from 'vitest';

import { breakerMachine } from '../../machines/breaker.ts';
import { configuredTransitions } from '../../machines/transitions.ts';
import { BUDGET_STORIES } from './budget-stories.ts';
import { HEALTH_STORIES } from './health-stories.ts';
import { OPERATOR_STORIES } from './operator-stories.ts';
import { PEER_STORIES } from './peer-stories.ts';
import { tell } from './story.ts';

const CHAPTERS = {
  health: HEALTH_STORIES,
  money: BUDGET_STORIES,
  'whoever holds it open': OPERATOR_STORIES,
  'another process': PEER_STORIES,
};

const told = new Set<string>();

describe.each(Object.entries(CHAPTERS))('the breaker and %s:', (_, stories) => {
  test.each(Object.entries(stories))('%s', (_title, story) => {
    for (const id of tell(story)) told.add(id);
  });
});

test('the stories leave no transition of the statechart untold', () => {
  const untold = configuredTransitions(breakerMachine).map(({ id }) => id);
  expect(untold.filter((id) => !told.has(id))).toEqual([]);
});

test('a story that is not so is found out', () => {
  const wrong = [
    'closed  trip @10 >70  open.cooling  g+1 trips=1 cause=custom',
    'closed  trip @10 >70  closed',
    'open.cooling  trip @10 >70  open.cooling',
    'closed  operator.force_open @1  open.latched  g+1 act latches=emergency',
  ];
  for (const story of wrong) expect(() => tell(story)).toThrow(/expected/);
});
