/**
 * The circuit breaker as a statechart: facts in, decisions out.
 *
 *   closed ──trip──▶ open.cooling ──probe.due──▶ half_open ──probes pass──▶ closed
 *     ▲ │                  ▲────────probe.failed────────┘
 *     │ └─budget.warned─▶ budget_limited          open.exhausted: the money is gone
 *     └──budget.recovered──┘                      open.latched:   held open by somebody
 *
 * Imports nothing but xstate. Holds no timer: `probeAtMs` says when to probe, and the service that
 * runs the machine turns that instant into `probe.due`, so a restored breaker wakes at the same
 * wall-clock instant. Guards and actions are total: a malformed event from another actor is
 * ignored, because a throw in here would kill the actor.
 */
import { assign, setup } from 'xstate';

import {
  HEALTHY,
  LATCHES,
  pristineContext,
  type BreakerContext,
  type BreakerEvent,
  type Latch,
  type LatchName,
  type PeerState,
} from './breaker-context.ts';
import { instantOf, isOutcome, isPeerState, textOf } from './breaker-event.ts';

const byStrength = (a: Latch, b: Latch): number =>
  LATCHES.indexOf(a.name) - LATCHES.indexOf(b.name);

/** The instant until which a state holds by itself; latches hold for ever, no trip is 0. */
const endOf = (state: { latches: readonly Latch[]; probeAtMs: number | null }): number =>
  state.latches.length > 0 ? Infinity : (state.probeAtMs ?? 0);

/** Which latches an event lifts. Only `emergency.resumed` lifts an emergency. */
const LIFTED: Readonly<Partial<Record<BreakerEvent['type'], readonly LatchName[]>>> = {
  'key.rotated': ['unauthorized', 'quota'],
  'emergency.resumed': ['emergency'],
  'operator.force_close': ['operator', 'unauthorized', 'quota'],
  'operator.reset': ['operator', 'unauthorized', 'quota'],
};

const remaining = (context: BreakerContext, event: BreakerEvent): readonly Latch[] =>
  context.latches.filter((latch) => !LIFTED[event.type]?.includes(latch.name));

const isCurrent = (context: BreakerContext, event: BreakerEvent): boolean =>
  'generation' in event && event.generation === context.generation && isOutcome(event);

const isLastProbe = (context: BreakerContext, event: BreakerEvent): boolean =>
  event.type === 'probe.succeeded' &&
  isCurrent(context, event) &&
  context.probesSucceeded + 1 >= event.needed;

/** A peer's state as our own; without a trip that is unresolved it remembers none. */
const adopted = (peer: PeerState): Partial<BreakerContext> => {
  const { operatorEpoch, probeAtMs, trippedAtMs, tripCount, cause } = peer;
  const latches = peer.latches.map(({ name, reason, by, atMs }) => ({ name, reason, by, atMs }));
  const trip = probeAtMs === null ? {} : { probeAtMs, trippedAtMs, tripCount, cause };
  return { operatorEpoch, latches: latches.sort(byStrength), ...HEALTHY, ...trip };
};

