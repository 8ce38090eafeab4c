/** What a protected function is called with, while its call runs. */
import type { CallMoney } from './call-money.ts';
import type { CallContext, UsageOptions } from './call.ts';
import type { NanoUsd } from './cost/money.ts';
import type { Usage } from './cost/usage.ts';

/** Made for every call that is not a plain first attempt; what nobody reads is not made. */
export class RunningContext implements CallContext {
  readonly signal: AbortSignal | undefined;
  readonly attempt: number;
  readonly isDegraded: boolean;
  readonly #money: CallMoney | null;

  constructor(
    signal: AbortSignal | undefined,
    attempt: number,
    isDegraded: boolean,
    money: CallMoney | null,
  ) {
    this.signal = signal;
    this.attempt = attempt;
    this.isDegraded = isDegraded;
    this.#money = money;
  }

  get inputTokens(): number | null {
    return this.#money?.inputTokens ?? null;
  }

  get usage(): (usage: Usage, options?: UsageOptions) => void {
    const money = this.#money;
    return (usage, options) => money?.reportUsage(usage, options?.isEstimated);
  }

  get cost(): (costNanoUsd: NanoUsd) => void {
    const money = this.#money;
    return (costNanoUsd) => money?.reportCost(costNanoUsd);
  }

  get cover(): (usage: Usage) => boolean | Promise<boolean> {
    const money = this.#money;
    return (usage) => money?.cover(usage) ?? true;
  }
}
