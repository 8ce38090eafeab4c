/** One small request of a probe: in bounded time, and with a bounded answer. */
import { runBounded } from '../../bounded-run.ts';
import type { Clock } from '../../clock.ts';
import type { Deadlines } from '../../deadlines.ts';
import { parsedJson } from '../json-reading.ts';

/** What of the global `fetch` a probe needs. */
export type ProbeFetch = (url: string, init: RequestInit) => Promise<Response>;

export interface ProbeLink {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: ProbeFetch;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
}

export interface ProbeAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** What it says as JSON; undefined where it says nothing, or is too long. */
  readonly json: unknown;
  readonly text: string;
  /** Longer than a probe reads: cut off. */
  readonly isTooLong: boolean;
}

const DECODER = new TextDecoder();
export const PROBE_TIMEOUT = Symbol('the probe took too long');

/**
 * Sends one request of a probe; with a body it is a POST.
 * Rejects with what the network or the signal threw, and with {@link PROBE_TIMEOUT}.
 */
export function ask(
  link: ProbeLink,
  path: string,
  signal: AbortSignal | undefined,
  body?: object,
): Promise<ProbeAnswer> {
  const { clock, deadlines, timeoutMs } = link;
  const bounds = { clock, deadlines, timeoutMs, signal, timeoutError: () => PROBE_TIMEOUT };
  return runBounded(bounds, async (inner) => {
    const response = await link.fetch(`${link.baseUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers:
        body === undefined ? link.headers : { ...link.headers, 'content-type': 'application/json' },
      signal: inner,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { text, isTooLong } = await readText(response, link.answerBytesMax);
    const { status, headers } = response;
    return { status, headers, text, isTooLong, json: isTooLong ? undefined : parsedJson(text) };
  });
}

async function readText(
  response: Response,
  bytesMax: number,
): Promise<{ readonly text: string; readonly isTooLong: boolean }> {
  if (response.body === null) return { text: '', isTooLong: false };
  const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.length;
    if (bytes <= bytesMax) continue;
    await reader.cancel();
    return { text: DECODER.decode(Buffer.concat(chunks).subarray(0, bytesMax)), isTooLong: true };
  }
  return { text: DECODER.decode(Buffer.concat(chunks)), isTooLong: false };
}
