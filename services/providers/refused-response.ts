/** A refusal of ours as an error response of the API, so that its clients raise their own error. */
import type { Refusal } from '../refusal.ts';
import type { Profile } from './profile.ts';

/**
 * Clients that heed `x-should-retry` do not try again (OpenAI's and Perplexity's do); the others
 * learn from `retry-after` when it may help.
 */
export function refusedResponse(profile: Profile, refusal: Refusal, nowMs: number): Response {
  const { status, body } = profile.refusalResponse(refusal, nowMs);
  const headers = new Headers({
    'content-type': 'application/json',
    'x-should-retry': 'false',
    'x-fuseboard-refusal': refusal.code,
  });
  if (refusal.retryAtMs !== null) {
    const delayMs = Math.max(0, refusal.retryAtMs - nowMs);
    headers.set('retry-after', String(Math.ceil(delayMs / 1_000)));
    headers.set('x-fuseboard-retry-at', isoOf(refusal.retryAtMs));
  }
  return new Response(JSON.stringify(body), { status, headers });
}

const LAST_INSTANT_MS = 8.64e15;

/** Instants beyond what a date can say stop at the last one. */
const isoOf = (atMs: number): string =>
  new Date(Math.min(Math.max(atMs, -LAST_INSTANT_MS), LAST_INSTANT_MS)).toISOString();
