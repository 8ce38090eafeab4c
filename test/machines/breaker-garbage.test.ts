/**
 * Other actors may send the breaker anything. Whatever comes, and however malformed: its actor
 * lives, its context stays possible, and what is kept of it can be read back.
 */
import fc from 'fast-check';
import { createActor, type SnapshotFrom } from 'xstate';
import { describe, expect, test } from 'vitest';

import {
  BREAKER_STATES,
  LATCHES,
  type BreakerContext,
  type BreakerEvent,
} from '../../machines/breaker-context.ts';
import { breakerMachine } from '../../machines/breaker.ts';
import { rowProblem } from '../../persistence/breaker-row.ts';
import { stateName } from '../../machines/transitions.ts';

const START_MS = 1_700_000_000_000;

const hostile = fc.constantFrom<unknown>(
  Symbol('anything'),
  10n,
  () => 1,
  new Date(NaN),
  Object.create(null),
  { valueOf: () => expect.unreachable('asked a stranger for its value') },
  { toString: () => expect.unreachable('asked a stranger for its text') },
);
const garbage = fc.oneof(hostile, fc.anything(), fc.double(), fc.string());
const or = <T>(likely: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: likely }, { weight: 1, arbitrary: garbage });

const instant = fc.integer({ min: -5, max: 200 }).map((second) => START_MS + second * 1_000);
const count = fc.integer({ min: -1, max: 4 });
const cause = fc.constantFrom('failure_rate', 'custom', 'rate_limited', 'no such cause');
const latch = fc.record(
  {
    name: or(fc.constantFrom(...LATCHES)),
    reason: or(fc.constant('because')),
    by: or(fc.constant('ann')),
    atMs: or(instant),
  },
  { requiredKeys: [] },
);

/** Every field that some event has, each of them there or not, and of its kind or not. */
const fields = {
  atMs: or(instant),
  probeAtMs: or(fc.option(instant)),
  trippedAtMs: or(fc.option(instant)),
  needed: or(count),
  cause: or(fc.option(cause)),
  tripCount: or(count),
  reason: or(fc.string()),
  by: or(fc.string()),
  operatorEpoch: or(count),
  latches: or(fc.array(or(latch), { maxLength: 3 })),
};
const payload = fc.oneof(fc.record(fields), fc.record(fields, { requiredKeys: [] }));
const generation = fc.oneof(
  { weight: 5, arbitrary: fc.constant('current' as const) },
  { weight: 1, arbitrary: garbage },
);
const type = fc.constantFrom(...breakerMachine.events, 'no.such.event', '');
const step = fc.tuple(type, generation, payload);

type Snapshot = SnapshotFrom<typeof breakerMachine>;

const say = (snapshot: Snapshot): string => stateName(snapshot.value);

/** What is impossible about a snapshot; empty when nothing is. */
function impossible({ value, context, status, tags }: Snapshot): string[] {
  const state = stateName(value);
  const top = state.split('.')[0];
  const { budget, latches, probeAtMs, trippedAtMs, cause: tripCause, tripCount } = context;
  const isAdmitting = state === 'closed' || state === 'budget_limited';
  const row = { name: 'b', state, changedAtMs: START_MS, ...context };
  const checks: readonly (readonly [boolean, string])[] = [
    [status === 'active', 'the actor lives'],
    [(BREAKER_STATES as readonly string[]).includes(state), 'the state is known'],
    [['closed', 'open', 'half_open', 'budget_limited'].includes(top ?? ''), 'four states'],
    [tags.size === 1, 'one tag'],
    [latches.length > 0 === (state === 'open.latched'), 'latches hold what is latched'],
    [state !== 'open.cooling' || Number.isFinite(probeAtMs), 'cooling ends'],
    [state !== 'half_open' || Number.isFinite(probeAtMs), 'probes follow a trip'],
    [!isAdmitting || probeAtMs === null, 'an admitting breaker waits for no probe'],
    [!isAdmitting || (trippedAtMs === null && tripCause === null), 'nor remembers a trip'],
    [!isAdmitting || tripCount === 0, 'nor counts trips'],
    [probeAtMs !== null || tripCount === 0, 'no trips without an unresolved one'],
    [state !== 'closed' || budget === 'ok', 'closed has money'],
    [state !== 'budget_limited' || budget === 'warned', 'limited is warned'],
    [(state === 'open.exhausted') === (budget === 'exceeded') || top === 'open', 'spent is open'],
    [state !== 'open.exhausted' || budget === 'exceeded', 'exhausted is spent'],
    [state !== 'open.cooling' || budget !== 'exceeded', 'spent outranks cooling'],
    [Number.isSafeInteger(context.probesSucceeded), 'probes are counted'],
    [rowProblem(row) === null, `it can be kept: ${rowProblem(row)}`],
  ];
  return checks.filter(([holds]) => !holds).map(([, what]) => what);
}

describe('a breaker to which other actors send what they like', () => {
  test('lives, and stays possible', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const actor = createActor(breakerMachine);
        // An actor without an error observer would take the process with it.
        actor.subscribe({ error: () => {} });
        actor.start();
        for (const [name, of, rest] of steps) {
          const before = actor.getSnapshot().context;
          const own = of === 'current' ? before.generation : of;
          actor.send({ ...rest, type: name, generation: own } as unknown as BreakerEvent);
          const after = actor.getSnapshot();
          const problems = impossible(after);
          if (problems.length > 0) expect(problems, `after ${name} in ${say(after)}`).toEqual([]);
          expectOnward(before, after.context);
        }
        actor.stop();
      }),
      { numRuns: 2_000 },
    );
  });

  test('takes an event without any data for nothing that it could not do without', () => {
    for (const name of breakerMachine.events) {
      const actor = createActor(breakerMachine).start();
      actor.send({ type: 'trip', cause: 'custom', generation: 0, atMs: 1_000, probeAtMs: 2_000 });
      actor.send({ type: name } as BreakerEvent);
      expect(impossible(actor.getSnapshot()), name).toEqual([]);
    }
  });
});

function expectOnward(before: BreakerContext, after: BreakerContext): void {
  const bump = after.generation - before.generation;
  if (bump !== 0) expect(bump).toBe(1);
  if (after.operatorEpoch < before.operatorEpoch) expect.unreachable('an act was forgotten');
}
