/** Without the token nobody acts, and guessing it is slow. */
import { expect, test } from 'vitest';

import { VirtualClock } from '../kit/virtual-clock.ts';
import { createOperatorToken } from '../../visualizations/inspector/operator-token.ts';
import { act, openInspected, TOKEN } from './watching.ts';

const CHECK = { act: 'check' } as const;

test.each([
  ['no token at all', null, 401, 'token_missing'],
  ['a wrong one', 'wrong-wrong', 401, 'token_wrong'],
  ['the beginning of it', TOKEN.slice(0, -1), 401, 'token_wrong'],
  ['more than it', `${TOKEN}x`, 401, 'token_wrong'],
])('%s is refused, and nothing is done', async (_, token, status, code) => {
  const { board, url } = await openInspected({ token: TOKEN });
  board.breaker('a');
  const wanted = { act: 'force_open', breaker: 'a', reason: 'r', by: 'b' };
  const answer = await act(url, wanted, token);
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([status, { code }]);
  expect(answer.headers['www-authenticate']).toBe('Bearer');
  expect(answer.text).not.toContain(TOKEN);
  expect(board.breaker('a').state).toBe('closed');
});

test('an inspector without a token shows and does not act, whatever comes', async () => {
  const { url, inspector } = await openInspected();
  for (const token of [null, 'undefined', 'null', TOKEN]) {
    const answer = await act(url, CHECK, token);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([403, { code: 'token_none' }]);
  }
  expect(inspector.operatorUrl).toBe(null);
});

test('the page is told whether one can act, and the operator where', async () => {
  const { url, inspector } = await openInspected({ token: 'a/b#c?d&e=f' });
  expect(inspector.operatorUrl).toBe(`${url}#token=a%2Fb%23c%3Fd%26e%3Df`);
  expect(inspector.url).not.toContain('token');
});

test('after ten wrong tokens in a minute none is looked at, not even the right one', async () => {
  const { clock, url } = await openInspected({ token: TOKEN });
  const statuses: number[] = [];
  for (let guess = 0; guess < 12; guess++) {
    statuses.push((await act(url, CHECK, `guess-${guess}`)).status);
  }
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  const locked = await act(url, CHECK);
  expect([locked.status, locked.headers['retry-after']]).toEqual([429, '60']);
  await clock.advanceAsync(60_000);
  expect((await act(url, CHECK)).status).toBe(204);
});

test('who guesses from one address hinders nobody at another', () => {
  const token = createOperatorToken(TOKEN, new VirtualClock());
  for (let guess = 0; guess < 20; guess++) token.check('Bearer nope', '10.0.0.1');
  expect(token.check(`Bearer ${TOKEN}`, '10.0.0.1')).toBe('too_often');
  expect(token.check(`bearer ${TOKEN}`, '10.0.0.2')).toBe('right');
});

test('addresses that were wrong are remembered up to a bound', () => {
  const token = createOperatorToken(TOKEN, new VirtualClock());
  for (let guess = 0; guess < 10; guess++) token.check('Bearer nope', 'first');
  expect(token.check('Bearer nope', 'first')).toBe('too_often');
  for (let other = 0; other < 1_000; other++) token.check('Bearer nope', `other ${other}`);
  expect(token.check('Bearer nope', 'first')).toBe('wrong');
});

test('an address that goes on guessing is not forgotten for those that guessed once', () => {
  const token = createOperatorToken(TOKEN, new VirtualClock());
  for (let guess = 0; guess < 9; guess++) token.check('Bearer nope', 'first');
  for (let other = 0; other < 999; other++) token.check('Bearer nope', `other ${other}`);
  token.check('Bearer nope', 'first');
  token.check('Bearer nope', 'newcomer');
  expect(token.check(`Bearer ${TOKEN}`, 'first')).toBe('too_often');
});
