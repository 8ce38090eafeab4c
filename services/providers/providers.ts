/** The board's side of providers: protected fetches by a profile or by the name of a known one. */
import { invalidArgument, isObject } from '../check.ts';
import type { Runtime } from '../runtime.ts';
import { Credentials } from './credentials.ts';
import type { FetchOptions } from './fetch-options.ts';
import { lightrag } from './lightrag/lightrag.ts';
import { openai } from './openai/openai.ts';
import { perplexity } from './perplexity/perplexity.ts';
import { createPool } from './pool/create-pool.ts';
import type { Pool, PoolMember, PoolOptions } from './pool/pool.ts';
import type { Profile } from './profile.ts';
import { protectFetch, type FetchHost } from './protect-fetch.ts';
import type { ProtectedFetch } from './protected-fetch.ts';

const KNOWN = { openai, perplexity, lightrag } as const satisfies Record<string, Profile>;

/** The providers whose profiles come with Fuseboard. */
export type KnownProvider = keyof typeof KNOWN;

export class Providers {
  readonly #host: FetchHost;
  readonly #runtime: Runtime;

  constructor(host: Omit<FetchHost, 'credentials' | 'treasury'>, runtime: Runtime) {
    this.#runtime = runtime;
    this.#host = {
      credentials: new Credentials((name) => host.find(name)),
      get treasury() {
        return runtime.treasury;
      },
      find: (name) => host.find(name),
      book: (event) => host.book(event),
      breaker: (name, options) => host.breaker(name, options),
    };
  }

  /** @throws FuseboardError invalid_argument, invalid_option */
  fetch(provider: KnownProvider | Profile, options: FetchOptions = {}): ProtectedFetch {
    return protectFetch(profileOf(provider), options, this.#host);
  }

  /** @throws FuseboardError invalid_option */
  pool(members: readonly PoolMember[], options: PoolOptions): Pool {
    return createPool(members, options, this.#runtime);
  }
}

function profileOf(provider: unknown): Profile {
  if (typeof provider === 'string' && Object.hasOwn(KNOWN, provider)) {
    return KNOWN[provider as KnownProvider];
  }
  if (isObject(provider) && typeof (provider as Profile).readRequest === 'function') {
    return provider as Profile;
  }
  const names = Object.keys(KNOWN).join(', ');
  throw invalidArgument('fetch(provider)', `a profile, or one of ${names}`, provider);
}
