/**
 * The board's gate beside a breaker's own: what is told to it holds in the same turn, charts are
 * told later, and a breaker that nothing concerns never wakes.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { BudgetLevel } from '../../index.ts';
import { LiveBoardGate, type GateSubject } from '../../services/board-gate.ts';
import { BreakerCore } from '../../services/breaker-core.ts';
import { LANE_GENERAL, LANE_PLAIN, LANE_TIMED } from '../../services/breaker-state.ts';
import { Deadlines } from '../../services/deadlines.ts';
import type { BreakerOptions } from '../../services/options.ts';
import { resolveOptions } from '../../services/resolve-options.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { failTimes } from './open-boards.ts';

/** Breakers and their gate, without the rest of a board. */
function gateOver(clock: VirtualClock = new VirtualClock()) {
  const deadlines = new Deadlines(clock);
  const breakers: BreakerCore[] = [];
  const gate = new LiveBoardGate({ clock, deadlines, living: () => breakers.values() });
  const kept: string[] = [];
  const make = (options: BreakerOptions = {}): BreakerCore => {
    const name = `api ${breakers.length}`;
    const breaker = new BreakerCore(name, resolveOptions(options), {
      clock,
      random: () => 0.5,
      deadlines,
      boardGate: gate,
      treasury: null,
      isObserved: false,
      isClosed: false,
      onIdle: null,
      publish: () => {},
      keep: (name) => kept.push(name),
      watch: () => {},
    });
    breakers.push(breaker);
    return breaker;
  };
  const levels = new Map<string, BudgetLevel>();
  const levelOf = ({ name }: GateSubject): BudgetLevel => levels.get(name) ?? 'ok';
  return { clock, gate, make, breakers, levels, levelOf, kept };
}

/** How long one slice may hold the event loop. */
const SLICE_MS = 5;

const emergency = (reason: string, atMs: number) => ({ reason, by: 'ann', atMs });

describe('a level of a budget', () => {
  test.each<[BudgetLevel, string, string | null]>([
    ['ok', 'closed', null],
    ['warned', 'budget_limited', null],
    ['exceeded', 'open.exhausted', 'budget_exceeded'],
  ])('%s makes a breaker %s in the turn in which it is told', async (level, path, code) => {
    const { gate, make, levels, levelOf } = gateOver();
    const [api, other] = [make(), make()];
    gate.levelsFrom(levelOf);
    await api.call(() => 1);
    levels.set(api.name, level);
    gate.changed();
    const answer = await api.tryCall(({ isDegraded }) => isDegraded);
    if (code === null) expect(answer).toEqual({ ok: true, value: level === 'warned' });
    else expect(answer).toMatchObject({ refused: true, refusal: { code } });
    expect(api.snapshot().path).toBe(path);
    expect(await other.call(() => 1)).toBe(1);
    expect(other.isHydrated).toBe(false);
    levels.clear();
    gate.changed();
    expect(api.state).toBe('closed');
    expect(await api.call(({ isDegraded }) => isDegraded)).toBe(false);
  });

  test('of one breaker can be told without a word to the others', async () => {
    const { gate, make, levels, levelOf } = gateOver();
    const [api, other] = [make(), make()];
    gate.levelsFrom(levelOf);
    for (const breaker of [api, other]) await breaker.call(() => 1);
    const { version } = gate;
    levels.set(api.name, 'exceeded');
    gate.changed(api);
    expect([api.isBehind, other.isBehind, gate.version]).toEqual([true, false, version]);
    expect(() => api.acquire()).toThrow(expect.objectContaining({ code: 'budget_exceeded' }));
  });

  test('is left alone where nobody says what it is', async () => {
    const { gate, make } = gateOver();
    const api = make();
    api.actor.send({ type: 'budget.warned', atMs: 0 });
    gate.changed();
    expect(api.state).toBe('budget_limited');
  });

  test('changes the chart without a step through another state when an emergency ends', () => {
    const { gate, make, levels, levelOf, kept, clock } = gateOver();
    const api = make();
    gate.levelsFrom(levelOf);
    void api.actor;
    gate.setEmergency(emergency('stop', 1), null);
    expect(api.state).toBe('open');
    const paths: string[] = [];
    api.actor.subscribe((snapshot) => paths.push(JSON.stringify(snapshot.value)));
    paths.length = 0;
    levels.set(api.name, 'exceeded');
    gate.setEmergency(null, emergency('over', clock.nowMs()));
    expect(api.snapshot().path).toBe('open.exhausted');
    expect(new Set(paths)).toEqual(new Set(['{"open":"latched"}', '{"open":"exhausted"}']));
    expect(kept.length).toBeGreaterThan(0);
  });
});

