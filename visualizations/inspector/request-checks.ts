/**
 * Who may ask at all. A name in Host that is not ours is a page elsewhere whose name was made to
 * point here (DNS rebinding); an Origin that is not ours is a page elsewhere.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

import type { Problem } from './protocol.ts';

const URL_LENGTH_MAX = 2_048;

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
/** Listens on every address of the machine, by whichever it is asked for. */
const ANY: readonly string[] = ['0.0.0.0', '::', '[::]'];

export interface RequestChecks {
  /** What speaks against a request; null when nothing does. */
  check(request: IncomingMessage): { readonly status: number; readonly problem: Problem } | null;
}

export function createRequestChecks(host: string, port: number): RequestChecks {
  const names = new Set([...LOOPBACK, bracketed(host.toLowerCase())]);
  const isAny = ANY.includes(host);
  const isOurs = (authority: string): boolean => {
    const found = /^(\[[0-9a-f:.]+\]|[^:[\]/@]+)(?::(\d{1,5}))?$/.exec(authority.toLowerCase());
    if (found === null) return false;
    const [, name = '', digits] = found;
    if (Number(digits ?? 80) !== port) return false;
    return names.has(name) || (isAny && isIP(name.replace(/^\[|\]$/g, '')) !== 0);
  };
  return {
    check({ headers, url = '/' }) {
      if (url.length > URL_LENGTH_MAX) {
        return refused(414, 'url_too_long', `A URL has at most ${URL_LENGTH_MAX} characters.`);
      }
      if (!isOurs(headers.host ?? '')) {
        return refused(403, 'wrong_host', 'This inspector is not known by that name.');
      }
      const { origin } = headers;
      const isForeign =
        (origin !== undefined && !(origin.startsWith('http://') && isOurs(origin.slice(7)))) ||
        headers['sec-fetch-site'] === 'cross-site';
      return isForeign
        ? refused(403, 'wrong_origin', 'Pages of other origins may not ask here.')
        : null;
    },
  };
}

/** A host as it stands in a URL. */
export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

const refused = (status: number, code: string, message: string) => ({
  status,
  problem: { code, message },
});
