/**
 * What a stream has cost so far, from the text that has passed: held against the reservation of its
 * call now and then, and the usage of it all where its provider says none.
 */
import type { CallContext } from '../call.ts';
import type { Usage } from '../cost/usage.ts';
import { OutputText } from './output-text.ts';
import type { CountTokens, Profile, RequestView } from './profile.ts';

/**
 * Bytes of text for each token that is taken for granted while a stream runs: English has more, and
 * where the money would not last for so many tokens they are counted.
 */
const BYTES_PER_TOKEN = 4;
/** Text that passes before its cost is looked at again: an eighth of what has passed. Bytes. */
const STEP_DIVISOR = 8;
const STEP_MIN_BYTES = 256;

export interface StreamCostOptions {
  readonly context: CallContext;
  readonly profile: Profile;
  readonly request: RequestView;
  readonly model: string | undefined;
  /** Somebody counts its money. */
  readonly isCounted: boolean;
  readonly count: CountTokens;
}

export class StreamCost {
  readonly #options: StreamCostOptions;
  readonly #text = new OutputText();
  /** Bytes of text at which its cost is looked at. */
  #coverAtBytes = STEP_MIN_BYTES;

  constructor(options: StreamCostOptions) {
    this.#options = options;
  }

  /** Text of the answer has passed. */
  add(text: string): void {
    this.#text.add(text);
  }

  get hasText(): boolean {
    return this.#text.byteCount > 0;
  }

  /** Whether the money lasts for what has passed; looked at now and then. */
  isCovered(): boolean | Promise<boolean> {
    const { byteCount } = this.#text;
    if (byteCount < this.#coverAtBytes || !this.#options.isCounted) return true;
    this.#coverAtBytes = byteCount + Math.max(STEP_MIN_BYTES, byteCount / STEP_DIVISOR);
    const { cover } = this.#options.context;
    const rough = cover(this.#usageOf(Math.ceil(byteCount / BYTES_PER_TOKEN)));
    return rough === true || this.#coveredExactly(rough);
  }

  async #coveredExactly(rough: boolean | Promise<boolean>): Promise<boolean> {
    if (await rough) return true;
    return this.#options.context.cover(this.countedUsage());
  }

  #usageOf(outputTokens: number): Usage {
    const { countUsage } = this.#options.profile;
    const { context, count, request } = this.#options;
    if (countUsage !== undefined) return countUsage(request, outputTokens, count);
    return { inputTokens: context.inputTokens ?? 0, outputTokens };
  }

  /** What was used, by our own count. */
  countedUsage(): Usage {
    const { count, model } = this.#options;
    return this.#usageOf(this.#text.tokens((text) => count(text, model)));
  }
}
