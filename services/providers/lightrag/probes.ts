/**
 * Probes of a LightRAG server: each asks for something that only works where a part of it works,
 * and gives what it found as an event for `board.ingest`, so that the breaker of that part opens
 * before the first call has to fail.
 *
 *   const probes = lightragProbes({ baseUrl, breaker: (scope) => `lightrag/${scope}` });
 *   const rounds = probes.every(60_000, ({ event }) => board.ingest.next(event));
 */
import {
  clockOption,
  functionOption,
  invalidArgument,
  invalidOption,
  isObject,
  knownKeys,
  numberOption,
} from '../../check.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { Deadlines } from '../../deadlines.ts';
import type { OutcomeEvent } from '../../ingest.ts';
import { FAILED, type Outcome } from '../../outcome.ts';
import {
  CHECKS,
  checkTrack,
  found,
  type CheckContext,
  type Finding,
  type LightragCheck,
} from './probe-checks.ts';
import { PROBE_TIMEOUT, type ProbeFetch, type ProbeLink } from './probe-request.ts';
import { startRounds, type ProbeRounds } from './probe-rounds.ts';
import type { LightragScope } from './routes.ts';

export interface LightragProbesOptions {
  /** Of the server, for example `http://127.0.0.1:9621`. */
  readonly baseUrl: string | URL;
  /** Name of the breaker that hears of a scope, as `breakerKey` of `board.fetch` names it. */
  readonly breaker: (scope: LightragScope) => string;
  /**
   * What sends the requests: not a protected fetch, whose breaker would refuse them.
   * @default the global `fetch`
   */
  readonly fetch?: ProbeFetch;
  /** Sent with every request, for example `{ 'x-api-key': key }`. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the index is asked: a text that it must find something for. @default an entity's name */
  readonly query?: string;
  /** How long one request may take. Milliseconds. @default 10000 */
  readonly timeoutMs?: number;
  /** How much of an answer is read. Bytes. @default 1048576 */
  readonly answerBytesMax?: number;
  /** @default the system's */
  readonly clock?: Clock;
}

export interface ProbeResult {
  readonly check: LightragCheck | 'track';
  readonly scope: LightragScope;
  /** `ignored`: there was nothing to judge by. */
  readonly outcome: Outcome;
  /** What was found, in a few words; repeats nothing of the documents. */
  readonly words: string;
  /** For `board.ingest`. */
  readonly event: OutcomeEvent;
}

export interface LightragProbes {
  /**
   * Makes one check. One that runs already is not begun again: its result is shared, and the signal
   * of whoever began it counts.
   * Rejects only with the reason of the signal.
   */
  check(check: LightragCheck, signal?: AbortSignal): Promise<ProbeResult>;
  /**
   * How documents that were inserted have ended, by the insert's `track_id`: the server says 200
   * before it begins. Rejects only with the reason of the signal.
   * @throws FuseboardError invalid_argument
   */
  track(trackId: string, signal?: AbortSignal): Promise<ProbeResult>;
  /**
   * Makes checks now and again `everyMs` after they have ended, one after another and never two
   * rounds at once, until it is stopped. Does not keep the process alive.
   * @throws FuseboardError invalid_argument
   */
  every(
    everyMs: number,
    onResult: (result: ProbeResult) => void,
    checks?: readonly LightragCheck[],
  ): ProbeRounds;
}

const KEYS = [
  'baseUrl',
  'breaker',
  'fetch',
  'headers',
  'query',
  'timeoutMs',
  'answerBytesMax',
  'clock',
] as const satisfies readonly (keyof LightragProbesOptions)[];

const NAMES = Object.keys(CHECKS) as LightragCheck[];

/** Tells apart the events of one process. */
let eventCount = 0;