test('an emergency comes before money, so that a breaker is latched in one step', () => {
  const { gate, make, levels, levelOf } = gateOver();
  const api = make();
  gate.levelsFrom(levelOf);
  const paths: string[] = [];
  api.actor.subscribe((snapshot) => paths.push(JSON.stringify(snapshot.value)));
  levels.set(api.name, 'exceeded');
  gate.setEmergency(emergency('stop', 1), null);
  expect(api.state).toBe('open');
  expect(api.circuit?.context.budget).toBe('exceeded');
  expect(new Set(paths)).toEqual(new Set(['{"open":"latched"}']));
});

describe('the short way of a call', () => {
  test.each([
    [LANE_PLAIN, {}],
    [LANE_TIMED, { trip: { policy: 'count', calls: 9 } }],
  ] as const)('lane %s is left while news waits, and taken again', async (lane, options) => {
    const { gate, make } = gateOver();
    const api = make(options);
    await api.call(() => 1);
    expect(api.lane).toBe(lane);
    gate.changed();
    expect(api.lane).toBe(LANE_GENERAL);
    await api.call(() => 1);
    expect(api.lane).toBe(lane);
    gate.setEmergency(emergency('stop', 1), null);
    await api.tryCall(() => 1);
    expect(api.lane).toBe(LANE_GENERAL);
    gate.setEmergency(null, emergency('over', 2));
    await api.call(() => 1);
    expect(api.lane).toBe(lane);
  });

  test('is not taken again by changed options while news waits', async () => {
    const { gate, make, levels, levelOf } = gateOver();
    const api = make();
    gate.levelsFrom(levelOf);
    await api.call(() => 1);
    levels.set(api.name, 'exceeded');
    gate.changed();
    api.configure({ failureThreshold: 9 });
    await expect(api.call(() => 1)).rejects.toMatchObject({ code: 'budget_exceeded' });
  });

  test('a board that is quiet wakes nobody', async () => {
    const { gate, make, levelOf, clock } = gateOver();
    const api = make();
    gate.levelsFrom(levelOf);
    for (let change = 0; change < 3; change++) {
      gate.changed();
      clock.advance(5);
      await api.call(() => 1);
      expect(api.state).toBe('closed');
    }
    expect(api.isHydrated).toBe(false);
    expect(clock.pendingCount).toBe(0);
  });
});

