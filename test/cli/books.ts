/** Stores with books in them, made as an application makes them. */
import { join } from 'node:path';

import { openBoard, usd, type Board, type BoardOptions } from '../../index.ts';

export const STORE = 'fuseboard.db';

/** A board on the default store of a folder; its requests come with their tokens counted. */
export const openIn = (cwd: string, options: BoardOptions = {}): Promise<Board> =>
  openBoard({
    store: `sqlite:${join(cwd, STORE)}`,
    tokenizer: false,
    prices: {
      overrides: [
        { model: 'o3', inputPerMillion: usd(2), outputPerMillion: usd(8) },
        { model: 'mini', inputPerMillion: usd(1), outputPerMillion: usd(1) },
      ],
    },
    ...options,
  });

/** One call that uses 500 tokens in and 100 out, of at most 200. */
export async function callOnce(
  board: Board,
  model: string,
  tags: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const operation = { operation: 'llm_call', model, inputTokens: 500, maxOutputTokens: 200, tags };
  const { ok } = await board.breaker('llm').tryCall(operation, ({ usage }) => {
    usage({ inputTokens: 500, outputTokens: 100 });
  });
  return ok;
}
