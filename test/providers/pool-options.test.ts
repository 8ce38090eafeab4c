/** Options of a pool and its members: what is refused, and in which words. */
import { expect, test } from 'vitest';

import { isFuseboardError } from '../../index.ts';
import { createPool } from '../../services/providers/pool/create-pool.ts';
import type { PoolMember } from '../../services/providers/pool/pool.ts';
import { openVirtualBoard } from '../board/open-boards.ts';
import { seededRandom } from '../kit/seeded-random.ts';
import { guardedFetch } from './pool-rig.ts';

/** Members and options are spread over good ones. */
async function problemOf(
  member: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, unknown>> = {},
  more: readonly PoolMember[] = [],
): Promise<string> {
  const { board, clock } = await openVirtualBoard();
  const good = { id: 'a', fetch: guardedFetch(board, 'a') };
  const members = [{ ...good, ...member }, ...more];
  try {
    createPool(members, options, { clock, random: seededRandom(1) });
    return 'none';
  } catch (error) {
    if (!isFuseboardError(error) || error.code !== 'invalid_option') throw error;
    return error.message;
  }
}

const A = 'pool.members[0]';

test.each([
  [{ id: '' }, `${A}.id must be a string of 1 to 64 characters, got ''`],
  [{ id: 7 }, `${A}.id must be a string of 1 to 64 characters, got 7`],
  [{ fetch: 1 }, `${A}.fetch must be a protected fetch, as board.fetch() makes them, got 1`],
  [{ weight: 0 }, `${A}.weight must be a number above 0 and at most 1000000, got 0`],
  [{ weight: NaN }, `${A}.weight must be a number above 0 and at most 1000000, got NaN`],
  [{ priority: 1.5 }, `${A}.priority must be an integer from -1000000 to 1000000, got 1.5`],
  [{ isEmergency: 'no' }, `${A}.isEmergency must be true or false, got 'no'`],
  [{ headers: 7 }, `${A}.headers must be an object or a function, got 'number'`],
  [
    { headers: { a: 7 } },
    `${A}.headers.a must be a header that HTTP allows, or null, got 'number'`,
  ],
  [{ model: '' }, `${A}.model must be a name, or an object of 1 to 1000 names, got ''`],
  [{ model: { a: 1 } }, `${A}.model must be a name, or an object of 1 to 1000 names, got { a: 1 }`],
  [{ wait: 1 }, `${A}.wait is not an option`],
])('a member with %j is refused', async (member, message) => {
  expect(await problemOf(member)).toBe(message);
});

test.each([
  [
    { strategy: 'best' },
    "pool.strategy must be one of 'priority', 'weighted', 'cheapest', 'fastest', got 'best'",
  ],
  [{ attemptsMax: 0 }, 'pool.attemptsMax must be an integer from 1 to 64, got 0'],
  [{ emergency: 'b' }, "pool.emergency must be the id of a member, got 'b'"],
  [{ emergency: 7 }, 'pool.emergency must be an id or an array of ids, got 7'],
  [{ emergency: 'a' }, "pool.emergency must be not every member, got [ 'a' ]"],
  [{ name: '' }, "pool.name must be a string of 1 to 64 characters, got ''"],
  [{ retryBudget: { ratio: 2 } }, 'pool.retryBudget.ratio must be a number from 0 to 1, got 2'],
  [
    { retryBudget: { creditsMax: 0 } },
    'pool.retryBudget.creditsMax must be a number from 1 to 1000000, got 0',
  ],
  [{ retryBudget: null }, 'pool.retryBudget must be an object, got null'],
  [{ retries: 1 }, 'pool.retries is not an option'],
])('the option %j is refused', async (options, message) => {
  expect(await problemOf({}, options)).toBe(message);
});

test.each([
  '',
  'api.test',
  '/v1',
  'ftp://api.test',
  'https://u:secret@api.test',
  'https://a.test/?key=secret',
  'https://a.test/#x',
])('a base URL of %j is refused, and not shown', async (baseUrl) => {
  const message = await problemOf({ baseUrl });
  expect(message).toContain(`${A}.baseUrl must be an absolute http or https URL`);
  expect(message).not.toContain('secret');
  expect(await problemOf({}, { baseUrl })).toContain('pool.baseUrl must be an absolute');
});

test('a header that HTTP does not allow is refused, and not shown', async () => {
  const message = await problemOf({ headers: { authorization: 'Bearer\nsecret' } });
  expect(message).toContain(`${A}.headers.authorization must be a header that HTTP allows`);
  expect(message).not.toContain('secret');
});

test('a pool without members, with too many, or with one id twice is refused', async () => {
  const { board, clock } = await openVirtualBoard();
  const member = { id: 'a', fetch: guardedFetch(board, 'a') };
  const make = (members: unknown) => () =>
    createPool(members as PoolMember[], {}, { clock, random: seededRandom(1) });
  const many = Array.from({ length: 65 }, (_, number) => ({ ...member, id: `${number}` }));
  for (const members of [[], many, undefined]) {
    expect(make(members)).toThrow('pool.members must be an array of 1 to 64 members');
  }
  expect(make([member, member])).toThrow('pool.members must be members with ids of their own');
});

test('good options pass, and base URLs lose their last slash', async () => {
  expect(await problemOf({ model: { a: 'b' }, headers: () => ({}), weight: 0.5 })).toBe('none');
  const { board, clock } = await openVirtualBoard();
  const member = { id: 'a', fetch: guardedFetch(board, 'a'), baseUrl: 'https://a.test/v1/' };
  const pool = createPool([member], {}, { clock, random: seededRandom(1) });
  expect(pool.baseUrl).toBe('https://a.test/v1');
});
