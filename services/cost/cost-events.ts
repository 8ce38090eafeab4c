/**
 * Costs that others report: another service, a billing export, a queue. Each is booked once, in the
 * periods of its own time, and moves budgets as a call of the board's own does. What a bill says
 * about calls that are in the books already is kept beside them, so that the two can be compared.
 */
import type { OutsideCost } from '../../persistence/ledger-batch.ts';
import { invalidArgument, isObject } from '../check.ts';
import type { Clock } from '../clock.ts';
import { isFuseboardError } from '../errors.ts';
import { errorNameOf, type FactBody } from '../facts.ts';
import type { Account } from './budgets/account.ts';
import type { CallShape } from './budgets/budget-book.ts';
import type { MoneyDesk } from './money-desk.ts';
import { isNanoUsd, type NanoUsd } from './money.ts';
import { INSTANT_MAX_MS } from './budgets/period.ts';
import { labelsOf } from './told-labels.ts';
import { checkedUsage, totalInputTokens, totalOutputTokens, type Usage } from './usage.ts';

/** What another service or a bill knows about a cost. */
export interface CostEvent {
  readonly kind: 'cost';
  /** Identifies the event: one that was booked before changes nothing. 1 to 256 characters. */
  readonly id: string;
  readonly operation: string;
  readonly breaker?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Wall-clock milliseconds at which the cost arose. @default now */
  readonly atMs?: number;
  /** What it cost; needed where there is no usage. */
  readonly costNanoUsd?: NanoUsd;
  /** What was used, charged at the model's price unless `costNanoUsd` says more. */
  readonly usage?: Usage;
  /** True for a bill about calls that the board booked itself: compared, and charged to nothing. */
  readonly isBill?: boolean;
}

/** Events that may wait to be booked; beyond them they are refused. */
const PENDING_MAX = 10_000;
const TEXT_MAX = 256;
const KEYS = [
  'kind',
  'id',
  'operation',
  'breaker',
  'provider',
  'model',
  'tags',
  'atMs',
  'costNanoUsd',
  'usage',
  'isBill',
] as const satisfies readonly (keyof CostEvent)[];

export interface CostEventsOptions {
  readonly desk: MoneyDesk;
  readonly clock: Clock;
  readonly publish: (fact: FactBody) => void;
}

export class CostEvents {
  readonly #options: CostEventsOptions;
  #pending: OutsideCost[] = [];
  /** Accounts that the pending costs concern. */
  readonly #concerned = new Set<Account>();
  #booking: Promise<void> | null = null;

  constructor(options: CostEventsOptions) {
    this.#options = options;
  }

  /** Takes an event to be booked. @throws FuseboardError invalid_argument for a bad one. */
  take(event: CostEvent): void {
    if (this.#pending.length >= PENDING_MAX) {
      throw invalidArgument('ingest', `at most ${PENDING_MAX} costs at once`, event.id);
    }
    this.#pending.push(this.#outsideCost(event));
    this.#booking ??= this.#book();
  }

  /** Resolves when everything taken so far is booked, or was refused. */
  async booked(): Promise<void> {
    await this.#booking;
  }

  async #book(): Promise<void> {
    // Events of one turn are booked together.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const costs = this.#pending;
      const concerned = [...this.#concerned];
      this.#pending = [];
      this.#concerned.clear();
      await this.#bookAll(costs);
      await this.#ask(concerned.filter(({ number }) => number < 0));
    }
    this.#booking = null;
  }

  /** One that the store refuses must not take the others with it: halves find it. */
  async #bookAll(costs: readonly OutsideCost[]): Promise<void> {
    const { desk, publish } = this.#options;
    try {
      const { accounts } = await desk.store.bookOutside(costs);
      for (const state of accounts) desk.hear(state, false);
    } catch (error) {
      const isOfOne = isFuseboardError(error) && error.code === 'invalid_argument';
      if (isOfOne && costs.length > 1) {
        const middle = costs.length >>> 1;
        await this.#bookAll(costs.slice(0, middle));
        await this.#bookAll(costs.slice(middle));
        return;
      }
      const why = isFuseboardError(error) ? error.message : errorNameOf(error);
      const what = costs.length === 1 ? 'a cost' : `${costs.length} costs`;
      publish({ type: 'ingest.refused', problem: `${what} not booked: ${why}` });
    }
  }

  /** Accounts that were booked on before anybody asked for them. */
  async #ask(accounts: readonly Account[]): Promise<void> {
    const { desk } = this.#options;
    await desk.ask(accounts).catch(async () => {
      // Those of periods whose books are closed are refused, and none else.
      for (const account of accounts) await desk.ask([account]).catch(() => {});
    });
  }

  #outsideCost(given: CostEvent): OutsideCost {
    const event = checked(given);
    const { desk, clock } = this.#options;
    const { id, usage, isBill = false, atMs = clock.nowMs() } = event;
    const shape: CallShape = {
      breaker: event.breaker ?? '',
      provider: event.provider,
      operation: event.operation,
      model: event.model,
      tags: event.tags ?? {},
    };
    const price = desk.prices.find({ ...shape, atMs });
    const costNanoUsd = event.costNanoUsd ?? usage?.costNanoUsd ?? price.charge(usage ?? {});
    const accounts = isBill ? [] : desk.book.accountsOf(shape, atMs);
    for (const account of accounts) this.#concerned.add(account);
    return {
      id,
      atMs,
      labels: labelsOf(shape, 'outside', price),
      costNanoUsd,
      inputTokens: usage === undefined ? null : totalInputTokens(usage),
      outputTokens: usage === undefined ? null : totalOutputTokens(usage),
      kind: isBill ? 'billed' : 'booked',
      accounts: accounts.map(({ key }) => key),
    };
  }
}

function checked(event: CostEvent): CostEvent {
  for (const key of Object.keys(event)) {
    if ((KEYS as readonly string[]).includes(key)) continue;
    throw invalidArgument('a field of a cost', `one of ${KEYS.join(', ')}`, key);
  }
  const { id, operation, breaker, provider, model, tags, atMs, costNanoUsd, usage, isBill } = event;
  for (const [field, value] of Object.entries({ id, operation })) text(field, value);
  for (const [field, value] of Object.entries({ breaker, provider, model })) {
    if (value !== undefined) text(field, value);
  }
  if (tags !== undefined && !isObject(tags)) throw invalidArgument('tags', 'an object', tags);
  for (const [name, value] of Object.entries(tags ?? {})) text(`tags.${name}`, value);
  const isInstant = typeof atMs === 'number' && atMs >= 0 && atMs <= INSTANT_MAX_MS;
  if (atMs !== undefined && !isInstant) {
    throw invalidArgument('atMs', 'wall-clock milliseconds', atMs);
  }
  if (isBill !== undefined && typeof isBill !== 'boolean') {
    throw invalidArgument('isBill', 'true or false', isBill);
  }
  if (costNanoUsd !== undefined && !isNanoUsd(costNanoUsd)) {
    throw invalidArgument('costNanoUsd', 'an amount such as usd(0.01), at least 0', costNanoUsd);
  }
  if (costNanoUsd === undefined && usage === undefined) {
    throw invalidArgument('a cost', 'given with costNanoUsd or usage', id);
  }
  return usage === undefined ? event : { ...event, usage: checkedUsage('usage', usage) };
}

function text(field: string, value: unknown): void {
  if (typeof value === 'string' && value.length > 0 && value.length <= TEXT_MAX) return;
  throw invalidArgument(field, `a string of 1 to ${TEXT_MAX} characters`, value);
}
