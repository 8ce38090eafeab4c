/** What a person is shown of a run at one instant: plain data, drawn in several ways. */
import type { BreakerSnapshot } from '../../index.ts';
import type { Change } from './changes.ts';
import type { ProviderName } from './endpoints.ts';
import type { MoneyView } from './money-tally.ts';
import type { Phase, Stretch } from './scenario.ts';
import type { Tally } from './tally.ts';

export interface BreakerView {
  readonly name: string;
  /** `closed`, `open`, `half_open` or `budget_limited`. */
  readonly state: BreakerSnapshot['state'];
  /** What holds it open until a person acts, for example `quota`; empty for nothing. */
  readonly heldBy: string;
  /** Milliseconds to the next probe; null unless open, and while it is held. */
  readonly probeInMs: number | null;
  /** When it trips, in words. */
  readonly policy: string;
  /** Since this start. */
  readonly costNanoUsd: number;
  readonly tally: Tally;
}

export interface ProviderView {
  readonly name: ProviderName;
  readonly isReal: boolean;
  readonly host: string;
  /** Since this start. */
  readonly sentCount: number;
}

export interface View {
  readonly seed: number;
  readonly elapsedMs: number;
  readonly durationMs: number;
  readonly phase: Phase;
  readonly stretches: readonly Stretch[];
  readonly providers: readonly ProviderView[];
  readonly breakers: readonly BreakerView[];
  /** Oldest first. */
  readonly changes: readonly Change[];
  readonly money: MoneyView;
}

/** Sums over the breakers. */
export function totalOf(
  breakers: readonly BreakerView[],
  field: Exclude<keyof Tally, 'refusedBy' | 'p50Ms'>,
): number {
  return breakers.reduce((sum, { tally }) => sum + tally[field], 0);
}
