/**
 * Notices that calls of one operation on one model have come to cost more, or less, than they did:
 * because their tokens are billed at another price, or because the model or its callers behave
 * differently.
 */
import { DriftSeries } from './drift-series.ts';
import type { EstimateRequest, SettledCall } from './estimate.ts';
import { RecentEntries } from './estimator-recent.ts';

export interface Drift {
  readonly operation: string;
  readonly model: string | undefined;
  /**
   * `price`: bills against the price table, for the tokens that were used. `behaviour`: bills
   * against what was expected, while prices hold.
   */
  readonly kind: 'price' | 'behaviour';
  /** False when an earlier drift is over: costs have returned, or what was new has become usual. */
  readonly isOn: boolean;
  /** Bills to what they are held against, over the last 32 calls; 1 where they agree. */
  readonly recentRatio: number;
  /** The same over the calls before those. */
  readonly usualRatio: number;
}

interface Watched {
  readonly price: DriftSeries;
  readonly behaviour: DriftSeries;
  /** Whether a drift of behaviour was told, and its end is to be. */
  isTold: boolean;
}

export class DriftWatch {
  readonly #onDrift: (drift: Drift) => void;
  readonly #watched: RecentEntries<Watched>;

  /** `onDrift` is told when a drift begins and when it is over, and must not throw. */
  constructor(entriesMax: number, onDrift: (drift: Drift) => void) {
    this.#onDrift = onDrift;
    this.#watched = new RecentEntries<Watched>(entriesMax, () => ({
      price: new DriftSeries(),
      behaviour: new DriftSeries(),
      isTold: false,
    }));
  }

  observe(request: EstimateRequest, settled: SettledCall, expectedNanoUsd: number): void {
    if (request.price.isFree) return;
    const watched = this.#watched.obtain(request.operation, request.model).value;
    const { price, behaviour } = watched;
    const { inputTokens, outputTokens, costNanoUsd } = settled;
    if (inputTokens !== null && outputTokens !== null) {
      const charge = request.price.chargeTokens(inputTokens, outputTokens);
      if (charge > 0 && price.add(costNanoUsd / charge)) this.#tell(request, 'price', price);
    }
    // A drift of the price shows in both: it is told once.
    const isChanged = expectedNanoUsd > 0 && behaviour.add(costNanoUsd / expectedNanoUsd);
    if (!isChanged || (behaviour.isOn ? price.isOn : !watched.isTold)) return;
    watched.isTold = behaviour.isOn;
    this.#tell(request, 'behaviour', behaviour);
  }

  #tell(request: EstimateRequest, kind: Drift['kind'], series: DriftSeries): void {
    const { operation, model } = request;
    const { isOn, recentRatio, usualRatio } = series;
    this.#onDrift({ operation, model, kind, isOn, recentRatio, usualRatio });
  }
}
