/** Every named case of the specification has a test that carries its id. */
import { expect, test } from 'vitest';

import { CASES } from '../spec/cases.ts';
import { TESTS } from './sources.ts';

test('an id is listed once', () => {
  expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
});

test('each case has a test whose title starts with its id', () => {
  const titled = (id: string): boolean =>
    TESTS.some(({ text }) => new RegExp(`['"\`]${id} \\S`).test(text));
  expect(CASES.filter(({ id }) => !titled(id)).map(({ id, name }) => `${id} ${name}`)).toEqual([]);
});

test('a title names no case that is not listed', () => {
  const prefixes = [...new Set(CASES.map(({ id }) => id.replace(/-\d+$/, '')))].join('|');
  const titles = new RegExp(`(?<=['"\`])(${prefixes})-\\d+(?= )`, 'g');
  const listed = new Set(CASES.map(({ id }) => id));
  const named = TESTS.flatMap(({ text }) => text.match(titles) ?? []);
  expect(named.filter((id) => !listed.has(id))).toEqual([]);
});
