/**
 * An estimator of the user's, contained: where it throws or answers nonsense it is passed over, and
 * reported once until it works again.
 */
import { FuseboardError } from '../../errors.ts';
import type { Estimate, EstimateRequest, Estimator, SettledCall } from './estimate.ts';
import { isNanoUsd } from '../money.ts';

export class ContainedEstimator {
  readonly #own: Estimator;
  readonly #report: (name: string, error: unknown) => void;
  #isEstimating = true;
  #isLearning = true;

  constructor(own: Estimator, report: (name: string, error: unknown) => void) {
    this.#own = own;
    this.#report = report;
  }

  /** A checked copy of what it says; null where it says nothing, or nonsense. */
  estimate(request: EstimateRequest): Estimate | null {
    try {
      const said = this.#own.estimate(request);
      const estimate = said === null || said === undefined ? null : copyOf(said, this.#own.name);
      this.#isEstimating = true;
      return estimate;
    } catch (error) {
      if (this.#isEstimating) this.#report(this.#own.name, error);
      this.#isEstimating = false;
      return null;
    }
  }

  learn(request: EstimateRequest, settled: SettledCall): void {
    if (this.#own.learn === undefined) return;
    try {
      this.#own.learn(request, settled);
      this.#isLearning = true;
    } catch (error) {
      if (this.#isLearning) this.#report(this.#own.name, error);
      this.#isLearning = false;
    }
  }
}

/** Read once, so that what was checked is what is used. @throws FuseboardError */
function copyOf(said: Estimate, method: string): Estimate {
  const { expectedNanoUsd, worstNanoUsd, lowNanoUsd, highNanoUsd, confidence } = said;
  const isSense =
    isNanoUsd(expectedNanoUsd) &&
    isNanoUsd(worstNanoUsd) &&
    isNanoUsd(lowNanoUsd) &&
    isNanoUsd(highNanoUsd) &&
    expectedNanoUsd <= worstNanoUsd &&
    lowNanoUsd <= highNanoUsd &&
    typeof confidence === 'number' &&
    confidence >= 0 &&
    confidence <= 1;
  if (isSense) {
    return { expectedNanoUsd, worstNanoUsd, lowNanoUsd, highNanoUsd, confidence, method };
  }
  const got = `expected ${expectedNanoUsd}, worst ${worstNanoUsd}, range ${lowNanoUsd} to ${highNanoUsd}`;
  throw new FuseboardError(
    'invalid_argument',
    `the estimator ${method} must answer with amounts of which the expected is at most the worst ` +
      `and a confidence from 0 to 1, got ${got}, confidence ${confidence}`,
  );
}
