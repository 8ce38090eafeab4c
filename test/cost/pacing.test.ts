/**
 * Which calls are slowed down, and by what. How fast a throttle lets them pass is its own matter.
 */
import { describe, expect, it } from 'vitest';

import type { Account } from '../../services/cost/budgets/account.ts';
import type { CostedCall } from '../../services/cost/costed-call.ts';
import { Pacing } from '../../services/cost/rules/pacing.ts';
import { decide, RuleDecision } from '../../services/cost/rules/rule-decision.ts';
import type { RuleOptions } from '../../services/cost/rules/rule-options.ts';
import { HandStore } from './account-rig.ts';
import { callMaker, type CallMaker } from './costed-calls.ts';
import { usd } from '../../services/cost/money.ts';

const SLOW: RuleOptions = {
  id: 'slow',
  type: 'operation_cost',
  threshold: usd('0.000000010'),
  action: 'throttle',
  factor: 0.5,
};

function pacingOf(maker: CallMaker, queueMax = 2) {
  const { clock, deadlines } = new HandStore({});
  const pacing = new Pacing({ clock, deadlines, random: () => 0.5, delayMaxMs: 10_000, queueMax });
  const pass = (call: CostedCall, isStrained = false, signal?: AbortSignal) => {
    const decision = new RuleDecision();
    const { expectedNanoUsd, worstNanoUsd, plan } = call;
    decide(plan.rules, expectedNanoUsd, worstNanoUsd, 0, clock.monotonicMs(), decision);
    return pacing.pass(call, decision, isStrained, 0, signal);
  };
  /** So much spent of a thousand, as the store tells it. */
  const spend = (account: Account | undefined, settledNanoUsd: number): void => {
    account?.hear(
      {
        account: 1,
        limitNanoUsd: 1_000,
        settledNanoUsd,
        forfeitedNanoUsd: 0,
        heldNanoUsd: 0,
        overspentNanoUsd: 0,
      },
      false,
    );
    if (account !== undefined) account.level = account.levelNow();
  };
  return { clock, deadlines, pacing, pass, spend };
}

describe('a rule that throttles', () => {
  it('lets the first call pass, and has the next ones wait, as many as may', async () => {
    const maker = callMaker([], [SLOW]);
    const { clock, deadlines, pacing, pass } = pacingOf(maker);
    expect(pass(maker.call(10))).toBeNull();
    const waiting = Promise.all([pass(maker.call(10)), pass(maker.call(10))] as Promise<void>[]);
    expect(pacing.waitingCount).toBe(2);
    expect(pass(maker.call(10))).toBe('full');
    await clock.advanceAsync(60_000);
    await waiting;
    expect([pacing.waitingCount, deadlines.pendingCount]).toEqual([0, 0]);
  });

  it('concerns no call that is below its threshold, nor one that is free', () => {
    const maker = callMaker([], [SLOW]);
    const { pass } = pacingOf(maker);
    for (const amount of [10, 9, 9, 0, 0]) expect(pass(maker.call(amount))).toBeNull();
    expect(pass(maker.call(10))).toBeInstanceOf(Promise);
  });

  it('sends a caller away who gives up, and everybody when the board closes', async () => {
    const maker = callMaker([], [SLOW]);
    const { deadlines, pacing, pass } = pacingOf(maker);
    const abort = new AbortController();
    expect(pass(maker.call(10))).toBeNull();
    const given = pass(maker.call(10), false, abort.signal);
    const waiting = pass(maker.call(10));
    abort.abort('never mind');
    await expect(given).rejects.toBe('never mind');
    pacing.close(() => 'closed');
    await expect(waiting).rejects.toBe('closed');
    expect([pacing.waitingCount, deadlines.pendingCount]).toEqual([0, 0]);
  });
});

describe('a strained budget', () => {
  it('paces calls only while the breaker is held for strained', () => {
    const maker = callMaker([{ id: 'daily', period: 'day' }]);
    const { pass, spend } = pacingOf(maker);
    spend(maker.call(10).plan.accounts[0], 900);
    expect([pass(maker.call(10)), pass(maker.call(10))]).toEqual([null, null]);
    expect(pass(maker.call(10), true)).toBeNull();
    expect(pass(maker.call(10), true)).toBeInstanceOf(Promise);
    expect(pass(maker.call(0), true)).toBeNull();
  });

  it('is none that covers single calls only, and none that is not strained', () => {
    const maker = callMaker([
      { id: 'fine', period: 'day' },
      { id: 'model', scope: { model: 'unit' }, period: 'day' },
    ]);
    const { pass, spend } = pacingOf(maker);
    const [fine, model] = maker.call(10).plan.accounts;
    spend(fine, 100);
    spend(model, 950);
    expect([pass(maker.call(10), true), pass(maker.call(10), true)]).toEqual([null, null]);
  });

  it('of several the tightest sets the pace: each has a queue of its own', () => {
    const maker = callMaker([
      { id: 'board', period: 'day' },
      { id: 'breakers', per: 'breaker', period: 'day' },
    ]);
    const { pass, spend } = pacingOf(maker);
    const [board, mine] = maker.call(10, 'mine').plan.accounts;
    const [, other] = maker.call(10, 'other').plan.accounts;
    spend(board, 850);
    spend(mine, 900);
    spend(other, 0);
    expect(pass(maker.call(10, 'mine'), true)).toBeNull();
    // Another breaker's is not strained: the board's budget paces it, where nobody has passed yet.
    expect(pass(maker.call(10, 'other'), true)).toBeNull();
    expect(pass(maker.call(10, 'mine'), true)).toBeInstanceOf(Promise);
    expect(pass(maker.call(10, 'other'), true)).toBeInstanceOf(Promise);
  });
});
