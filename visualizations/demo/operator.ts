/**
 * Stands for the person who is told that a budget is spent, or that a simulated provider's account
 * is out of credit, and sees to it after a while.
 */
import type { Board } from '../../index.ts';
import type { Clock, TimerHandle } from '../../services/clock.ts';
import { sumNanoUsd } from '../../services/cost/money.ts';
import type { LiveProvider } from './live-lanes.ts';
import { shortUsd, type MoneyTally } from './money-tally.ts';
import type { Reporter } from './reporter.ts';
import type { RunMoney } from './run-money.ts';
import type { Scenario } from './scenario.ts';

export interface OperatorOptions {
  readonly clock: Clock;
  readonly board: Board;
  readonly scenario: Pick<Scenario, 'pace'>;
  readonly money: RunMoney;
  readonly moneyTally: MoneyTally;
  readonly reporter: Reporter;
  /** Milliseconds from the story's beginning. */
  readonly elapsedMs: () => number;
}

export interface Operator {
  /** A simulated provider holds its breakers: its account is out of credit. */
  tellHeld(provider: LiveProvider): void;
  /** The scarce budget is spent. Told again before it is raised, nothing more comes of it. */
  tell(): void;
  /** Raises nothing any more; resolves when what was begun is over. */
  stop(): Promise<void>;
}

/** How long it takes: long enough to be seen. */
const ACT_AFTER_MS = 1_200;

export function createOperator(options: OperatorOptions): Operator {
  const { clock, scenario, reporter, moneyTally, elapsedMs } = options;
  const { scarceBudget, raiseNanoUsd } = options.money;
  const budget = options.board.budget(scarceBudget);
  let timer: TimerHandle = null;
  let isStopped = false;
  let raising: Promise<void> = Promise.resolve();
  const say = (what: string): void =>
    reporter.moment(moneyTally.tell(elapsedMs(), 'operator', what));

  const raise = async (raiseNanoUsd: number): Promise<void> => {
    const { limitNanoUsd } = await budget.summary();
    const raised = sumNanoUsd(limitNanoUsd, raiseNanoUsd);
    say(`raises ${scarceBudget} from ${shortUsd(limitNanoUsd)} to ${shortUsd(raised)}`);
    await budget.setLimit(raised, { reason: 'the story goes on', by: 'fuseboard demo' });
  };

  const held = new Map<LiveProvider, TimerHandle>();
  const pay = (provider: LiveProvider): void => {
    held.delete(provider);
    say(`pays the account at ${provider.name}`);
    provider.fetch.rotateKey({ by: 'fuseboard demo' });
  };

  return {
    tellHeld(provider) {
      if (provider.isReal || isStopped || held.has(provider)) return;
      const due = clock.setTimer(ACT_AFTER_MS * scenario.pace, true, () => pay(provider));
      held.set(provider, due);
    },
    tell() {
      // A budget that begins anew by itself is left to do so.
      if (raiseNanoUsd === null) return;
      timer ??= clock.setTimer(ACT_AFTER_MS * scenario.pace, true, () => {
        raising = raise(raiseNanoUsd)
          .catch((error: Error) => say(`cannot raise ${scarceBudget}: ${error.message}`))
          .finally(() => (timer = null));
      });
    },
    stop() {
      isStopped = true;
      clock.clearTimer(timer);
      for (const due of held.values()) clock.clearTimer(due);
      return raising;
    },
  };
}
