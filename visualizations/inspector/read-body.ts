/** The JSON that a request carries, bounded. */
import type { IncomingMessage } from 'node:http';

export const BODY_MAX = 16_384;

export type Body =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: 'too_large' | 'not_json' | 'broken' };

export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let length = 0;
  if (Number(request.headers['content-length'] ?? 0) > BODY_MAX) return failed('too_large');
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > BODY_MAX) return failed('too_large');
      chunks.push(chunk);
    }
  } catch {
    return failed('broken');
  }
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return failed('not_json');
  }
}

const failed = (problem: 'too_large' | 'not_json' | 'broken'): Body => ({ ok: false, problem });