const breakerSetup = setup({
  types: {
    context: {} as BreakerContext,
    events: {} as BreakerEvent,
    tags: {} as 'admit' | 'limited' | 'probe' | 'refuse',
  },
  guards: {
    /** The outcome belongs to this generation and says what it has to say. */
    isCurrent: ({ context, event }) => isCurrent(context, event),
    isDue: ({ context, event }) => instantOf(event) >= (context.probeAtMs ?? Infinity),
    isLastProbe: ({ context, event }) => isLastProbe(context, event),
    isLastProbeWhileWarned: ({ context, event }) =>
      isLastProbe(context, event) && context.budget === 'warned',
    endsLater: ({ context, event }) =>
      event.type === 'rate_limited' &&
      isOutcome(event) &&
      event.probeAtMs > (context.probeAtMs ?? 0),
    isProbeAhead: ({ context, event }) =>
      context.probeAtMs !== null && instantOf(event) < context.probeAtMs,
    isProbePassed: ({ context, event }) =>
      context.probeAtMs !== null && instantOf(event) >= context.probeAtMs,
    isBudgetWarned: ({ context }) => context.budget === 'warned',
    isBudgetExceeded: ({ context }) => context.budget === 'exceeded',
    staysLatched: ({ context, event }) => remaining(context, event).length > 0,
    liftsNothing: ({ context, event }) =>
      remaining(context, event).length === context.latches.length,
    isPeerLatched: ({ event }) => event.type === 'peer.changed' && event.latches.length > 0,
    isPeerTripped: ({ event }) => event.type === 'peer.changed' && event.probeAtMs !== null,
    /** Higher operator epoch wins, then the later end that still lies ahead. */
    isPeerBehind: ({ context, event }) =>
      event.type !== 'peer.changed' ||
      !isPeerState(event) ||
      event.operatorEpoch < context.operatorEpoch ||
      (event.operatorEpoch === context.operatorEpoch &&
        endOf(event) <= Math.max(endOf(context), instantOf(event))),
  },
  actions: {
    nextGeneration: assign({ generation: ({ context }) => context.generation + 1 }),
    forgetProbes: assign({ probesSucceeded: 0 }),
    countProbe: assign({ probesSucceeded: ({ context }) => context.probesSucceeded + 1 }),
    /** A trip of our own: the backoff grows, the later instant wins. */
    trip: assign(({ context, event }) =>
      'cause' in event && 'generation' in event
        ? {
            probeAtMs: Math.max(event.probeAtMs, context.probeAtMs ?? 0),
            trippedAtMs: event.atMs,
            tripCount: context.tripCount + 1,
            cause: event.cause,
          }
        : {},
    ),
    /** The provider said when to come back: no backoff, the later instant wins. */
    holdOff: assign(({ context, event }) =>
      event.type === 'rate_limited'
        ? {
            probeAtMs: Math.max(event.probeAtMs, context.probeAtMs ?? 0),
            trippedAtMs: event.atMs,
            cause: 'rate_limited' as const,
          }
        : {},
    ),
    extend: assign(({ event }) =>
      event.type === 'rate_limited' ? { probeAtMs: event.probeAtMs } : {},
    ),
    heal: assign(HEALTHY),
    rememberBudget: assign(({ event }) => {
      switch (event.type) {
        case 'budget.warned':
          return { budget: 'warned' as const };
        case 'budget.exceeded':
          return { budget: 'exceeded' as const };
        case 'budget.recovered':
          return { budget: 'ok' as const };
        default:
          return {};
      }
    }),
    latch: assign(({ context, event }, params: { name: LatchName }) => ({
      latches: [
        ...context.latches.filter((latch) => latch.name !== params.name),
        {
          name: params.name,
          reason: textOf('reason' in event ? event.reason : undefined, ''),
          by: 'by' in event ? textOf(event.by, 'unknown') : 'provider',
          atMs: instantOf(event),
        },
      ].sort(byStrength),
    })),
    liftLatches: assign(({ context, event }) => ({ latches: remaining(context, event) })),
    countOperatorAct: assign({ operatorEpoch: ({ context }) => context.operatorEpoch + 1 }),
    adoptPeer: assign(({ event }) => (event.type === 'peer.changed' ? adopted(event) : {})),
  },
});

const tripOpens = {
  description: 'A trip policy reached its threshold: open until the first probe.',
  guard: 'isCurrent',
  target: '#breaker.open.cooling',
  actions: 'trip',
} as const;

const rateLimitOpens = {
  description: 'The provider asked for a pause: open until the instant it named.',
  guard: 'isCurrent',
  target: '#breaker.open.cooling',
  actions: 'holdOff',
} as const;

const budgetExhausts = {
  description: 'A budget that covers this breaker is spent: open until money is back.',
  target: '#breaker.open.exhausted',
  actions: 'rememberBudget',
} as const;

const remembersBudget = {
  description: 'Remembered for when the breaker admits calls again.',
  actions: 'rememberBudget',
} as const;

/** Where a breaker goes when nothing but its budget speaks against admitting. */
const healed = <const A extends readonly string[]>(actions: A) => {
  const all = [...actions, 'heal', 'nextGeneration'] as unknown as readonly [
    ...A,
    'heal',
    'nextGeneration',
  ];
  return [
    {
      description: 'Health is restored, the budget is still spent.',
      guard: 'isBudgetExceeded',
      target: '#breaker.open.exhausted',
      actions: all,
    },
    {
      description: 'Health is restored, the budget is still strained.',
      guard: 'isBudgetWarned',
      target: '#breaker.budget_limited',
      actions: all,
    },
    {
      description: 'Health is restored: admit again.',
      target: '#breaker.closed',
      actions: all,
    },
  ] as const;
};

