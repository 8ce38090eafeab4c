/** Base URLs: where an API begins, and the part of a request's URL that lies below it. */
import { invalidOption } from '../../check.ts';

/** A base URL in its normal form, without a slash at its end. */
export interface BaseUrl {
  readonly origin: string;
  readonly href: string;
}

const ALLOWED = 'an absolute http or https URL without credentials, query and fragment';

/** @throws FuseboardError invalid_option */
export function parseBaseUrl(path: string, value: unknown): BaseUrl {
  const url = typeof value === 'string' ? parseUrl(value) : null;
  const isPlain =
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  // What came is not shown: it may hold a credential.
  if (!isPlain) throw invalidOption(path, ALLOWED, typeof value === 'string' ? 'another' : value);
  let end = url.pathname.length;
  while (end > 0 && url.pathname[end - 1] === '/') end -= 1;
  return { origin: url.origin, href: url.origin + url.pathname.slice(0, end) };
}

/** What follows the base in a normal URL, with its leading slash or `?`; null: it is not below. */
export function restBelow(base: BaseUrl, url: URL): string | null {
  const full = url.origin + url.pathname;
  if (!full.startsWith(base.href)) return null;
  const rest = full.slice(base.href.length);
  return rest === '' || rest.startsWith('/') ? rest + url.search : null;
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
