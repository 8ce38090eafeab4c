/** Stands for the person who is told that a budget is spent, and raises it after a while. */
import type { Budget, NanoUsd } from '../../index.ts';
import type { Clock, TimerHandle } from '../../services/clock.ts';
import { sumNanoUsd } from '../../services/cost/money.ts';

export interface OperatorOptions {
  readonly clock: Clock;
  readonly budget: Budget;
  /** How long it takes. Milliseconds. */
  readonly afterMs: number;
  /** By how much the limit is raised. Nano-dollars. */
  readonly raiseNanoUsd: NanoUsd;
  readonly onRaised: (fromNanoUsd: number, toNanoUsd: number) => void;
  readonly onFailed: (error: unknown) => void;
}

export interface Operator {
  /** The budget is spent. Told again before it is raised, nothing more comes of it. */
  tell(): void;
  /** Raises nothing any more; resolves when what was begun is over. */
  stop(): Promise<void>;
}

export function createOperator(options: OperatorOptions): Operator {
  const { clock, budget, afterMs, raiseNanoUsd, onRaised, onFailed } = options;
  let timer: TimerHandle = null;
  let raising: Promise<void> = Promise.resolve();

  const raise = async (): Promise<void> => {
    const { limitNanoUsd } = await budget.summary();
    const raised = sumNanoUsd(limitNanoUsd, raiseNanoUsd);
    onRaised(limitNanoUsd, raised);
    await budget.setLimit(raised, { reason: 'the story goes on', by: 'fuseboard demo' });
  };

  return {
    tell() {
      timer ??= clock.setTimer(afterMs, true, () => {
        raising = raise()
          .catch(onFailed)
          .finally(() => (timer = null));
      });
    },
    stop() {
      clock.clearTimer(timer);
      return raising;
    },
  };
}
