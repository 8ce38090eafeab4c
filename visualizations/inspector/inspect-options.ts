/** An inspector's options: read, defaulted and checked in one place. */
import { invalidOption, knownKeys, numberOption } from '../../services/check.ts';
import type { InspectOptions } from '../../services/inspector.ts';

export type ResolvedInspectOptions = Required<InspectOptions>;

const KEYS = [
  'port',
  'host',
  'token',
  'title',
  'forward',
  'page',
] as const satisfies readonly (keyof InspectOptions)[];

const PORT = { min: 0, max: 65_535, integer: true };
const PORT_DEFAULT = 7787;

/** @throws FuseboardError invalid_option */
export function resolveInspectOptions(options: InspectOptions): ResolvedInspectOptions {
  knownKeys('inspect', options, KEYS);
  const forward = forwardOption(options.forward);
  const { page = true } = options;
  if (typeof page !== 'boolean') throw invalidOption('inspect.page', 'true or false', page);
  if (!page && forward === null) {
    throw invalidOption('inspect.page', 'true where nothing is forwarded', page);
  }
  return {
    port: numberOption('inspect.port', options.port, PORT, PORT_DEFAULT),
    host: hostOption(options.host),
    token: tokenOption(options.token),
    title: titleOption(options.title),
    forward,
    page,
  };
}

function hostOption(host: unknown): string {
  if (host === undefined) return '127.0.0.1';
  if (typeof host === 'string' && /^[\w.:-]{1,255}$/.test(host)) return host;
  throw invalidOption('inspect.host', 'an address or a host name', host);
}

/** What came is not shown: it may be a token all the same. */
function tokenOption(token: unknown): string | null {
  if (token === undefined || token === null) return null;
  if (typeof token === 'string' && /^[!-~]{8,256}$/.test(token)) return token;
  const kind = typeof token === 'string' ? `one of ${token.length} characters` : typeof token;
  throw invalidOption(
    'inspect.token',
    'null, or 8 to 256 printable ASCII characters without spaces',
    kind,
  );
}

function titleOption(title: unknown): string {
  if (title === undefined) return 'Fuseboard';
  if (typeof title === 'string' && /^[^\p{Cc}]{1,80}$/u.test(title)) return title;
  throw invalidOption('inspect.title', '1 to 80 characters', title);
}

function forwardOption(forward: unknown): string | null {
  if (forward === undefined || forward === null) return null;
  if (typeof forward === 'string' && URL.canParse(forward)) {
    const { protocol, hash } = new URL(forward);
    if ((protocol === 'ws:' || protocol === 'wss:') && hash === '') return forward;
  }
  throw invalidOption('inspect.forward', 'null, or a URL that begins with ws: or wss:', forward);
}
