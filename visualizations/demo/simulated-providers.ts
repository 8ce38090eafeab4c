/**
 * The simulated providers of `fuseboard/testing`, walked through the story: real HTTP servers on
 * loopback. They are loaded only when they are needed.
 */
import type { SimulatedProvider } from '../../test/kit/providers/simulation.ts';
import { bearer, type Endpoint, type ProviderName } from './endpoints.ts';
import type { Scenario } from './scenario.ts';
import { planOf, usualLatency } from './simulated-plans.ts';

/** The key that they take. It guards nothing: they listen on loopback only. */
const KEY = 'sk-fuseboard-demo';

export interface SimulatedProviders extends AsyncDisposable {
  readonly endpoints: readonly Endpoint[];
  /** A story begins now, or is taken up at so many milliseconds from its beginning. */
  begin(scenario: Scenario, fromMs: number): void;
  /** Requests that arrived at one, whatever became of them. */
  requestCount(provider: ProviderName): number;
  /** Cuts every connection. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface SimulatedOptions {
  /** 1, or less where stories are walked faster. */
  readonly pace: number;
  readonly seed: number;
}

export async function startSimulated(
  names: readonly ProviderName[],
  options: SimulatedOptions,
): Promise<SimulatedProviders> {
  const { pace, seed } = options;
  const servers = new Map<ProviderName, SimulatedProvider>();
  const close = async (): Promise<void> => {
    await Promise.all([...servers.values()].map((server) => server.close()));
  };
  try {
    for (const name of names) servers.set(name, await start(name, seed, pace));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    endpoints: [...servers].map(([provider, { baseUrl }]) => ({
      provider,
      baseUrl,
      headers: bearer(KEY),
      isReal: false,
    })),
    begin: (scenario, fromMs) =>
      servers.forEach((server, name) => server.script(planOf(name, scenario, fromMs))),
    requestCount: (provider) => servers.get(provider)?.requestCount ?? 0,
    [Symbol.asyncDispose]: close,
  };
}

/** High enough for any rate of calls: its limits are the story's business. */
const UNREACHED = { requestsPerMinute: 1_000_000_000, tokensPerMinute: 1_000_000_000_000 };

async function start(name: ProviderName, seed: number, pace: number): Promise<SimulatedProvider> {
  const options = {
    seed,
    keys: [KEY],
    latencyMs: usualLatency(name, pace),
    chunkGapMs: 2 * pace,
    requestsMax: 1,
  };
  switch (name) {
    case 'openai': {
      const { simulateOpenAI } = await import('../../test/kit/providers/openai/simulate-openai.ts');
      // Its second tokenizer would be loaded with the first embedding, in the midst of the story.
      const { embeddingTokens } = await import('../../test/kit/providers/token-counts.ts');
      await embeddingTokens();
      return simulateOpenAI({ ...options, limits: UNREACHED });
    }
    case 'perplexity': {
      const { simulatePerplexity } =
        await import('../../test/kit/providers/perplexity/simulate-perplexity.ts');
      return simulatePerplexity(options);
    }
    case 'lightrag': {
      const { simulateLightRag } =
        await import('../../test/kit/providers/lightrag/simulate-lightrag.ts');
      return simulateLightRag(options);
    }
  }
}
