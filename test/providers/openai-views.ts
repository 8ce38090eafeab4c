/** Requests and responses as profiles are shown them. */
import type { JsonObject, RequestView, ResponseView } from '../../services/providers/profile.ts';

export const NOW_MS = Date.UTC(2026, 10, 22);

export const post = (path: string, body: JsonObject | null): RequestView => ({
  method: 'POST',
  path,
  headers: new Headers(),
  body,
});

export const get = (path: string): RequestView => ({ ...post(path, null), method: 'GET' });

/** A response with a body of JSON, or of text that is none. */
export function answer(
  body: JsonObject | string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): ResponseView {
  const isText = typeof body === 'string';
  return {
    status,
    headers: new Headers(headers),
    body: isText ? null : body,
    text: isText ? body : JSON.stringify(body),
    nowMs: NOW_MS,
  };
}

export const noCount = (): number => 0;
