/** What every store of breakers' states must do, whatever it is made of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BREAKER_STATES, type BreakerRow, type Store } from '../../persistence/store.ts';
import { anyRow, coolingRow, latchedRow, names, row, stored } from './rows.ts';

const LIVES: Readonly<Record<(typeof BREAKER_STATES)[number], BreakerRow>> = {
  closed: row('b', { generation: 4, operatorEpoch: 2 }),
  'open.cooling': coolingRow('b', 61_000.25, { tripCount: 3, cause: 'slow_rate' }),
  'open.exhausted': row('b', { state: 'open.exhausted', generation: 2, budget: 'exceeded' }),
  'open.latched': latchedRow('b', {
    probeAtMs: 5_000,
    trippedAtMs: 900,
    cause: 'probe_expired',
    latches: [
      { name: 'emergency', reason: 'Großbrand 🔥', by: 'ops', atMs: 1_000 },
      { name: 'operator', reason: '', by: 'ops "B"', atMs: 1_001.5 },
      { name: 'unauthorized', reason: "401 ' -- ;", by: 'provider', atMs: 0 },
      { name: 'quota', reason: 'line\nbreak\u0000nul', by: 'provider', atMs: 8.64e15 },
    ],
  }),
  half_open: row('b', { state: 'half_open', generation: 7, probeAtMs: 900, trippedAtMs: 100 }),
  budget_limited: row('b', { state: 'budget_limited', budget: 'warned' }),
};

const closed = row('b', { generation: 99 });
const exhausted = row('b', { state: 'open.exhausted', generation: 99, budget: 'exceeded' });
const cooling = (probeAtMs: number) => coolingRow('b', probeAtMs, { generation: 99 });
const latched = latchedRow('b', { generation: 99 });
const epoch = (operatorEpoch: number, base: BreakerRow): BreakerRow => ({ ...base, operatorEpoch });

type Story = readonly [what: string, before: BreakerRow, after: BreakerRow, nowMs: number];

const STANDS: readonly Story[] = [
  ['a later end ahead stands against an earlier one', cooling(200), cooling(150), 100],
  ['a later end ahead stands against health', cooling(200), closed, 100],
  ['a later end ahead stands against a spent budget', cooling(200), exhausted, 100],
  ['a latch stands against health', latched, closed, 100],
  ['a latch stands against a trip', latched, cooling(1e15), 100],
  ['an operator who closed stands against an older trip', epoch(1, closed), cooling(200), 100],
  ['an operator who closed stands against an older latch', epoch(2, closed), epoch(1, latched), 0],
  ['an operator stands even when the end has passed', epoch(1, cooling(50)), cooling(200), 100],
];

const YIELDS: readonly Story[] = [
  ['health yields to a trip', closed, cooling(200), 100],
  ['an earlier end yields to a later one', cooling(150), cooling(200), 100],
  ['equal ends: the last writer', cooling(200), { ...cooling(200), state: 'half_open' }, 100],
  ['an end that is now has passed', cooling(100), closed, 100],
  ['an end that has passed yields to an earlier one', cooling(90), cooling(80), 100],
  ['a spent budget has no end of its own', exhausted, closed, 100],
  [
    'a spent budget over a trip ends when the trip does',
    { ...exhausted, probeAtMs: 90 },
    closed,
    100,
  ],
  ['a trip yields to a latch', cooling(1e15), latched, 100],
  ['a latch yields to the last of two', latched, { ...latched, generation: 100 }, 100],
  ['a latch yields to a later operator', latched, epoch(1, closed), 100],
  ['a trip ahead yields to a later operator', epoch(3, cooling(200)), epoch(4, closed), 100],
];

/** Registers the suite; `open` makes a new, empty store. */
export function breakerStatesContract(title: string, open: () => Store): void {
  const openStates = () => open().breakerStates;

  describe(`breaker states in ${title}`, () => {
    it('has no rows at first', () => {
      expect(openStates().load()).toEqual({ rows: [], setAside: [] });
    });

    it.each(BREAKER_STATES)('gives back %s as it was saved', (state) => {
      const states = openStates();
      expect(LIVES[state].state).toBe(state);
      states.save([LIVES[state]], 0);
      expect(states.load()).toEqual({ rows: [LIVES[state]], setAside: [] });
    });

    it('gives back any rows as they were saved', () => {
      const states = openStates();
      let run = 0;
      fc.assert(
        fc.property(anyRow(fc.string({ unit: 'grapheme' })), (any) => {
          const saved = { ...any, name: `${run++} ${any.name}` };
          states.save([saved], 0);
          expect(stored(states, saved.name)).toEqual(saved);
        }),
        { numRuns: 200 },
      );
    });

    it('keeps one row for each name, and names apart that differ in case or space', () => {
      const states = openStates();
      states.save([row('a'), row('A'), row('a '), row(''), row('a', { generation: 5 })], 0);
      expect(names(states.load().rows)).toEqual(['', 'A', 'a', 'a ']);
      expect(stored(states, 'a')?.generation).toBe(5);
    });

    it('keeps what was saved when the caller changes its object later', () => {
      const states = openStates();
      const latches = [{ name: 'operator' as const, reason: 'first', by: 'ops', atMs: 1 }];
      states.save([latchedRow('b', { latches })], 0);
      latches.pop();
      expect(stored(states, 'b')?.latches).toHaveLength(1);
    });

    it('saves nothing when there is nothing to save', () => {
      const states = openStates();
      states.save([], 0);
      expect(states.load().rows).toEqual([]);
    });

    it.each(STANDS)('%s', (_, before, after, nowMs) => {
      const states = openStates();
      states.save([{ ...before, generation: 1 }], 0);
      states.save([{ ...after, generation: 2 }], nowMs);
      expect(stored(states, 'b')).toEqual({ ...before, generation: 1 });
    });

    it.each(YIELDS)('%s', (_, before, after, nowMs) => {
      const states = openStates();
      states.save([{ ...before, generation: 1 }], 0);
      states.save([{ ...after, generation: 2 }], nowMs);
      expect(stored(states, 'b')).toEqual({ ...after, generation: 2 });
    });

    it('saves the other rows when one of them loses', () => {
      const states = openStates();
      states.save([latchedRow('held')], 0);
      states.save([row('held'), row('free')], 0);
      expect(stored(states, 'held')?.state).toBe('open.latched');
      expect(names(states.load().rows)).toEqual(['free', 'held']);
    });

    it.each([
      ['generation', { generation: -1 }],
      ['generation', { generation: 2 ** 53 }],
      ['probeAtMs', { probeAtMs: Number.NaN }],
      ['trippedAtMs', { trippedAtMs: Infinity }],
      ['tripCount', { tripCount: 0.5 }],
      ['changedAtMs', { changedAtMs: -1 }],
      ['latch', { state: 'open.latched' as const }],
      ['latches', { latches: latchedRow('b').latches }],
      ['probeAtMs', { state: 'open.cooling' as const }],
    ])('refuses a row of impossible %s and writes none of its neighbours', (field, fields) => {
      const states = openStates();
      expect(() => states.save([row('good'), row('bad', fields), row('late')], 0)).toThrow(
        expect.objectContaining({
          code: 'invalid_argument',
          breaker: 'bad',
          message: expect.stringContaining(field),
        }),
      );
      expect(states.load().rows).toEqual([]);
    });

    it('hears of no changes when nobody else writes', () => {
      const states = openStates();
      states.load();
      states.save([row('mine')], 0);
      const changes = states.changes();
      expect(changes).toEqual({ rows: [], setAside: [] });
      expect(states.changes()).toBe(changes);
      expect(Object.isFrozen(changes) && Object.isFrozen(changes.rows)).toBe(true);
    });

    it('says that it is closed, and may be closed twice', () => {
      const store = open();
      store.close();
      store.close();
      const isClosed = expect.objectContaining({
        code: 'store_unavailable',
        message: expect.stringContaining('closed'),
      });
      expect(() => store.breakerStates.load()).toThrow(isClosed);
      expect(() => store.breakerStates.save([row('b')], 0)).toThrow(isClosed);
      expect(() => store.breakerStates.changes()).toThrow(isClosed);
    });
  });
}
