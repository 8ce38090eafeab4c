/**
 * Stories for the breaker's statechart: one row a step, read from left to right.
 *
 *   from          event                   to             what changes
 *   closed        trip @10 >70            open.cooling   g+1 trip=10..70 trips=1 cause=custom
 *
 * An event may say `@10` (it happens at second 10), `>70` (a probe may follow at second 70), `~`
 * before its name (its generation has passed) and whatever its row needs by name. What a row does
 * not name must not have changed: a story holds the whole context in view. Columns are separated
 * by two blanks or more; a row too long for a line goes on after a backslash.
 */
import { inspect } from 'node:util';

import { createActor, type AnyTransitionDefinition, type InspectionEvent } from 'xstate';

import {
  HEALTHY,
  pristineContext,
  type BreakerContext,
  type BreakerEvent,
  type Latch,
} from '../../machines/breaker-context.ts';
import { breakerMachine } from '../../machines/breaker.ts';
import { stateName, transitionId } from '../../machines/transitions.ts';

const START_MS = 1_700_000_000_000;

const atSecond = (text: string | undefined): number =>
  text === undefined ? NaN : START_MS + Number(text) * 1_000;

/** Walks through a story and returns the ids of the transitions it took. */
export function tell(story: string): Set<string> {
  const taken = new Set<string>();
  const actor = createActor(breakerMachine, { inspect: (event) => note(event, taken) });
  actor.start();
  const rows = story.replaceAll(/\\\s*\n/g, '  ').split('\n');
  for (const row of rows.map((text) => text.trim()).filter((text) => text !== '')) {
    const [from, said = '', to, ...changes] = row.split(/\s{2,}/);
    const before = actor.getSnapshot();
    expectSame(`before "${row}"`, stateName(before.value), from);
    actor.send(eventOf(said, before.context));
    const after = actor.getSnapshot();
    expectSame(`after "${row}"`, after.status, 'active');
    expectSame(`after "${row}"`, stateName(after.value), to);
    const expected = applied(before.context, changes.join(' '), said);
    expectSame(`after "${row}"`, shown(after.context), shown(expected));
  }
  actor.stop();
  return taken;
}

function expectSame(when: string, got: unknown, expected: unknown): void {
  if (got !== expected)
    throw new Error(`${when}: expected ${String(expected)}, got ${String(got)}`);
}

const shown = (context: BreakerContext): string => inspect(context, { sorted: true });

function note(event: InspectionEvent, taken: Set<string>): void {
  if (event.type !== '@xstate.microstep') return;
  const { _transitions } = event as unknown as { _transitions: AnyTransitionDefinition[] };
  for (const transition of _transitions) {
    if (transition.eventType !== 'xstate.init') taken.add(transitionId(transition));
  }
}

/** `~probe.failed @80 >140 cause=custom` as an event. */
function eventOf(said: string, context: BreakerContext): BreakerEvent {
  const [name = '', ...words] = said.split(' ');
  const named = namesOf(words.filter((word) => word.includes('=')));
  const isStale = name.startsWith('~');
  const probeAtMs = atSecond(words.find((word) => word.startsWith('>'))?.slice(1));
  const latches = (named['latches'] ?? '').split('+').filter((latch) => latch !== '');
  const peer = {
    operatorEpoch: Number(named['epoch']),
    latches: latches.map((latch) => latchOf(latch, 'a peer', 'peer', START_MS)),
    probeAtMs: Number.isNaN(probeAtMs) ? null : probeAtMs,
    trippedAtMs: named['since'] === undefined ? null : atSecond(named['since']),
    tripCount: Number(named['trips'] ?? 0),
    cause: named['cause'] ?? null,
  };
  const atMs = atSecond(words.find((word) => word.startsWith('@'))?.slice(1) ?? '0');
  const own = {
    generation: context.generation - (isStale ? 1 : 0),
    ...(Number.isNaN(probeAtMs) ? {} : { probeAtMs }),
    cause: named['cause'] ?? 'consecutive_failures',
    needed: Number(named['needed'] ?? 1),
    reason: named['reason'] ?? 'told so',
    ...(named['by'] === undefined ? {} : { by: named['by'] }),
  };
  const type = isStale ? name.slice(1) : name;
  return { type, atMs, ...(type === 'peer.changed' ? peer : own) } as unknown as BreakerEvent;
}

const namesOf = (words: readonly string[]): Record<string, string> =>
  Object.fromEntries(words.map((word) => word.split('=') as [string, string]));

const latchOf = (name: string, reason: string, by: string, atMs: number): Latch =>
  ({ name, reason, by, atMs }) as Latch;

/** The context that a row announces: the one before it with the row's changes. */
function applied(before: BreakerContext, changes: string, said: string): BreakerContext {
  let context = { ...before };
  for (const word of changes.split(' ').filter((part) => part !== '')) {
    const [name = '', value = ''] = word.split('=');
    context = { ...context, ...changeOf(context, name, value, said) };
  }
  return context;
}

function changeOf(
  context: BreakerContext,
  name: string,
  value: string,
  said: string,
): Partial<BreakerContext> {
  switch (name) {
    case 'g+1':
      return { generation: context.generation + 1 };
    case 'act':
      return { operatorEpoch: context.operatorEpoch + 1 };
    case 'epoch':
      return { operatorEpoch: Number(value) };
    case 'healed':
      return HEALTHY;
    case 'new':
      return pristineContext;
    case 'trip': {
      const [since, until] = value.split('..');
      return { trippedAtMs: atSecond(since), probeAtMs: atSecond(until) };
    }
    case 'trips':
      return { tripCount: Number(value) };
    case 'cause':
      return { cause: value as BreakerContext['cause'] };
    case 'passed':
      return { probesSucceeded: Number(value) };
    case 'budget':
      return { budget: value as BreakerContext['budget'] };
    case 'latches':
      return { latches: value === '' ? [] : latchesOf(context, value.split('+'), said) };
    default:
      throw new Error(`a story does not know "${name}"`);
  }
}

/** Latches by name: those there were stay as they are, a new one is what the event said. */
function latchesOf(context: BreakerContext, names: readonly string[], said: string): Latch[] {
  const event = eventOf(said, context);
  const by = 'by' in event ? event.by : 'provider';
  const reason = 'reason' in event ? event.reason : '';
  const heard = event.type === 'peer.changed' ? event.latches : [];
  const set = SETS[event.type];
  return names.map(
    (name) =>
      heard.find((latch) => latch.name === name) ??
      (name === set ? undefined : context.latches.find((latch) => latch.name === name)) ??
      latchOf(name, reason, by, 'atMs' in event ? event.atMs : NaN),
  );
}

const SETS: Readonly<Record<string, string>> = {
  'operator.force_open': 'operator',
  'emergency.shutdown': 'emergency',
  'key.rejected': 'unauthorized',
  'quota.exhausted': 'quota',
};
