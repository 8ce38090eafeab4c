/** What the breaker's view works out by itself: events written for somebody, moments, words. */
import { createActor } from 'xstate';
import { expect, test } from 'vitest';

import { breakerMachine } from '../../machines/breaker.ts';
import { configuredTransitions } from '../../machines/transitions.ts';
import { plainObject } from '../../visualizations/inspector/plain-json.ts';
import { differencesOf, valueText } from '../../visualizations/page/breaker/context-words.ts';
import { draftOf, fieldsOf } from '../../visualizations/page/breaker/event-draft.ts';
import { spanText } from '../../visualizations/page/breaker/time-words.ts';

const NOW_MS = 1_700_000_000_000;
const TYPES = [...new Set(configuredTransitions(breakerMachine).map((one) => one.eventType))];

/** Where each event is answered when it is sent as drafted; the way there is drafted too. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  'probe.due': ['trip'],
  'probe.succeeded': ['trip', 'probe.due'],
  'probe.failed': ['trip', 'probe.due'],
  'key.rotated': ['key.rejected'],
  'emergency.resumed': ['emergency.shutdown'],
  'budget.recovered': ['budget.exceeded'],
};

test.each(TYPES)('%s as it is drafted is answered by the machine', (type) => {
  const actor = createActor(breakerMachine).start();
  for (const sent of [...(WAYS[type] ?? []), type]) {
    const before = actor.getSnapshot();
    const draft = draftOf(sent, { nowMs: NOW_MS, context: plainObject(before.context) });
    actor.send({ ...draft, type: sent } as never);
    expect(actor.getSnapshot()).not.toBe(before);
  }
});

test('of an event that nobody knows, nothing is drafted but a place for fields', () => {
  expect(draftOf('who.knows', { nowMs: NOW_MS, context: null })).toEqual({});
});

test.each([
  ['', {}],
  ['{ "atMs": 5 }', { atMs: 5 }],
])('fields written as %j are read', (text, fields) => {
  expect(fieldsOf(text)).toEqual(fields);
});

test.each(['[]', 'null', '7', '{'])('fields written as %j are refused with a reason', (text) => {
  expect(typeof fieldsOf(text)).toBe('string');
});

test.each([
  ['tripCount', 3, '3'],
  ['cause', null, '–'],
  ['latches', [], 'none'],
  ['latches', [{ name: 'quota', by: 'provider', reason: 'r', atMs: 1 }], 'quota by provider'],
  ['anything', { deep: [1] }, '{"deep":[1]}'],
  ['long', 'x'.repeat(500), `${'x'.repeat(239)}…`],
] as const)('a context’s %s reads %j as %s', (key, value, text) => {
  expect(valueText(key, value)).toBe(text);
});

test('a difference whose past the tape does not reach says so', () => {
  expect(differencesOf(['a'], null, { a: 1 })).toEqual([{ key: 'a', before: '?', after: '1' }]);
  expect(differencesOf(['a'], { a: 0 }, { a: 1 })).toEqual([{ key: 'a', before: '0', after: '1' }]);
});

test.each([
  [0, '0 ms'],
  [-5, '0 ms'],
  [999, '999 ms'],
  [3_449, '3.4 s'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [90_000_000, '1 d 1 h'],
])('%i milliseconds read %s', (ms, text) => {
  expect(spanText(ms)).toBe(text);
});
