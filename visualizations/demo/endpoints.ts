/**
 * Where the three providers are reached: the real ones whose key, or whose address, is in the
 * environment, under the names that their own clients read. All others are simulated.
 */
import { CommandError } from '../terminal/command-error.ts';

export const PROVIDERS = ['openai', 'perplexity', 'lightrag'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

export interface Endpoint {
  readonly provider: ProviderName;
  /** What requests' paths are put behind, for example `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** With the credential. */
  readonly headers: Readonly<Record<string, string>>;
  readonly isReal: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * `OPENAI_API_KEY`, `PERPLEXITY_API_KEY` and `LIGHTRAG_URL` make theirs real; `OPENAI_BASE_URL`,
 * `PERPLEXITY_BASE_URL` and `LIGHTRAG_API_KEY` go with them.
 * @throws CommandError for an address or a key that can be none; neither is repeated in it
 */
export function realEndpoints(env: Env): Endpoint[] {
  const endpoints: Endpoint[] = [];
  const openaiKey = keyIn(env, 'OPENAI_API_KEY');
  if (openaiKey !== null) {
    const baseUrl = urlIn(env, 'OPENAI_BASE_URL') ?? 'https://api.openai.com/v1';
    endpoints.push({ provider: 'openai', baseUrl, headers: bearer(openaiKey), isReal: true });
  }
  const perplexityKey = keyIn(env, 'PERPLEXITY_API_KEY');
  if (perplexityKey !== null) {
    const baseUrl = urlIn(env, 'PERPLEXITY_BASE_URL') ?? 'https://api.perplexity.ai';
    const headers = bearer(perplexityKey);
    endpoints.push({ provider: 'perplexity', baseUrl, headers, isReal: true });
  }
  const lightragUrl = urlIn(env, 'LIGHTRAG_URL');
  if (lightragUrl !== null) {
    const key = keyIn(env, 'LIGHTRAG_API_KEY');
    const headers = key === null ? {} : { 'x-api-key': key };
    endpoints.push({ provider: 'lightrag', baseUrl: lightragUrl, headers, isReal: true });
  }
  return endpoints;
}

export const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

/** What of an address may be shown: it may hold a password, or a key. */
export const hostOf = ({ baseUrl }: Endpoint): string => new URL(baseUrl).host;

/** Null where it is not set, or empty. */
function keyIn(env: Env, name: string): string | null {
  const key = env[name]?.trim() ?? '';
  if (key === '') return null;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new CommandError(
    `the key in ${name} has characters that no header can carry`,
    `Set ${name} to the key alone, or use no real provider with --simulated.`,
  );
}

function urlIn(env: Env, name: string): string | null {
  const text = env[name]?.trim() ?? '';
  if (text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSound =
    url !== null &&
    ['http:', 'https:'].includes(url.protocol) &&
    // A fetch takes none of these in what its path is put behind.
    [url.username, url.password, url.search, url.hash].every((part) => part === '');
  if (isSound) return text.endsWith('/') ? text.slice(0, -1) : text;
  throw new CommandError(
    `what ${name} holds is not the address of a server`,
    `Set ${name} to one such as https://host.example/v1, or use no real provider with --simulated.`,
  );
}
