/** Makes a pool of several providers out of its parts. */
import { invalidArgument, isObject } from '../../check.ts';
import type { Clock } from '../../clock.ts';
import type { Random } from '../../random.ts';
import { callTask, type PoolFunction } from './call-task.ts';
import { Failover } from './failover.ts';
import { fetchTask } from './fetch-task.ts';
import { LiveMember } from './live-member.ts';
import type { PoolFailover } from './pool-facts.ts';
import { resolvePool } from './pool-options.ts';
import { readPoolRequest } from './pool-request.ts';
import type {
  MemberView,
  Pool,
  PoolCallOptions,
  PoolHealth,
  PoolMember,
  PoolOptions,
  PoolStatus,
} from './pool.ts';
import { RetryBudget } from './retry-budget.ts';
import { createStrategy } from './strategy.ts';

export interface PoolSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  /** Told of each failover. Must not throw. */
  readonly publish?: (fact: PoolFailover) => void;
}

/**
 * A pool over protected fetches. It keeps a few numbers for each member and sets no timers.
 * @throws FuseboardError invalid_option
 */
export function createPool(
  members: readonly PoolMember[],
  options: PoolOptions,
  { clock, random, publish }: PoolSurroundings,
): Pool {
  const resolved = resolvePool(members, options);
  const { baseUrl } = resolved;
  const living = resolved.members.map((member) => new LiveMember(member));
  const budget = new RetryBudget(clock, resolved.retryBudget);
  const failover = new Failover({
    name: resolved.name,
    members: living,
    strategy: createStrategy(resolved.strategy, random),
    budget,
    attemptsMax: resolved.attemptsMax,
    clock,
    publish,
  });
  const views = (): readonly MemberView[] => living.map((member) => member.view());
  return {
    baseUrl: baseUrl?.href,
    async fetch(input, init) {
      return failover.run(fetchTask(await readPoolRequest(input, init, baseUrl)));
    },
    async call<T>(fn: PoolFunction<T>, callOptions: PoolCallOptions = {}): Promise<Awaited<T>> {
      checkCall(fn, callOptions);
      return await failover.run(callTask(fn, callOptions));
    },
    members: views,
    health(): PoolHealth {
      const now = views();
      const { requestCount, failoverCount, heldBackCount } = failover;
      const status = statusOf(now);
      const retryCredits = budget.credits;
      return { status, members: now, requestCount, failoverCount, heldBackCount, retryCredits };
    },
  };
}

function statusOf(members: readonly MemberView[]): PoolStatus {
  if (members.every(({ state }) => state === 'open')) return 'critical';
  return members.every(({ state }) => state === 'closed') ? 'healthy' : 'degraded';
}

function checkCall(fn: unknown, options: unknown): void {
  if (typeof fn !== 'function') throw invalidArgument('pool.call: fn', 'a function', fn);
  if (!isObject(options)) throw invalidArgument('pool.call: options', 'an object', options);
  const { signal, failOverIf } = options as Readonly<Record<string, unknown>>;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalidArgument('pool.call: signal', 'an AbortSignal', signal);
  }
  if (failOverIf !== undefined && typeof failOverIf !== 'function') {
    throw invalidArgument('pool.call: failOverIf', 'a function', failOverIf);
  }
}
