/** Rows of breakers: by hand for stories, by fast-check for properties. */
import fc from 'fast-check';

import { LATCHES } from '../../machines/breaker-context.ts';
import { BREAKER_STATES, type BreakerRow, type BreakerStates } from '../../persistence/store.ts';

/** A closed breaker that has seen nothing, but for what is given. */
export const row = (name: string, fields: Partial<BreakerRow> = {}): BreakerRow => ({
  name,
  state: 'closed',
  generation: 0,
  probeAtMs: null,
  trippedAtMs: null,
  tripCount: 0,
  cause: null,
  budget: 'ok',
  latches: [],
  operatorEpoch: 0,
  changedAtMs: 1_000,
  ...fields,
});

export const coolingRow = (name: string, probeAtMs: number, fields: Partial<BreakerRow> = {}) =>
  row(name, {
    state: 'open.cooling',
    generation: 1,
    probeAtMs,
    trippedAtMs: 1_000,
    tripCount: 1,
    cause: 'consecutive_failures',
    ...fields,
  });

export const latchedRow = (name: string, fields: Partial<BreakerRow> = {}) =>
  row(name, {
    state: 'open.latched',
    generation: 1,
    latches: [{ name: 'operator', reason: 'maintenance', by: 'ops', atMs: 1_000 }],
    ...fields,
  });

export const stored = (states: BreakerStates, name: string): BreakerRow | undefined =>
  states.load().rows.find((loaded) => loaded.name === name);

export const names = (rows: readonly BreakerRow[]): string[] => rows.map((one) => one.name).sort();

/** Whole and broken milliseconds alike; never -0, which SQLite stores as 0. */
const instant = fc.oneof(
  fc.nat({ max: 10_000 }),
  fc.double({ min: 0, max: 8.64e15, noNaN: true }).map((ms) => ms + 0),
);

const latch = fc.record({
  name: fc.constantFrom(...LATCHES),
  reason: fc.string({ unit: 'grapheme' }),
  by: fc.string(),
  atMs: instant,
});

/** Every row that a breaker could be in, and some that it never is. */
export const anyRow = (name: fc.Arbitrary<string>): fc.Arbitrary<BreakerRow> =>
  fc
    .record({
      name,
      state: fc.constantFrom(...BREAKER_STATES),
      generation: fc.nat(),
      probeAtMs: fc.option(instant),
      trippedAtMs: fc.option(instant),
      tripCount: fc.nat(),
      cause: fc.option(
        fc.constantFrom(
          'consecutive_failures' as const,
          'failure_rate' as const,
          'slow_rate' as const,
          'custom' as const,
          'rate_limited' as const,
          'probe_failed' as const,
          'probe_expired' as const,
        ),
      ),
      budget: fc.constantFrom('ok' as const, 'warned' as const, 'exceeded' as const),
      latches: fc.uniqueArray(latch, { minLength: 1, selector: (one) => one.name }),
      operatorEpoch: fc.nat({ max: 3 }),
      changedAtMs: instant,
    })
    .map((fields) => ({
      ...fields,
      latches: fields.state === 'open.latched' ? fields.latches : [],
      probeAtMs: fields.state === 'open.cooling' ? (fields.probeAtMs ?? 1) : fields.probeAtMs,
    }));