/** Where a breaker goes when a hold ends that was not about its health: to what lies below it. */
const released = <const A extends readonly string[]>(actions: A) =>
  [
    {
      description: 'Another latch still holds.',
      guard: 'staysLatched',
      actions,
    },
    {
      description: 'The latch is lifted, the budget is spent.',
      guard: 'isBudgetExceeded',
      target: '#breaker.open.exhausted',
      actions,
    },
    {
      description: 'The latch is lifted, an earlier trip still has time to run.',
      guard: 'isProbeAhead',
      target: '#breaker.open.cooling',
      actions,
    },
    {
      description: 'The latch is lifted, an earlier trip is due for its probe.',
      guard: 'isProbePassed',
      target: '#breaker.half_open',
      actions,
    },
    {
      description: 'The latch is lifted, the budget is strained.',
      guard: 'isBudgetWarned',
      target: '#breaker.budget_limited',
      actions: [...actions, 'nextGeneration'] as unknown as readonly [...A, 'nextGeneration'],
    },
    {
      description: 'The latch is lifted: admit again.',
      target: '#breaker.closed',
      actions: [...actions, 'nextGeneration'] as unknown as readonly [...A, 'nextGeneration'],
    },
  ] as const;

export const breakerMachine = breakerSetup.createMachine({
  id: 'breaker',
  description: 'Guards one dependency that can fail and costs money.',
  context: () => ({ ...pristineContext }),
  options: { maxIterations: 100 },
  initial: 'closed',
  states: {
    closed: {
      description: 'The dependency is healthy: every call is admitted.',
      tags: ['admit'],
      on: {
        trip: tripOpens,
        rate_limited: rateLimitOpens,
        'budget.warned': {
          description: 'A budget passed its warning level: calls are paced.',
          target: 'budget_limited',
          actions: 'rememberBudget',
        },
        'budget.exceeded': budgetExhausts,
        'operator.force_close': {
          description: 'Already closed: only the act itself is counted.',
          actions: 'countOperatorAct',
        },
      },
    },
    budget_limited: {
      description: 'Healthy, but the budget is strained: calls are paced and marked degraded.',
      tags: ['limited'],
      on: {
        trip: tripOpens,
        rate_limited: rateLimitOpens,
        'budget.recovered': {
          description: 'The budget has room again.',
          target: 'closed',
          actions: 'rememberBudget',
        },
        'budget.exceeded': budgetExhausts,
        'operator.force_close': {
          description: 'An operator cannot wish money back: the budget level stays.',
          actions: 'countOperatorAct',
        },
      },
    },
    open: {
      description: 'Calls are refused.',
      tags: ['refuse'],
      initial: 'cooling',
      states: {
        cooling: {
          description: 'Tripped: refused until the instant of the first probe.',
          entry: 'nextGeneration',
          on: {
            'probe.due': {
              description: 'The wait is over: let probes through.',
              guard: 'isDue',
              target: '#breaker.half_open',
            },
            rate_limited: {
              description: 'A later instant was named, by whatever call: wait for that one.',
              guard: 'endsLater',
              actions: 'extend',
            },
            'budget.warned': remembersBudget,
            'budget.recovered': remembersBudget,
            'budget.exceeded': budgetExhausts,
          },
        },
        exhausted: {
          description: 'No money is left in a budget: refused until it recovers.',
          on: {
            trip: {
              description: 'A call still in flight failed: remembered for after the recovery.',
              guard: 'isCurrent',
              actions: 'trip',
            },
            rate_limited: {
              description: 'A call still in flight was told to wait: remembered.',
              guard: 'isCurrent',
              actions: 'holdOff',
            },
            'budget.warned': [
              {
                description: 'Some money is back, an earlier trip still has time to run.',
                guard: 'isProbeAhead',
                target: 'cooling',
                actions: 'rememberBudget',
              },
              {
                description: 'Some money is back, an earlier trip is due for its probe.',
                guard: 'isProbePassed',
                target: '#breaker.half_open',
                actions: 'rememberBudget',
              },
              {
                description: 'Some money is back.',
                target: '#breaker.budget_limited',
                actions: 'rememberBudget',
              },
            ],
            'budget.recovered': [
              {
                description: 'The money is back, an earlier trip still has time to run.',
                guard: 'isProbeAhead',
                target: 'cooling',
                actions: 'rememberBudget',
              },
              {
                description: 'The money is back, an earlier trip is due for its probe.',
                guard: 'isProbePassed',
                target: '#breaker.half_open',
                actions: 'rememberBudget',
              },
              {
                description: 'The money is back.',
                target: '#breaker.closed',
                actions: 'rememberBudget',
              },
            ],
          },
        },
        latched: {
          description: 'Held open by an operator, an emergency, or a key that needs a human.',
          entry: 'nextGeneration',
          on: {
            'budget.warned': remembersBudget,
            'budget.exceeded': remembersBudget,
            'budget.recovered': remembersBudget,
            'key.rotated': [
              { description: 'No latch waits for a key.', guard: 'liftsNothing' },
              ...released(['liftLatches', 'countOperatorAct']),
            ],
            'emergency.resumed': [
              { description: 'There is no emergency.', guard: 'liftsNothing' },
              ...released(['liftLatches', 'countOperatorAct']),
            ],
          },
        },
      },
    },
    half_open: {
      description: 'A few probes decide whether the dependency is back.',
      tags: ['probe'],
      entry: ['nextGeneration', 'forgetProbes'],
      on: {
        'probe.succeeded': [
          {
            description: 'Enough probes succeeded, the budget is strained.',
            guard: 'isLastProbeWhileWarned',
            target: 'budget_limited',
            actions: ['heal', 'nextGeneration'],
          },
          {
            description: 'Enough probes succeeded: close.',
            guard: 'isLastProbe',
            target: 'closed',
            actions: ['heal', 'nextGeneration'],
          },
          {
            description: 'A probe succeeded, more are needed.',
            guard: 'isCurrent',
            actions: 'countProbe',
          },
        ],
        'probe.failed': {
          description: 'A probe failed or never answered: open again, for longer.',
          guard: 'isCurrent',
          target: '#breaker.open.cooling',
          actions: 'trip',
        },
        rate_limited: {
          description: 'The provider answered, but asks for a pause: the backoff does not grow.',
          guard: 'isCurrent',
          target: '#breaker.open.cooling',
          actions: 'holdOff',
        },
        'budget.warned': remembersBudget,
        'budget.recovered': remembersBudget,
        'budget.exceeded': budgetExhausts,
      },
    },
  },
  on: {
    'operator.force_open': {
      description: 'An operator holds the breaker open until reset or force_close.',
      target: '.open.latched',
      actions: [{ type: 'latch', params: { name: 'operator' } }, 'countOperatorAct'],
    },
    'emergency.shutdown': {
      description: 'The whole board was shut down.',
      target: '.open.latched',
      actions: [{ type: 'latch', params: { name: 'emergency' } }, 'countOperatorAct'],
    },
    'key.rejected': {
      description: 'The provider rejected the key: nothing helps until it is rotated.',
      guard: 'isCurrent',
      target: '.open.latched',
      actions: { type: 'latch', params: { name: 'unauthorized' } },
    },
    'quota.exhausted': {
      description: 'The account behind the key is out of credit.',
      guard: 'isCurrent',
      target: '.open.latched',
      actions: { type: 'latch', params: { name: 'quota' } },
    },
    'operator.force_close': [
      {
        description: 'Causes of health are lifted, the emergency still holds.',
        guard: 'staysLatched',
        target: '.open.latched',
        actions: ['liftLatches', 'heal', 'countOperatorAct'],
      },
      ...healed(['liftLatches', 'countOperatorAct']),
    ],
    'operator.reset': [
      {
        description: 'Start anew, but the emergency still holds.',
        guard: 'staysLatched',
        target: '.open.latched',
        actions: ['liftLatches', 'heal', 'countOperatorAct'],
      },
      ...healed(['liftLatches', 'countOperatorAct']),
    ],
    'peer.changed': [
      {
        description: 'Another process knows nothing newer.',
        guard: 'isPeerBehind',
      },
      {
        description: 'Another process latched the breaker.',
        guard: 'isPeerLatched',
        target: '.open.latched',
        actions: 'adoptPeer',
      },
      {
        description: 'Another process knows more, here the budget is spent.',
        guard: 'isBudgetExceeded',
        target: '.open.exhausted',
        actions: ['adoptPeer', 'nextGeneration'],
      },
      {
        description: 'Another process tripped, for longer.',
        guard: 'isPeerTripped',
        target: '.open.cooling',
        actions: 'adoptPeer',
      },
      {
        description: 'An operator closed the breaker elsewhere, here the budget is strained.',
        guard: 'isBudgetWarned',
        target: '.budget_limited',
        actions: ['adoptPeer', 'nextGeneration'],
      },
      {
        description: 'An operator closed the breaker elsewhere.',
        target: '.closed',
        actions: ['adoptPeer', 'nextGeneration'],
      },
    ],
  },
});

/** The built-in breaker's machine. */
export type BreakerMachine = typeof breakerMachine;
