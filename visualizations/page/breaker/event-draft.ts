/** What an event of a type would carry, so that whoever sends one by hand need only change it. */
import type { Json, JsonObject } from '../../inspector/protocol.ts';

/** How long after now a first probe is suggested. */
const PAUSE_MS = 60_000;

export interface DraftFrom {
  /** Wall-clock milliseconds. */
  readonly nowMs: number;
  /** The machine's context; null where it is not known. */
  readonly context: JsonObject | null;
}

type Fields = (from: Required<Facts>) => JsonObject;

interface Facts {
  readonly nowMs: number;
  readonly generation: number;
  readonly probeAtMs: number | null;
  readonly operatorEpoch: number;
}

const at: Fields = ({ nowMs }) => ({ atMs: nowMs });
const act: Fields = ({ nowMs }) => ({ reason: 'by hand', by: 'operator', atMs: nowMs });
const pause: Fields = ({ nowMs, generation }) => ({
  generation,
  atMs: nowMs,
  probeAtMs: nowMs + PAUSE_MS,
});
const rejected =
  (reason: string): Fields =>
  ({ nowMs, generation }) => ({ generation, reason, atMs: nowMs });

const FIELDS: ReadonlyMap<string, Fields> = new Map([
  ['trip', (facts: Facts) => ({ cause: 'consecutive_failures', ...pause(facts) })],
  ['rate_limited', pause],
  ['probe.due', ({ nowMs, probeAtMs }: Facts) => ({ atMs: Math.max(nowMs, probeAtMs ?? 0) })],
  ['probe.succeeded', ({ generation }: Facts) => ({ generation, needed: 1 })],
  ['probe.failed', (facts: Facts) => ({ cause: 'probe_failed', ...pause(facts) })],
  ['key.rejected', rejected('HTTP 401')],
  ['key.rotated', at],
  ['quota.exhausted', rejected('no credit')],
  ['budget.warned', at],
  ['budget.exceeded', at],
  ['budget.recovered', at],
  ['operator.force_open', act],
  ['operator.force_close', act],
  ['operator.reset', act],
  ['emergency.shutdown', act],
  ['emergency.resumed', act],
  [
    'peer.changed',
    ({ nowMs, operatorEpoch }: Facts) => ({
      atMs: nowMs,
      operatorEpoch: operatorEpoch + 1,
      latches: [],
      probeAtMs: null,
      trippedAtMs: null,
      tripCount: 0,
      cause: null,
    }),
  ],
]);

/** The fields of an event of that type, its type left out; none where nothing is known of it. */
export function draftOf(type: string, { nowMs, context }: DraftFrom): JsonObject {
  const probeAtMs = context?.['probeAtMs'];
  const facts = {
    nowMs: Math.round(nowMs),
    generation: numberOf(context?.['generation']),
    probeAtMs: typeof probeAtMs === 'number' ? probeAtMs : null,
    operatorEpoch: numberOf(context?.['operatorEpoch']),
  };
  return FIELDS.get(type)?.(facts) ?? {};
}

const numberOf = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);

/** What somebody wrote as an event's fields, or why it cannot be read. */
export function fieldsOf(text: string): JsonObject | string {
  if (text.trim() === '') return {};
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'The fields of an event are a JSON object: { "atMs": … }.';
  }
  return value as JsonObject;
}
