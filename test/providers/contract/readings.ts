/** What the suite itself reads in frames and answers, beside the code under test. */

export type Json = Readonly<Record<string, unknown>>;

/** Nano-dollars for a token sent, and for one that comes back, where the suite says the price. */
export const INPUT_NANO_USD = 1_000;
export const OUTPUT_NANO_USD = 2_000;

export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Json)[key] : undefined,
    value,
  );
export const textAt = (value: unknown, ...path: readonly (string | number)[]): string => {
  const text = at(value, ...path);
  return typeof text === 'string' ? text : '';
};

/** Tokens of OpenAI's counts, at the prices above. */
export function billedTokens(usage: unknown): number | null {
  const input = at(usage, 'prompt_tokens') ?? at(usage, 'input_tokens');
  const output = at(usage, 'completion_tokens') ?? at(usage, 'output_tokens');
  if (typeof input !== 'number' || typeof output !== 'number') return null;
  return input * INPUT_NANO_USD + output * OUTPUT_NANO_USD;
}

/** Perplexity says itself what it cost. Dollars, with the noise of floats. */
export function billedDollars(usage: unknown): number | null {
  const dollars = at(usage, 'cost', 'total_cost');
  return typeof dollars === 'number' ? Math.ceil(Number((dollars * 1e9).toFixed(3))) : null;
}

export const isLastChoice = (frame: Json): boolean =>
  typeof at(frame, 'choices', 0, 'finish_reason') === 'string';
export const isLastEvent = (frame: Json): boolean => textAt(frame, 'type') === 'response.completed';
export const chatText = (frame: Json): string => textAt(frame, 'choices', 0, 'delta', 'content');
export const eventText = (frame: Json): string =>
  textAt(frame, 'type') === 'response.output_text.delta' ? textAt(frame, 'delta') : '';
export const usageIn = (answer: Json): unknown =>
  at(answer, 'usage') ?? at(answer, 'response', 'usage');
