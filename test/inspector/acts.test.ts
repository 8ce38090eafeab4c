/** Operators act with the token, and with nothing else. */
import { expect, test } from 'vitest';

import { failTimes, QUICK } from '../board/open-boards.ts';
import { act, ask, openInspected, TOKEN, type Answer } from './watching.ts';

const problemOf = ({ status, text }: Answer): readonly [number, string] => [
  status,
  (JSON.parse(text) as { code: string }).code,
];

test('every act does on the board what its method does, in the name that was given', async () => {
  const { board, url, factsOf, clock } = await openInspected({ token: TOKEN }, { observed: true });
  const breaker = board.breaker('a', QUICK);
  const of = { breaker: 'a', reason: 'drill', by: 'ann' };
  expect((await act(url, { act: 'force_open', ...of })).status).toBe(204);
  expect(breaker.snapshot()).toMatchObject({ path: 'open.latched', latches: ['operator'] });
  expect((await act(url, { act: 'force_close', ...of })).status).toBe(204);
  expect(breaker.state).toBe('closed');
  failTimes(breaker, 1);
  expect((await act(url, { act: 'reset', ...of })).status).toBe(204);
  expect(breaker.state).toBe('closed');
  expect((await act(url, { act: 'rotate_key', breaker: 'a', by: 'ann' })).status).toBe(204);
  await clock.settle();
  expect(factsOf('operator.acted').map((fact) => [fact.act, fact.by])).toEqual([
    ['force_open', 'ann'],
    ['force_close', 'ann'],
    ['reset', 'ann'],
    ['rotate_key', 'ann'],
  ]);
});

test('an emergency begins and ends from the page', async () => {
  const { board, url } = await openInspected({ token: TOKEN });
  await act(url, { act: 'emergency_shutdown', reason: 'the bill', by: 'ann' });
  expect(board.emergency).toMatchObject({ reason: 'the bill', by: 'ann' });
  await act(url, { act: 'resume', reason: 'paid', by: 'ann' });
  expect(board.emergency).toBe(null);
});

test('an event is sent to the actor, when its machine knows such events', async () => {
  const { board, url, clock } = await openInspected({ token: TOKEN });
  const breaker = board.breaker('a', QUICK);
  failTimes(breaker, 1);
  const event = { type: 'probe.due', atMs: clock.nowMs() + 60_000 };
  const acted: unknown[] = [];
  board.facts$.subscribe((fact) => {
    if (fact.type === 'operator.acted') acted.push([fact.act, fact.reason, fact.by]);
  });
  const wanted = { act: 'send', breaker: 'a', by: 'ann' };
  expect((await act(url, { ...wanted, event })).status).toBe(204);
  expect(breaker.state).toBe('half_open');
  board.flush();
  expect(acted).toEqual([['send_event', 'probe.due', 'ann']]);
  for (const type of ['xstate.stop', 'nonsense', '*', '']) {
    const answer = await act(url, { ...wanted, event: { type } });
    expect(problemOf(answer)).toEqual([400, 'invalid_act']);
  }
});

test.each([
  ['no act', {}],
  ['an act that is none', { act: 'explode', breaker: 'a' }],
  ['an act of every object', { act: 'constructor' }],
  ['no reason', { act: 'force_open', breaker: 'a', by: 'ann' }],
  ['an empty reason', { act: 'force_open', breaker: 'a', reason: '', by: 'ann' }],
  ['too long a reason', { act: 'reset', breaker: 'a', reason: 'x'.repeat(1_025), by: 'ann' }],
  ['nobody', { act: 'rotate_key', breaker: 'a' }],
  ['a name that is no text', { act: 'rotate_key', breaker: ['a'], by: 'ann' }],
  ['more than it takes', { act: 'rotate_key', breaker: 'a', by: 'ann', reason: 'x' }],
  ['an event that is no object', { act: 'send', breaker: 'a', by: 'ann', event: 'probe.due' }],
  ['a list', []],
  ['null', null],
])('%s is a problem that says what is allowed', async (_, wanted) => {
  const { board, url } = await openInspected({ token: TOKEN });
  board.breaker('a');
  expect(problemOf(await act(url, wanted))).toEqual([400, 'invalid_act']);
  expect(board.breaker('a').state).toBe('closed');
});

test('a breaker that is not there is a problem, and none is made', async () => {
  const { board, url } = await openInspected({ token: TOKEN });
  const answer = await act(url, { act: 'rotate_key', breaker: 'nobody', by: 'ann' });
  expect(problemOf(answer)).toEqual([404, 'unknown_breaker']);
  expect(board.breakers()).toEqual([]);
});

test('what the board refuses comes back in its own words', async () => {
  const { board, url } = await openInspected({ token: TOKEN });
  const breaker = board.breaker('a');
  const { actor } = breaker;
  for (let crash = 0; crash < 6; crash++) {
    Object.defineProperty(breaker.actor.getSnapshot(), 'machine', { value: null });
    breaker.actor.send({ type: 'probe.due', atMs: 0 });
  }
  expect(actor).not.toBe(breaker.actor);
  const wanted = { breaker: 'a', reason: 'r', by: 'ann' };
  const answer = await act(url, { act: 'force_open', ...wanted });
  expect(problemOf(answer)).toEqual([409, 'quarantined']);
  const event = { type: 'probe.due', atMs: 0 };
  expect(problemOf(await act(url, { act: 'send', breaker: 'a', by: 'ann', event }))).toEqual([
    409,
    'quarantined',
  ]);
  expect((await act(url, { act: 'reset', ...wanted })).status).toBe(204);
});

test.each([
  ['', 400, 'not_json'],
  ['{"act":', 400, 'not_json'],
  [`{"act":"check","pad":"${'x'.repeat(16_384)}"}`, 413, 'too_large'],
])('a body %j is refused', async (body, status, code) => {
  const { url } = await openInspected({ token: TOKEN });
  expect(problemOf(await act(url, body))).toEqual([status, code]);
});

test('only JSON acts: what forms can send does not', async () => {
  const { url } = await openInspected({ token: TOKEN });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': type };
    const answer = await ask(url, '/act', { method: 'POST', headers, body: '{"act":"check"}' });
    expect(problemOf(answer)).toEqual([415, 'not_json']);
  }
});