/** @throws FuseboardError invalid_option */
export function lightragProbes(options: LightragProbesOptions): LightragProbes {
  const link = resolveLink(options);
  const { clock, deadlines } = link;
  const memory: CheckContext['memory'] = { counts: null };
  const running = new Map<LightragCheck, Promise<ProbeResult>>();

  const resultOf = async (
    check: ProbeResult['check'],
    scope: LightragScope,
    signal: AbortSignal | undefined,
    run: (context: CheckContext) => Promise<Finding>,
  ): Promise<ProbeResult> => {
    const startMs = clock.monotonicMs();
    const context = { link, signal, query: options.query ?? null, memory };
    const { verdict, words } = await found(() => run(context)).catch((error: unknown) => {
      if (signal?.aborted) throw signal.reason;
      const why = error === PROBE_TIMEOUT ? 'did not answer in time' : 'cannot be reached';
      return { verdict: FAILED, words: `the server ${why}` };
    });
    const { outcome, retryAtMs } = verdict;
    const atMs = clock.nowMs();
    const event: OutcomeEvent = {
      kind: 'outcome',
      id: `lightrag-probe:${check}:${atMs}:${++eventCount}`,
      breaker: options.breaker(scope),
      outcome,
      atMs,
      durationMs: clock.monotonicMs() - startMs,
      ...(retryAtMs === undefined ? {} : { retryAtMs }),
    };
    return { check, scope, outcome, words, event };
  };

  const probes: LightragProbes = {
    check(name, signal) {
      if (!NAMES.includes(name)) {
        throw invalidArgument('check(name)', `one of ${NAMES.join(', ')}`, name);
      }
      const known = running.get(name);
      if (known !== undefined) return known;
      const { check, scope } = CHECKS[name];
      const result = resultOf(name, scope, signal, check).finally(() => running.delete(name));
      running.set(name, result);
      return result;
    },
    track: (trackId, signal) =>
      resultOf('track', 'insert', signal, (context) => checkTrack(context, trackId)),
    every(everyMs, onResult, checks = NAMES) {
      if (typeof onResult !== 'function') {
        throw invalidArgument('every(ms, onResult)', 'given a function', onResult);
      }
      const each = async (signal: AbortSignal): Promise<void> => {
        for (const name of checks) {
          const result = await probes.check(name, signal);
          if (!signal.aborted) onResult(result);
        }
      };
      return startRounds({ clock, deadlines, everyMs, each });
    },
  };
  return probes;
}

function resolveLink(options: LightragProbesOptions): ProbeLink {
  const path = 'lightragProbes';
  knownKeys(path, options, KEYS);
  const { clock = systemClock, headers = {}, query } = options;
  if (typeof options.breaker !== 'function') {
    throw invalidOption(`${path}.breaker`, 'a function', options.breaker);
  }
  functionOption(`${path}.fetch`, options.fetch);
  clockOption(`${path}.clock`, options.clock);
  if (!isObject(headers)) throw invalidOption(`${path}.headers`, 'an object', headers);
  if (query !== undefined && (typeof query !== 'string' || query.trim().length < 3)) {
    throw invalidOption(`${path}.query`, 'a string of at least 3 characters', query);
  }
  return {
    baseUrl: baseUrlOption(`${path}.baseUrl`, options.baseUrl),
    headers: { ...headers },
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    clock,
    deadlines: new Deadlines(clock),
    timeoutMs: numberOption(`${path}.timeoutMs`, options.timeoutMs, { min: 1 }, 10_000),
    answerBytesMax: numberOption(
      `${path}.answerBytesMax`,
      options.answerBytesMax,
      { min: 1_024, integer: true },
      1_048_576,
    ),
  };
}

function baseUrlOption(path: string, value: unknown): string {
  const text = value instanceof URL ? value.href : value;
  if (typeof text === 'string' && URL.canParse(text) && /^https?:/.test(text)) {
    return text.endsWith('/') ? text.slice(0, -1) : text;
  }
  throw invalidOption(path, 'an address that begins with http', value);
}
