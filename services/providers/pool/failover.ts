/**
 * One request through a pool: member after member until one answers, within the retry budget, the
 * attempts allowed and the caller's patience.
 */
import type { Clock } from '../../clock.ts';
import type { LiveMember } from './live-member.ts';
import type { FailoverReason, PoolFailover } from './pool-facts.ts';
import type { PoolContext } from './pool.ts';
import type { RetryBudget } from './retry-budget.ts';
import { Selection, type Look } from './selection.ts';
import type { Strategy } from './strategy.ts';

/** How asking one member ended. The caller gets what it `ends` with, if nobody does better. */
export type Attempted<T> =
  | {
      readonly kind: 'answered';
      /** Whether the time it took says how fast the member is. */
      readonly isSample: boolean;
      readonly value: T;
    }
  | {
      /** Nothing was sent. */
      readonly kind: 'refused';
      readonly reason: FailoverReason;
      readonly retryAtMs: number | null;
      readonly ends: End<T>;
    }
  | { readonly kind: 'failed'; readonly reason: FailoverReason; readonly ends: End<T> }
  /** The caller gave up, or the request is at fault: no other member could do better. */
  | { readonly kind: 'over'; readonly error: unknown };

export type End<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** What is to be done, for one member after another. */
export interface Task<T> {
  readonly signal: AbortSignal | undefined;
  /** It can be sent to one member only. */
  readonly isOnceOnly: boolean;
  readonly look: Look;
  /** Must not throw. */
  attempt(member: LiveMember, context: PoolContext): Promise<Attempted<T>>;
  /** An end that the caller will not get. */
  drop(end: End<T>): void;
  /** The end that the caller gets when nobody has answered. */
  finish(end: End<T>): T;
}

export interface FailoverHost {
  readonly name: string;
  readonly members: readonly LiveMember[];
  readonly strategy: Strategy;
  readonly budget: RetryBudget;
  readonly attemptsMax: number;
  readonly clock: Clock;
  readonly publish: ((fact: PoolFailover) => void) | undefined;
}

type Unanswered<T> = Extract<Attempted<T>, { kind: 'refused' | 'failed' }>;

/** What a pool does, and how often it did. */
export class Failover {
  requestCount = 0;
  failoverCount = 0;
  heldBackCount = 0;
  readonly #host: FailoverHost;

  constructor(host: FailoverHost) {
    this.#host = host;
  }

  /** Rejects with what `finish` throws, or with what ended it. */
  async run<T>(task: Task<T>): Promise<T> {
    const { members, strategy, clock, budget, attemptsMax } = this.#host;
    const number = (this.requestCount += 1);
    const nowMs = clock.monotonicMs();
    const selection = new Selection(members, strategy, task.look, nowMs, number);
    const story = new Story(task);
    let attempt = 0;
    let from: LiveMember | null = null;
    while (story.sentCount < attemptsMax && !(task.isOnceOnly && story.sentCount > 0)) {
      if (task.signal?.aborted) throw story.over(task.signal.reason);
      const isFirst = story.sentCount === 0;
      const member: LiveMember | null =
        selection.next() ?? (isFirst ? selection.nextRefused() : null);
      if (member === null) break;
      const isFree = isFirst || member.options.isEmergency;
      if (!isFree && !budget.spend()) {
        this.heldBackCount += 1;
        break;
      }
      attempt += 1;
      if (from !== null) this.#tell(from, member, story.lastReason, attempt);
      const { isEmergency } = member.options;
      const context: PoolContext = { signal: task.signal, attempt, isEmergency };
      const attempted = await this.#ask(member, task, context, number);
      if (attempted.kind !== 'refused' && isFirst) budget.earn();
      if (attempted.kind === 'refused' && !isFree) budget.giveBack();
      if (attempted.kind === 'answered') {
        story.dropKept();
        return attempted.value;
      }
      if (attempted.kind === 'over') throw story.over(attempted.error);
      story.add(attempted);
      from = member;
    }
    return task.finish(story.end);
  }

  async #ask<T>(
    member: LiveMember,
    task: Task<T>,
    context: PoolContext,
    number: number,
  ): Promise<Attempted<T>> {
    const { clock } = this.#host;
    const { latency } = member;
    const startMs = clock.monotonicMs();
    latency.began();
    const attempted = await task.attempt(member, context);
    const nowMs = clock.monotonicMs();
    const elapsedMs = nowMs - startMs;
    if (attempted.kind === 'refused') {
      latency.withdrawn();
      member.refusalCount += 1;
      return attempted;
    }
    member.requestCount += 1;
    if (attempted.kind === 'failed') {
      latency.failed(elapsedMs, nowMs, number);
      member.failureCount += 1;
    } else if (attempted.kind === 'answered' && attempted.isSample) {
      latency.succeeded(elapsedMs, nowMs, number);
    } else {
      latency.ended(elapsedMs);
    }
    return attempted;
  }

  #tell(from: LiveMember, to: LiveMember, reason: FailoverReason, attempt: number): void {
    from.failoverCount += 1;
    this.failoverCount += 1;
    const ids = { from: from.options.id, to: to.options.id };
    this.#host.publish?.({ type: 'pool.failover', pool: this.#host.name, ...ids, reason, attempt });
  }
}

/** What came of the members asked so far: of all ends one is kept, and the others are dropped. */
class Story<T> {
  sentCount = 0;
  lastReason: FailoverReason = 'error';
  readonly #task: Task<T>;
  /** The first failure; before there is any, the refusal that ends soonest. */
  #kept: Unanswered<T> | null = null;

  constructor(task: Task<T>) {
    this.#task = task;
  }

  add(attempted: Unanswered<T>): void {
    this.lastReason = attempted.reason;
    if (attempted.kind === 'failed') this.sentCount += 1;
    if (this.#kept === null) {
      this.#kept = attempted;
    } else if (tellsMore(attempted, this.#kept)) {
      this.#task.drop(this.#kept.ends);
      this.#kept = attempted;
    } else {
      this.#task.drop(attempted.ends);
    }
  }

  /** What it ends with when nobody has answered. */
  get end(): End<T> {
    return (this.#kept as Unanswered<T>).ends;
  }

  dropKept(): void {
    if (this.#kept !== null) this.#task.drop(this.#kept.ends);
  }

  /** It ends with another error. */
  over(error: unknown): unknown {
    this.dropKept();
    return error;
  }
}

/** Whether `attempted` is to be kept instead of `kept`. */
function tellsMore<T>(attempted: Unanswered<T>, kept: Unanswered<T>): boolean {
  if (kept.kind === 'failed') return false;
  if (attempted.kind === 'failed') return true;
  return (attempted.retryAtMs ?? Infinity) < (kept.retryAtMs ?? Infinity);
}