describe('charts', () => {
  /** Time passes while it is looked at: half a millisecond a look. */
  class BusyClock extends VirtualClock {
    #lookedMs = 0;
    /** How long each timer has held the event loop. */
    readonly heldMs: number[] = [];

    override monotonicMs(): number {
      this.#lookedMs += 0.5;
      return super.monotonicMs() + this.#lookedMs;
    }

    override setTimer(delayMs: number, held: boolean, run: () => void) {
      return super.setTimer(delayMs, held, () => {
        const beforeMs = this.#lookedMs;
        run();
        this.heldMs.push(this.#lookedMs - beforeMs);
      });
    }
  }

  test('that are awake are told in slices of at most five milliseconds', () => {
    const clock = new BusyClock();
    const { gate, make, breakers } = gateOver(clock);
    for (let number = 0; number < 100; number++) void make().actor;
    const sleeper = make();
    const latched = (): number =>
      breakers.filter(({ circuit }) => circuit?.state === 'open.latched').length;
    gate.setEmergency(emergency('stop', 1), null);
    expect(latched()).toBe(0);
    clock.advance(1_000);
    expect(latched()).toBe(100);
    expect(clock.heldMs.length).toBeGreaterThan(10);
    // The timer's own three looks at the clock take their half milliseconds, too.
    expect(Math.max(...clock.heldMs)).toBeLessThanOrEqual(SLICE_MS + 1.5);
    expect(sleeper.isHydrated).toBe(false);
    expect(clock.pendingCount).toBe(0);
  });

  test('are told of the last of several changes, with its own words', () => {
    const { gate, make, clock } = gateOver();
    const api = make();
    void api.actor;
    gate.setEmergency(emergency('first', 1), null);
    clock.advance(1);
    gate.setEmergency(null, emergency('over', 2));
    gate.setEmergency(emergency('second', 3), emergency('over', 2));
    clock.advance(1);
    expect(api.circuit?.context.latches).toEqual([
      { name: 'emergency', ...emergency('second', 3) },
    ]);
  });

  test('of a breaker made while something is in force agree when they are looked at', () => {
    const { gate, make, levels, levelOf } = gateOver();
    gate.levelsFrom(levelOf);
    levels.set('api 0', 'warned');
    expect(make().state).toBe('budget_limited');
    gate.setEmergency(emergency('stop', 1), null);
    expect(make().snapshot()).toMatchObject({ path: 'open.latched', latches: ['emergency'] });
    expect(make().actor.getSnapshot().hasTag('refuse')).toBe(true);
    expect(make().explain()).toContain('Held open (emergency) by ann: stop');
  });

  test('in quarantine catch up when it ends; calls are refused all the same', () => {
    const { gate, make } = gateOver();
    const api = make({ onQuarantine: 'admit' });
    for (let crash = 0; crash < 6; crash++) (api.actor as unknown as { stop(): void }).stop();
    expect(api.isQuarantined).toBe(true);
    expect(() => api.acquire()).not.toThrow();
    gate.setEmergency(emergency('stop', 1), null);
    expect(() => api.acquire()).toThrow(expect.objectContaining({ code: 'circuit_latched' }));
    expect(api.explain()).toContain('The board was shut down by ann: stop');
    api.reset('mended');
    expect(api.snapshot()).toMatchObject({ latches: ['emergency'], isQuarantined: false });
  });
});

test('whatever happens in whatever order, a look finds the chart in agreement with the board', () => {
  const step = fc.constantFrom(
    ...(['shut', 'resume', 'ok', 'warned', 'exceeded', 'fail', 'look', 'call', 'pass'] as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { clock, gate, make, levels, levelOf } = gateOver();
      const api = make({ failureThreshold: 2, recoveryTimeoutMs: 50 });
      gate.levelsFrom(levelOf);
      const tryOne = (): unknown => {
        try {
          return api.acquire();
        } catch (error) {
          return error;
        }
      };
      for (const one of steps) {
        clock.advance(one === 'pass' ? 40 : 0);
        switch (one) {
          case 'shut':
            gate.setEmergency(emergency('stop', clock.nowMs()), gate.resumed);
            break;
          case 'resume':
            gate.setEmergency(null, emergency('over', clock.nowMs()));
            break;
          case 'fail':
            if (gate.emergency === null && api.state === 'closed') failTimes(api, 1);
            break;
          case 'look':
            void api.state;
            break;
          case 'call':
            tryOne();
            break;
          case 'pass':
            break;
          default:
            levels.set(api.name, one);
            gate.changed();
        }
      }
      const isShut = gate.emergency !== null;
      if (isShut) expect(tryOne()).toMatchObject({ code: 'circuit_latched' });
      expect(api.snapshot().latches).toEqual(isShut ? ['emergency'] : []);
      const budget = api.circuit?.context.budget ?? 'ok';
      expect(budget).toBe(levels.get(api.name) ?? 'ok');
      expect(api.isBehind).toBe(false);
    }),
    { numRuns: 300 },
  );
});
