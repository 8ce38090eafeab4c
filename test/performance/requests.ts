/** The requests of the provider cases, and the board that protects them. */
import { openBoard, usd, type Board } from '../../index.ts';
import { systemClock } from '../../services/clock.ts';

export type Fetch = typeof globalThis.fetch;

/** Paths that the profile reads as chats, and the upstream by their beginning. */
export const PATHS = {
  json: '/v1/chat/completions',
  stream: '/stream/chat/completions',
  held: '/held/chat/completions',
} as const;

/** With budgets, rules and a tokenizer: what a user would open. */
export const openProtected = (): Promise<Board> =>
  openBoard({
    budgets: [
      { id: 'day', limit: usd(1_000_000), period: 'day' },
      { id: 'month', limit: usd(1_000_000), period: 'month' },
    ],
    rules: [{ id: 'dear', type: 'operation_cost', threshold: usd(100), action: 'block' }],
  });

export const request = (stream: boolean): RequestInit => ({
  method: 'POST',
  headers: { authorization: 'Bearer sk-bench', 'content-type': 'application/json' },
  body: JSON.stringify({
    model: 'gpt-4o-mini',
    max_tokens: 500,
    messages: [
      { role: 'system', content: 'You explain electronics to people who repair things.' },
      { role: 'user', content: 'What does a capacitor do, and why does it fail? '.repeat(3) },
    ],
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
  }),
});

/** One call that is answered with JSON. */
export async function readJson(fetch: Fetch, url: string): Promise<void> {
  const response = await fetch(url, request(false));
  await response.json();
}

/** Reads a stream to its end, as a client does, and answers how long its first byte took. */
export async function readStream(fetch: Fetch, url: string): Promise<number> {
  const startMs = systemClock.monotonicMs();
  const response = await fetch(url, request(true));
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let firstMs = NaN;
  for (;;) {
    const { done } = await reader.read();
    if (Number.isNaN(firstMs)) firstMs = systemClock.monotonicMs() - startMs;
    if (done) return firstMs;
  }
}
