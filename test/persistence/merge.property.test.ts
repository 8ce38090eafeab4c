/** Properties of merging: connections converge, both stores agree, and no change is missed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { endAtMs } from '../../persistence/breaker-row.ts';
import { memoryStore } from '../../persistence/memory.ts';
import type { BreakerRow } from '../../persistence/store.ts';
import { anyRow, coolingRow, latchedRow, row, stored } from './rows.ts';
import { openSqliteStore, scratchFile } from './scratch.ts';

const NOW_MS = 1_000;

/** Rows of one breaker that all end ahead, no two of them at one epoch and end. */
const rivals = fc
  .uniqueArray(
    fc.record({
      operatorEpoch: fc.nat({ max: 2 }),
      endsAtMs: fc.oneof(fc.integer({ min: 1_001, max: 1_006 }), fc.constant(Infinity)),
      connection: fc.constantFrom(0 as const, 1 as const),
    }),
    {
      minLength: 2,
      maxLength: 8,
      selector: ({ operatorEpoch, endsAtMs }) => `${operatorEpoch} ${endsAtMs}`,
    },
  )
  .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));

const ending = (name: string, endsAtMs: number, operatorEpoch: number): BreakerRow =>
  endsAtMs === Infinity
    ? latchedRow(name, { operatorEpoch })
    : coolingRow(name, endsAtMs, { operatorEpoch });

const strongest = (rows: readonly BreakerRow[]): BreakerRow | undefined =>
  rows.toSorted(
    (a, b) => b.operatorEpoch - a.operatorEpoch || (endAtMs(b) > endAtMs(a) ? 1 : -1),
  )[0];

describe('merging', () => {
  it('ends in the same row in whatever order two connections save', () => {
    const path = scratchFile();
    const connections = [openSqliteStore(path), openSqliteStore(path)] as const;
    const memory = memoryStore().breakerStates;
    let run = 0;
    fc.assert(
      fc.property(rivals, ([all, shuffled]) => {
        run++;
        const results = [all, shuffled].map((order, index) => {
          const name = `run ${run}, order ${index}`;
          const rows = order.map((one) => ending(name, one.endsAtMs, one.operatorEpoch));
          rows.forEach((one, at) => {
            connections[order[at]?.connection ?? 0].breakerStates.save([one], NOW_MS);
            memory.save([one], NOW_MS);
          });
          expect(stored(memory, name)).toEqual(strongest(rows));
          return [name, strongest(rows)] as const;
        });
        const loaded = new Map(
          connections[0].breakerStates.load().rows.map((one) => [one.name, one] as const),
        );
        for (const [name, expected] of results) expect(loaded.get(name)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same rule in memory and in SQL', () => {
    const save = fc.record({
      rows: fc.array(anyRow(fc.constantFrom('a', 'b')), { minLength: 1, maxLength: 3 }),
      nowMs: fc.nat({ max: 10_000 }),
    });
    const sqlite = openSqliteStore(scratchFile()).breakerStates;
    let run = 0;
    fc.assert(
      fc.property(fc.array(save, { maxLength: 6 }), (saves) => {
        const memory = memoryStore().breakerStates;
        const prefix = `${run++} `;
        for (const { rows, nowMs } of saves) {
          const named = rows.map((one) => ({ ...one, name: prefix + one.name }));
          memory.save(named, nowMs);
          sqlite.save(named, nowMs);
        }
        const inSqlite = sqlite.load().rows.filter((one) => one.name.startsWith(prefix));
        expect(new Set(inSqlite)).toEqual(new Set(memory.load().rows));
      }),
      { numRuns: 150 },
    );
  });

  it('never misses a change, however saves and polls interleave', () => {
    const step = fc.oneof(
      fc.record({ does: fc.constant('poll' as const) }),
      fc.record({
        does: fc.constantFrom('save here' as const, 'save there' as const),
        names: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const path = scratchFile();
        const stores = [openSqliteStore(path), openSqliteStore(path)] as const;
        const [here, there] = [stores[0].breakerStates, stores[1].breakerStates];
        const seen = new Map<string, number>();
        const own = new Set<number>();
        const poll = (): void => {
          for (const one of here.changes().rows) {
            expect(own).not.toContain(one.generation);
            seen.set(one.name, one.generation);
          }
        };
        here.load();
        steps.forEach((one, generation) => {
          if (one.does === 'poll') return poll();
          if (one.does === 'save here') own.add(generation);
          const states = one.does === 'save here' ? here : there;
          states.save(
            one.names.map((name) => row(name, { generation })),
            0,
          );
        });
        poll();
        for (const { name, generation } of there.load().rows) {
          if (!own.has(generation)) expect(seen.get(name)).toBe(generation);
        }
        for (const store of stores) store.close();
      }),
      { numRuns: 60 },
    );
  });
});
