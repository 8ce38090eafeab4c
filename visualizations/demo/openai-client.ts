/** The official OpenAI client, loaded when it is needed: it is an optional peer of this package. */
import type OpenAI from 'openai';

import { CommandError } from '../terminal/command-error.ts';
import { DEMO_KEY } from './upstream.ts';

/** @throws CommandError when the package is not installed, or is something else. */
export async function loadOpenai(): Promise<(baseURL: string) => OpenAI> {
  let module: { readonly default?: unknown };
  try {
    module = await import('openai');
  } catch (error) {
    const isMissing = (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND';
    const problem = isMissing ? 'is not installed' : 'cannot be loaded';
    throw new CommandError(
      `the demo calls its upstream with the package openai, which ${problem}`,
      'Run npm install openai, version 6 or later.',
    );
  }
  const Client = module.default as typeof OpenAI | undefined;
  if (typeof Client !== 'function') {
    throw new CommandError(
      'the installed package openai exports no client',
      'Run npm install openai, version 6 or later.',
    );
  }
  // Retries are the breakers' business: the client's own would be made behind their back.
  return (baseURL) => new Client({ apiKey: DEMO_KEY, baseURL, maxRetries: 0, logLevel: 'off' });
}
