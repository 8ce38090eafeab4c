/** Every refusal that a protected fetch can meet, with what makes a real board refuse so. */
import { usd, type RefusalCode } from '../../../index.ts';
import { loadSqlite } from '../../../persistence/native-guard.ts';
import type { FetchOptions } from '../../../services/providers/fetch-options.ts';
import { crash } from '../../board/crash.ts';
import { uncaughtErrors } from '../../board/uncaught-errors.ts';
import { scratchFile } from '../../persistence/scratch.ts';
import type { OpenRig, SdkBoardOptions, SdkRig } from './sdk-rig.ts';

export interface RefusalCase {
  readonly name: string;
  readonly code: RefusalCode;
  readonly status: 400 | 429 | 503;
  /** OpenAI's word for it. */
  readonly type: string;
  /** What the message advises. */
  readonly hint: string;
  /** Header `retry-after`; null: the refusal names no time. */
  readonly retryAfter: string | null;
  /** `file`: where a store may be. */
  readonly board?: (file: string) => SdkBoardOptions;
  readonly fetch?: FetchOptions;
  /** Brings the board to where it refuses; `call` makes one call as the client does. */
  readonly provoke: (
    rig: SdkRig,
    call: () => Promise<unknown>,
    file: string,
  ) => void | Promise<void>;
  /** Lets the board be closed. */
  readonly mend?: (file: string) => void;
  /** A refused call has to wait so long before it is refused. Milliseconds. */
  readonly afterMs?: number;
}

const UNAVAILABLE = { status: 503, type: 'service_unavailable_error' } as const;
const TOO_MUCH = { status: 429, type: 'rate_limit_error' } as const;
const NO_MONEY = { status: 429, type: 'insufficient_quota' } as const;
const HELD = 'Only an operator ends this';
/** Without the limit itself nobody knows how fast it refills: the wait is for all of it. */
const FIVE_MINUTES = {
  'x-ratelimit-limit-requests': null,
  'x-ratelimit-remaining-requests': '0',
  'x-ratelimit-reset-requests': '5m0s',
};
const DAILY = { id: 'all', limit: usd(100), period: 'day' } as const;
/** From 22:13:20 to midnight. */
const UNTIL_MIDNIGHT = '6400';

const fails = async (call: () => Promise<unknown>): Promise<void> =>
  void (await call().catch(() => {}));

/** A call that is with the provider for as long as the test lasts. */
async function inFlight({ behave, upstream }: SdkRig, call: () => Promise<unknown>): Promise<void> {
  const before = upstream.requestCount;
  behave({ type: 'stall' });
  call().catch(() => {});
  await upstream.received(before + 1);
}

async function halfOpen(rig: SdkRig, call: () => Promise<unknown>): Promise<void> {
  rig.behave({ type: 'server_error' });
  await fails(call);
  await rig.clock.advanceAsync(60_000);
  await inFlight(rig, call);
}

/** From another connection, under the board's feet. */
function change(file: string, sql: string): void {
  const other = new (loadSqlite())(file, { timeout: 0 });
  other.exec(sql);
  other.close();
}

/** Four fifths of the budget are gone. */
async function strained({ board, clock }: SdkRig): Promise<void> {
  const costNanoUsd = usd(80);
  board.ingest.next({ kind: 'cost', id: 'bill', operation: 'llm_call', costNanoUsd });
  await board.costs.report({ sinceMs: clock.nowMs() });
}

