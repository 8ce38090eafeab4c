/**
 * A fuse as a statechart, and a hand-written fuse that is meant to do the same, on a clock of its
 * own: a model and a system under test that share no code. The faults are what people get wrong.
 */
import { assign, setup, type AnyMachineSnapshot } from 'xstate';

import { VirtualClock, type SystemUnderTest } from '../kit/index.ts';

export const COOL_MS = 1_000;
export const REFILL_MS = 500;
const FAILURES_MAX = 3;
const PROBES_NEEDED = 2;

export const fuseMachine = setup({
  types: {
    context: {} as { failures: number; probes: number },
    events: {} as
      | { type: 'success' }
      | { type: 'failure' }
      | { type: 'spent' }
      | { type: 'reset' }
      | { type: 'cut' },
  },
  delays: { cool: COOL_MS, refill: REFILL_MS },
  guards: {
    isLastFailure: ({ context }) => context.failures + 1 >= FAILURES_MAX,
    isLastProbe: ({ context }) => context.probes + 1 >= PROBES_NEEDED,
    hasFailed: ({ context }) => context.failures > 0,
  },
  actions: {
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
    countProbe: assign({ probes: ({ context }) => context.probes + 1 }),
    forgetProbes: assign({ probes: 0 }),
  },
}).createMachine({
  id: 'fuse',
  context: { failures: 0, probes: 0 },
  initial: 'closed',
  states: {
    closed: {
      entry: 'forgetFailures',
      on: {
        success: { guard: 'hasFailed', actions: 'forgetFailures' },
        failure: [{ guard: 'isLastFailure', target: 'open' }, { actions: 'countFailure' }],
        spent: 'limited',
        cut: 'open',
      },
    },
    open: { entry: 'forgetFailures', after: { cool: 'probing' }, on: { reset: 'closed' } },
    probing: {
      entry: 'forgetProbes',
      exit: 'forgetProbes',
      on: {
        success: [{ guard: 'isLastProbe', target: 'closed' }, { actions: 'countProbe' }],
        failure: 'open',
        spent: 'limited',
        reset: 'closed',
      },
    },
    limited: {
      after: { refill: 'closed' },
      on: {
        failure: [{ guard: 'isLastFailure', target: 'open' }, { actions: 'countFailure' }],
        cut: 'open',
        reset: 'closed',
      },
    },
  },
});

export const FAULTS = [
  'a success does not forget failures',
  'it trips one failure too early',
  'it trips one failure too late',
  'timers are never cleared',
  'a reset leaves the timer running',
  'it closes after the first probe',
  'probes are counted from one outage to the next',
  'a failure while limited is not counted',
  'money spent while probing is not noticed',
  'it cools for a millisecond too long',
  'it cools for a millisecond too short',
  'a failed probe is taken for a success',
] as const;
export type Fault = (typeof FAULTS)[number];

type FuseState = 'closed' | 'open' | 'probing' | 'limited';

export class Fuse {
  state: FuseState = 'closed';
  failures = 0;
  probes = 0;
  readonly #clock: VirtualClock;
  readonly #fault: Fault | undefined;
  #timer: unknown;

  constructor(clock: VirtualClock, fault?: Fault) {
    this.#clock = clock;
    this.#fault = fault;
  }

  success(): void {
    if (this.state === 'closed' && this.#fault !== 'a success does not forget failures') {
      this.failures = 0;
    }
    if (this.state !== 'probing') return;
    this.probes += 1;
    const needed = this.#fault === 'it closes after the first probe' ? 1 : PROBES_NEEDED;
    if (this.probes >= needed) this.#go('closed');
  }

  failure(): void {
    if (this.state === 'open') return;
    if (this.state === 'probing') {
      return this.#fault === 'a failed probe is taken for a success'
        ? this.success()
        : this.#go('open');
    }
    const isMissed = this.#fault === 'a failure while limited is not counted';
    if (this.state === 'limited' && isMissed) return;
    this.failures += 1;
    const early = this.#fault === 'it trips one failure too early' ? 1 : 0;
    const late = this.#fault === 'it trips one failure too late' ? 1 : 0;
    if (this.failures >= FAILURES_MAX - early + late) this.#go('open');
  }

  spent(): void {
    const isMissed = this.#fault === 'money spent while probing is not noticed';
    if (this.state === 'closed' || (this.state === 'probing' && !isMissed)) this.#go('limited');
  }

  reset(): void {
    if (this.state !== 'closed') {
      this.#go('closed', this.#fault === 'a reset leaves the timer running');
    }
  }

  cut(): void {
    if (this.state === 'closed' || this.state === 'limited') this.#go('open');
  }

  #go(state: FuseState, keepsTimer = this.#fault === 'timers are never cleared'): void {
    if (!keepsTimer) this.#clock.clearTimer(this.#timer);
    const keepsProbes = this.#fault === 'probes are counted from one outage to the next';
    if (this.state === 'probing' && !keepsProbes) this.probes = 0;
    this.state = state;
    if (state === 'closed' || state === 'open') this.failures = 0;
    if (state === 'open') this.#after(COOL_MS + this.#offsetMs, () => this.#go('probing'));
    if (state === 'limited') this.#after(REFILL_MS, () => this.#go('closed'));
  }

  get #offsetMs(): number {
    if (this.#fault === 'it cools for a millisecond too long') return 1;
    return this.#fault === 'it cools for a millisecond too short' ? -1 : 0;
  }

  #after(ms: number, run: () => void): void {
    this.#timer = this.#clock.setTimer(ms, true, run);
  }
}

/** What the fuse shows of itself in a state of the model. */
export const shown = ({ value, context }: AnyMachineSnapshot): unknown => ({
  state: value as unknown,
  ...(context as object),
});

/** A fuse as a system under test; `hasTime` lets time pass in the silence after each path. */
export function fuseUnderTest(fault?: Fault, hasTime = true): SystemUnderTest {
  const clock = new VirtualClock();
  const fuse = new Fuse(clock, fault);
  const wait = (ms: number): void => clock.advance(ms);
  return {
    state: () => ({ state: fuse.state, failures: fuse.failures, probes: fuse.probes }),
    events: {
      success: () => fuse.success(),
      failure: () => fuse.failure(),
      spent: () => fuse.spent(),
      reset: () => fuse.reset(),
      cut: () => fuse.cut(),
      ...(hasTime ? {} : { '*': (_, { afterMs }) => wait(afterMs ?? 0) }),
    },
    ...(hasTime ? { wait } : {}),
  };
}
