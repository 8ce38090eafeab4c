/** What a call says about its own cost, as it was checked. */
import type { ChatMessage } from './tokens/token-messages.ts';

/** Why a call may pass budgets and rules, and who says so. */
export interface CallOverride {
  /** 1 to 256 characters. */
  readonly reason: string;
  /** Whoever answers for it. 1 to 256 characters. */
  readonly by: string;
}

export interface CallCost {
  readonly operation: string;
  readonly model: string | undefined;
  readonly messages: readonly ChatMessage[] | undefined;
  readonly input: string | undefined;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly answers: number;
  readonly serviceTier: string | undefined;
  /** 0 where it makes none. */
  readonly searchesMax: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly override: CallOverride | null;
}
