/**
 * What is learnt of one operation on one model where tokens are known: how much output an input of
 * some size leads to, how right callers are who say it themselves, and how the bill compares with
 * the price table (cached input, fees, a table out of date).
 */
import { DecayedRatio } from './decayed-ratio.ts';
import { savedNumbers } from './estimator-entries.ts';
import { QuantileWindow } from './quantile-window.ts';

/** Calls remembered of each size of input, of all sizes together, and of each ratio. */
export const CALLS_REMEMBERED = 128;
/** Calls of each kind that are saved. */
const CALLS_SAVED = 64;
/** Sizes of input: below 32 tokens, below 64, and on by doubling to 524,288 and above. */
const SIZES = 16;
const FIRST_SIZE_BITS = 5;
/** Calls that the average of all sizes counts as, in the average of one. */
const ALL_SIZES_WEIGHT = 4;
/** Calls of any size before what they put out says anything. */
const CALLS_MIN = 3;

/** At most 21 KB with every window full; an operation has two or three sizes as a rule. */
export class OutputKnowledge {
  readonly #sizes: (QuantileWindow | undefined)[] = Array.from({ length: SIZES });
  readonly all = new QuantileWindow(CALLS_REMEMBERED, 'single');
  /** Costs of calls whose caller said the output, as ratios to the price of what was said. */
  readonly said = new QuantileWindow(CALLS_REMEMBERED, 'single');
  readonly saidRatio = new DecayedRatio(CALLS_REMEMBERED);
  /** Costs as ratios to the price of the output that there was. */
  readonly billed = new QuantileWindow(CALLS_REMEMBERED, 'single');
  readonly billedRatio = new DecayedRatio(CALLS_REMEMBERED);
  /** The same without what searches cost, which grows with no token and is reserved apart. */
  readonly tokensRatio = new DecayedRatio(CALLS_REMEMBERED);

  ofSize(inputTokens: number): QuantileWindow | undefined {
    return this.#sizes[sizeOf(inputTokens)];
  }

  addOutput(inputTokens: number, outputTokens: number): void {
    const size = sizeOf(inputTokens);
    (this.#sizes[size] ??= new QuantileWindow(CALLS_REMEMBERED, 'single')).add(outputTokens);
    this.all.add(outputTokens);
  }

  /** Tokens that a call may be expected to put out, at most `cap`; null before that is known. */
  expectedOutput(inputTokens: number, cap: number): number | null {
    const { all } = this;
    if (all.count < CALLS_MIN) return null;
    const allMean = all.meanUpTo(cap);
    const size = this.ofSize(inputTokens);
    if (size === undefined) return Math.round(allMean);
    const weighted = size.meanUpTo(cap) * size.count + allMean * ALL_SIZES_WEIGHT;
    return Math.round(weighted / (size.count + ALL_SIZES_WEIGHT));
  }

  /** Plain data, for {@link OutputKnowledge.restore}. */
  saved(): unknown {
    return {
      sizes: this.#sizes.map((size) => size?.newest(CALLS_SAVED) ?? []),
      all: this.all.newest(CALLS_SAVED),
      said: this.said.newest(CALLS_SAVED).map(rounded),
      saidRatio: this.saidRatio.saved(),
      billed: this.billed.newest(CALLS_SAVED).map(rounded),
      billedRatio: this.billedRatio.saved(),
      tokensRatio: this.tokensRatio.saved(),
    };
  }

  /** @throws Error for what {@link OutputKnowledge.saved} cannot have made. */
  restore(saved: unknown): void {
    const known = saved as Record<string, unknown>;
    const { sizes, all, said, saidRatio, billed, billedRatio, tokensRatio = billedRatio } = known;
    if (!Array.isArray(sizes) || sizes.length !== SIZES) throw new Error('not the sizes');
    sizes.forEach((outputs: unknown, size) => {
      const window = new QuantileWindow(CALLS_REMEMBERED, 'single');
      fill(window, outputs);
      if (window.count > 0) this.#sizes[size] = window;
    });
    fill(this.all, all);
    if (this.all.count === 0) throw new Error('without calls');
    fill(this.said, said);
    fill(this.billed, billed);
    this.saidRatio.restore(savedNumbers(saidRatio));
    this.billedRatio.restore(savedNumbers(billedRatio));
    this.tokensRatio.restore(savedNumbers(tokensRatio));
  }
}

const sizeOf = (inputTokens: number): number =>
  Math.min(SIZES - 1, Math.max(0, 32 - Math.clz32(inputTokens) - FIRST_SIZE_BITS));

const rounded = (ratio: number): number => Number(ratio.toPrecision(6));

function fill(window: QuantileWindow, saved: unknown): void {
  for (const sample of savedNumbers(saved)) window.add(sample);
}
