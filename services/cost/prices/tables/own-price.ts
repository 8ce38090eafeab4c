/** The form of a row in our own price tables. */
import type { NanoUsd } from '../../money.ts';
import type { RequestFees } from '../rates.ts';

/** Tokens by the million. Amounts in nano-dollars. */
export interface OwnPrice {
  readonly provider: string;
  readonly model: string;
  /** The day on which the source was read, or from which it held. */
  readonly version: string;
  /** Wall-clock milliseconds. @default always */
  readonly effectiveFromMs?: number;
  readonly input: NanoUsd;
  readonly output: NanoUsd;
  /** @default input */
  readonly cachedInput?: NanoUsd;
  /** @default output */
  readonly reasoning?: NanoUsd;
  /** @default 0 */
  readonly citation?: NanoUsd;
  /** @default none */
  readonly requestFees?: RequestFees;
  /** @default 0 */
  readonly searchFee?: NanoUsd;
}
