/** Errors that `fetch` throws: whether the request may have reached anybody, and been paid for. */

/**
 * Codes of failures before a connection stood: nothing was sent. Node's `errno` names, and
 * undici's (https://undici.nodejs.org/#/docs/api/Errors).
 */
const UNSENT: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
const DEPTH_MAX = 4;

/** The first code among an error and its causes. */
export function networkCodeOf(error: unknown): string | null {
  let link: unknown = error;
  for (let depth = 0; depth < DEPTH_MAX && typeof link === 'object' && link !== null; depth++) {
    const { code, cause } = link as { readonly code?: unknown; readonly cause?: unknown };
    if (typeof code === 'string') return code;
    link = cause;
  }
  return null;
}

/** True where the request cannot have reached the provider. */
export const isUnsent = (error: unknown): boolean => UNSENT.has(networkCodeOf(error));
