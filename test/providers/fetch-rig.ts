/** A simulated OpenAI, a board before it, and the official client on top of both. */
import OpenAI from 'openai';

import { openBoard, usd, type Board, type BoardOptions } from '../../index.ts';
import type { FetchOptions } from '../../services/providers/fetch-options.ts';
import type { ProtectedFetch } from '../../services/providers/protected-fetch.ts';
import { simulateOpenAI } from '../kit/providers/openai/simulate-openai.ts';
import type { SimulatedProvider } from '../kit/providers/simulation.ts';

export interface Rig extends AsyncDisposable {
  readonly board: Board;
  readonly upstream: SimulatedProvider;
  readonly fetch: ProtectedFetch;
  readonly client: OpenAI;
}

export const QUESTION = [{ role: 'user', content: 'Say something about capacitors.' }] as const;

/** Money enough for every test that is not about money. */
export const PLENTY: BoardOptions = {
  budgets: [{ id: 'all', limit: usd(100), period: 'day' }],
  tokenizer: false,
};

export async function rigOf(
  boardOptions: BoardOptions = PLENTY,
  fetchOptions: FetchOptions = {},
  simulation: Parameters<typeof simulateOpenAI>[0] = {},
): Promise<Rig> {
  const upstream = await simulateOpenAI({ seed: 7, ...simulation });
  const board = await openBoard(boardOptions);
  const fetch = board.fetch('openai', fetchOptions);
  const client = new OpenAI({ apiKey: 'sk-one', baseURL: upstream.baseUrl, fetch });
  return {
    board,
    upstream,
    fetch,
    client,
    async [Symbol.asyncDispose]() {
      await board.close({ drainTimeoutMs: 0 });
      await upstream.close();
    },
  };
}
