/** What an operator does from the page: read with care, done on the board. */
import { breakerMachine } from '../../machines/breaker.ts';
import type { BreakerEvent } from '../../machines/breaker-context.ts';
import type { BreakerCore } from '../../services/breaker-core.ts';
import { isObject } from '../../services/check.ts';
import { isFuseboardError } from '../../services/errors.ts';
import type { BoardInside } from './board-inside.ts';
import type { Runtime } from '../../services/runtime.ts';
import type { Act, Problem } from './protocol.ts';

const NAME_MAX = 256;
const REASON_MAX = 1_024;

/** Members of each act, `act` and `event` aside: all of them, and nothing else. */
const MEMBERS = {
  force_open: { breaker: NAME_MAX, reason: REASON_MAX, by: NAME_MAX },
  force_close: { breaker: NAME_MAX, reason: REASON_MAX, by: NAME_MAX },
  reset: { breaker: NAME_MAX, reason: REASON_MAX, by: NAME_MAX },
  rotate_key: { breaker: NAME_MAX, by: NAME_MAX },
  send: { breaker: NAME_MAX, by: NAME_MAX },
  emergency_shutdown: { reason: REASON_MAX, by: NAME_MAX },
  resume: { reason: REASON_MAX, by: NAME_MAX },
  check: {},
} as const satisfies Readonly<Record<Act['act'], Readonly<Record<string, number>>>>;

export interface ActRefused {
  readonly status: number;
  readonly problem: Problem;
}

/** Does it; null when it is done. Never throws. */
export function perform(inside: BoardInside, wanted: unknown): ActRefused | null {
  const act = readAct(wanted);
  if ('problem' in act) return act;
  try {
    return done(inside, act);
  } catch (error) {
    if (!isFuseboardError(error)) {
      return refused(500, 'internal', 'The act failed for a reason that is not told here.');
    }
    return refused(error.code === 'invalid_argument' ? 400 : 409, error.code, error.message);
  }
}

function done({ board, registry, runtime }: BoardInside, act: Act): ActRefused | null {
  switch (act.act) {
    case 'emergency_shutdown':
      board.emergencyShutdown(act.reason, { by: act.by });
      return null;
    case 'resume':
      board.resume(act.reason, { by: act.by });
      return null;
    case 'check':
      return null;
    default: {
      const breaker = registry.get(act.breaker);
      if (breaker !== undefined) return doneTo(breaker, act, (fact) => runtime.publish(fact));
      return refused(404, 'unknown_breaker', 'There is no breaker of that name.');
    }
  }
}

type BreakerAct = Extract<Act, { readonly breaker: string }>;

function doneTo(
  breaker: BreakerCore,
  act: BreakerAct,
  publish: Runtime['publish'],
): ActRefused | null {
  switch (act.act) {
    case 'force_open':
      breaker.forceOpen(act.reason, { by: act.by });
      return null;
    case 'force_close':
      breaker.forceClose(act.reason, { by: act.by });
      return null;
    case 'reset':
      breaker.reset(act.reason, { by: act.by });
      return null;
    case 'rotate_key':
      breaker.rotateKey({ by: act.by });
      return null;
    case 'send':
      if (breaker.isQuarantined) {
        return refused(409, 'quarantined', 'The breaker is quarantined: only a reset moves it.');
      }
      publish({
        type: 'operator.acted',
        breaker: breaker.name,
        act: 'send_event',
        reason: act.event.type,
        by: act.by,
      });
      // What of it may be believed, the machine decides.
      breaker.actor.send(act.event as unknown as BreakerEvent);
      return null;
  }
}

function readAct(wanted: unknown): Act | ActRefused {
  const given = (isObject(wanted) ? wanted : {}) as Readonly<Record<string, unknown>>;
  const { act } = given;
  if (typeof act !== 'string' || !Object.hasOwn(MEMBERS, act)) {
    return invalid(`act must be one of ${Object.keys(MEMBERS).join(', ')}.`);
  }
  const members: Readonly<Record<string, number>> = MEMBERS[act as Act['act']];
  for (const [name, lengthMax] of Object.entries(members)) {
    const value = given[name];
    if (typeof value !== 'string' || value.length === 0 || value.length > lengthMax) {
      return invalid(`${name} must be a string of 1 to ${lengthMax} characters.`);
    }
  }
  const known = ['act', ...Object.keys(members), ...(act === 'send' ? ['event'] : [])];
  if (Object.keys(given).some((name) => !known.includes(name))) {
    return invalid(`${act} takes ${known.slice(1).join(', ') || 'nothing'} and nothing else.`);
  }
  if (act === 'send') {
    const { event } = given;
    const type: unknown = isObject(event) ? (event as { readonly type?: unknown }).type : undefined;
    if (!(breakerMachine.events as readonly unknown[]).includes(type)) {
      return invalid(`event.type must be one of ${breakerMachine.events.join(', ')}.`);
    }
  }
  return given as unknown as Act;
}

const invalid = (message: string): ActRefused => refused(400, 'invalid_act', message);

const refused = (status: number, code: string, message: string): ActRefused => ({
  status,
  problem: { code, message },
});
