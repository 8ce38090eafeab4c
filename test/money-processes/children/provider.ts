/** The provider as a child calls it: over HTTP, with the usage of the answer told to the call. */
import { Agent, get } from 'node:http';

import type { CallContext } from '../../../index.ts';
import type { PricedCall } from '../tariff.ts';

const agent = new Agent({ keepAlive: true });

export interface Provider {
  readonly port: number;
  /** Who calls. */
  readonly caller: number;
}

/** Rejects when the provider fails, or when the signal is aborted, where there is one. */
export function request(
  { port, caller }: Provider,
  call: PricedCall,
  { usage }: Pick<CallContext, 'usage'>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { number, tenant, model, maxOutputTokens } = call;
  const query = new URLSearchParams({
    number: String(number),
    tenant,
    model,
    maxOutputTokens: String(maxOutputTokens),
    caller: String(caller),
  });
  const path = `/?${query.toString()}`;
  return new Promise((resolve, reject) => {
    const sent = get({ host: '127.0.0.1', port, path, agent, signal }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode !== 200) return reject(new Error('the provider failed'));
        const { outputTokens } = JSON.parse(body) as { readonly outputTokens: number };
        usage({ inputTokens: call.number, outputTokens });
        resolve();
      });
    });
    sent.on('error', reject);
  });
}
