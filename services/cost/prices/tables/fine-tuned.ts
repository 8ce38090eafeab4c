/**
 * What fine-tunes of OpenAI's models charge: more than their bases, by no common factor.
 * By the base's name without its date. Source: OpenAI's pricing page as LiteLLM keeps it
 * (model_prices_and_context_window.json, entries `ft:…`).
 */
import { usd } from '../../money.ts';
import type { OwnPrice } from './own-price.ts';

const version = '2026-11-22';
const provider = 'openai';

export const FINE_TUNED: readonly OwnPrice[] = [
  {
    provider,
    model: 'gpt-4.1',
    version,
    input: usd(3),
    cachedInput: usd('0.75'),
    output: usd(12),
  },
  {
    provider,
    model: 'gpt-4.1-mini',
    version,
    input: usd('0.8'),
    cachedInput: usd('0.2'),
    output: usd('3.2'),
  },
  {
    provider,
    model: 'gpt-4.1-nano',
    version,
    input: usd('0.2'),
    cachedInput: usd('0.05'),
    output: usd('0.8'),
  },
  {
    provider,
    model: 'gpt-4o',
    version,
    input: usd('3.75'),
    cachedInput: usd('1.875'),
    output: usd(15),
  },
  { provider, model: 'gpt-4o-mini', version, input: usd('0.3'), output: usd('1.2') },
  { provider, model: 'gpt-4-0613', version, input: usd(30), output: usd(60) },
  { provider, model: 'gpt-3.5-turbo', version, input: usd(3), output: usd(6) },
  { provider, model: 'gpt-3.5-turbo-0125', version, input: usd(3), output: usd(6) },
  { provider, model: 'gpt-3.5-turbo-0613', version, input: usd(3), output: usd(6) },
  { provider, model: 'gpt-3.5-turbo-1106', version, input: usd(3), output: usd(6) },
];
