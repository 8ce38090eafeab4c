/** Whether a budget has exactly so much left: it can be reserved, and not a nano-dollar more. */
import { expect } from 'vitest';

import { usd, type Board } from '../../../index.ts';

/** A model whose calls can reserve any amount: its output tokens cost a nano-dollar each. */
export const REST_MODEL = {
  model: 'rest',
  inputPerMillion: usd(1),
  outputPerMillion: usd('0.001'),
};
const REST_NANO_USD = 1_000;

export class Remainder {
  readonly #board: Board;
  #count = 0;

  constructor(board: Board) {
    this.#board = board;
  }

  async expectExactly(amountNanoUsd: number): Promise<void> {
    expect(await this.#reserve(amountNanoUsd), 'all that is left can be had').toBe(true);
    expect(await this.#reserve(amountNanoUsd + 1), 'more than that can be had').toBe(false);
  }

  async #reserve(amountNanoUsd: number): Promise<boolean> {
    const operation = {
      // A name of its own, so that no call learns from another.
      operation: `rest ${++this.#count}`,
      model: REST_MODEL.model,
      inputTokens: Math.floor(amountNanoUsd / REST_NANO_USD),
      maxOutputTokens: amountNanoUsd % REST_NANO_USD,
    };
    const result = await this.#board.breaker('rest').tryCall(operation, ({ cost }) => cost(usd(0)));
    if (!result.ok && !result.refused) throw result.error;
    return result.ok;
  }
}