export const REFUSALS: readonly RefusalCase[] = [
  {
    ...UNAVAILABLE,
    name: 'its failures tripped it',
    code: 'circuit_open',
    hint: 'explain() says what tripped it',
    retryAfter: '60',
    fetch: { breaker: { failureThreshold: 1 } },
    provoke: (rig, call) => {
      rig.behave({ type: 'server_error' });
      return fails(call);
    },
  },
  {
    ...UNAVAILABLE,
    name: 'an operator holds it open',
    code: 'circuit_latched',
    hint: HELD,
    retryAfter: null,
    provoke: async (rig, call) => {
      await call();
      rig.breaker.forceOpen('maintenance');
    },
  },
  {
    ...UNAVAILABLE,
    name: 'the board is shut down in an emergency',
    code: 'circuit_latched',
    hint: 'Only board.resume(reason, { by }) ends this',
    retryAfter: null,
    provoke: ({ board }) => board.emergencyShutdown('it burns'),
  },
  {
    ...UNAVAILABLE,
    name: 'the key was rejected',
    code: 'circuit_latched',
    hint: HELD,
    retryAfter: null,
    provoke: (rig, call) => {
      rig.behave({ type: 'unauthorized' });
      return fails(call);
    },
  },
  {
    ...UNAVAILABLE,
    name: 'the account is spent',
    code: 'circuit_latched',
    hint: HELD,
    retryAfter: null,
    provoke: (rig, call) => {
      rig.behave({ type: 'quota' });
      return fails(call);
    },
  },
  {
    ...NO_MONEY,
    name: 'the budget has not enough for it',
    code: 'budget_exceeded',
    hint: 'raise the limit',
    retryAfter: UNTIL_MIDNIGHT,
    board: () => ({ budgets: [{ ...DAILY, limit: usd('0.000001') }] }),
    provoke: () => {},
  },
  {
    ...NO_MONEY,
    name: 'a rule blocks it',
    code: 'rule_blocked',
    hint: 'change the rule',
    retryAfter: null,
    board: () => ({
      budgets: [DAILY],
      rules: [{ id: 'dear', type: 'operation_cost', threshold: usd('0.000001'), action: 'block' }],
    }),
    provoke: () => {},
  },
  {
    ...UNAVAILABLE,
    name: 'it is shed while a budget is strained',
    code: 'shed',
    hint: 'raise its priority',
    retryAfter: null,
    board: () => ({ budgets: [DAILY] }),
    fetch: { breaker: { limited: { priorityMin: 5 } } },
    provoke: strained,
  },
  {
    ...TOO_MUCH,
    name: 'too many wait for their turn while a budget is strained',
    code: 'throttled',
    hint: 'Send less at once',
    retryAfter: null,
    board: () => ({ budgets: [DAILY], throttle: { queueMax: 0 } }),
    provoke: async (rig, call) => {
      await strained(rig);
      await call();
    },
  },
  {
    ...TOO_MUCH,
    name: 'the provider has said that its limit is used up',
    code: 'throttled',
    hint: 'Send less at once',
    retryAfter: '300',
    provoke: async (rig, call) => {
      rig.behave({ type: 'answer', headers: FIVE_MINUTES });
      await call();
    },
  },
  {
    ...UNAVAILABLE,
    name: 'the store cannot be asked',
    code: 'budget_unavailable',
    hint: 'Mend the store',
    retryAfter: null,
    board: (file) => ({ budgets: [DAILY], store: `sqlite:${file}` }),
    provoke: (_, __, file) => change(file, 'ALTER TABLE allowances RENAME TO hidden'),
    mend: (file) => change(file, 'ALTER TABLE hidden RENAME TO allowances'),
  },
  {
    ...UNAVAILABLE,
    name: 'its probe is out',
    code: 'probes_busy',
    hint: 'set probeWait',
    retryAfter: null,
    fetch: { breaker: { failureThreshold: 1 } },
    provoke: halfOpen,
  },
  {
    ...UNAVAILABLE,
    name: 'its probe came to no verdict in time',
    code: 'probe_wait_timeout',
    hint: 'Raise probeWait.timeoutMs',
    retryAfter: null,
    fetch: { breaker: { failureThreshold: 1, probeWait: { timeoutMs: 1_000 } } },
    provoke: halfOpen,
    afterMs: 1_000,
  },
  {
    ...TOO_MUCH,
    name: 'there is no room in the bulkhead',
    code: 'bulkhead_full',
    hint: 'Raise bulkhead.callsMax',
    retryAfter: null,
    fetch: { breaker: { bulkhead: { callsMax: 1 } } },
    provoke: inFlight,
  },
  {
    ...TOO_MUCH,
    name: 'there was no room in the bulkhead in time',
    code: 'bulkhead_timeout',
    hint: 'Raise bulkhead.queueTimeoutMs',
    retryAfter: null,
    fetch: { breaker: { bulkhead: { callsMax: 1, queueMax: 1, queueTimeoutMs: 1_000 } } },
    provoke: inFlight,
    afterMs: 1_000,
  },
  {
    ...UNAVAILABLE,
    name: 'its actor keeps crashing',
    code: 'quarantined',
    hint: 'Call reset()',
    retryAfter: null,
    provoke: async (rig, call) => {
      uncaughtErrors();
      await call();
      for (let time = 0; time < 6; time++) crash(rig.breaker.actor);
    },
  },
  {
    ...UNAVAILABLE,
    name: 'the board is closed',
    code: 'board_closed',
    hint: 'Open a board for as long as calls are made',
    retryAfter: null,
    provoke: ({ board }) => board.close(),
  },
];

/** A rig that refuses; `call` makes one call of it, without retries. */
export async function refusing(
  refusal: RefusalCase,
  open: OpenRig,
  call: (rig: SdkRig) => Promise<unknown>,
  options: FetchOptions = {},
): Promise<SdkRig & Disposable> {
  const file = scratchFile();
  const rig = await open({ ...refusal.fetch, ...options }, refusal.board?.(file));
  await refusal.provoke(rig, () => call(rig), file);
  return Object.assign(rig, { [Symbol.dispose]: () => refusal.mend?.(file) });
}

/** What a call is refused with, which may have to wait for it. */
export async function refusedAfter<T>(
  rig: SdkRig,
  { afterMs = 0 }: RefusalCase,
  refused: Promise<T>,
): Promise<T> {
  await rig.clock.settle();
  await rig.clock.advanceAsync(afterMs);
  return refused;
}
