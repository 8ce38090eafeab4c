/**
 * Who may act, and acting. The token lives in this tab alone: it comes from a field or from the
 * address, which is cleared of it at once, and is sent in a header and nowhere else.
 */
import { computed, signal, type ReadonlySignal } from '@preact/signals';

import type { Act, Problem } from '../inspector/protocol.ts';
import { feed } from './feed.ts';
import { notify } from './notices.ts';

const TOKEN_KEY = 'fuseboard.token';
const BY_KEY = 'fuseboard.by';
const BY_MAX = 256;

const token = signal('');
const name = signal('operator');

/** Whether a token is at hand. The server has the last word on it with each act. */
export const isSignedIn: ReadonlySignal<boolean> = computed(() => token.value !== '');

/** Whether acts have a prospect: the board takes them, and a token is at hand. */
export const canAct: ReadonlySignal<boolean> = computed(
  () => isSignedIn.value && feed.summary.value?.isOperable === true,
);

/** The operator's name, told with each act; never empty. */
export const by: ReadonlySignal<string> = name;

/**
 * Takes the token out of the address, or what this tab kept. Before the first look at the route.
 */
export function startOperator(): void {
  const kept = sessionStorage.getItem(TOKEN_KEY);
  if (kept !== null) token.value = kept;
  const keptName = sessionStorage.getItem(BY_KEY);
  if (keptName !== null && keptName !== '') name.value = keptName;
  takeFromAddress();
  addEventListener('hashchange', takeFromAddress);
}

/** Asks the server about the token first. Null once it is taken. */
export async function signIn(secret: string): Promise<Problem | null> {
  const problem = await post({ act: 'check' }, secret);
  if (problem === null) keep(secret);
  return problem;
}

export function signOut(): void {
  keep('');
}

function keep(secret: string): void {
  token.value = secret;
  if (secret === '') sessionStorage.removeItem(TOKEN_KEY);
  else sessionStorage.setItem(TOKEN_KEY, secret);
}

export function callMyself(text: string): void {
  name.value = text.trim().slice(0, BY_MAX) || 'operator';
  sessionStorage.setItem(BY_KEY, name.peek());
}

/**
 * Does it on the board. Null once it is done; else what the server, or the way there, had against
 * it. Tells the reader either way; a token that is refused is forgotten.
 */
export async function act(deed: Act): Promise<Problem | null> {
  const problem = await post(deed, token.peek());
  if (problem === null) notify('done', WORDS[deed.act](deed));
  else notify('problem', problem.message);
  return problem;
}

async function post(deed: Act, secret: string): Promise<Problem | null> {
  try {
    const response = await fetch('act', {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(deed),
    });
    if (response.ok) return null;
    if (response.status === 401) signOut();
    return (await response.json()) as Problem;
  } catch {
    return { code: 'unreachable', message: 'The board does not answer; nothing was done.' };
  }
}

const WORDS: Readonly<Record<Act['act'], (deed: Act) => string>> = {
  force_open: (deed) => `Breaker ${subject(deed)} is forced open.`,
  force_close: (deed) => `Breaker ${subject(deed)} is forced closed.`,
  reset: (deed) => `Breaker ${subject(deed)} is reset.`,
  rotate_key: (deed) => `Breaker ${subject(deed)} has a new key.`,
  send: (deed) => `Sent to breaker ${subject(deed)}.`,
  emergency_shutdown: () => 'The board is shut down: every call is refused.',
  check: () => 'The token is the right one.',
  resume: () => 'The board is at work again.',
};

function subject(deed: Act): string {
  return 'breaker' in deed ? `“${deed.breaker}”` : '';
}

/** `#token=SECRET`, alone or behind a view (`#/money&token=SECRET`, `#/board?token=SECRET`). */
function takeFromAddress(): void {
  const found = /[#?&]token=([^&]*)/.exec(location.hash);
  if (found === null) return;
  const secret = new URLSearchParams(`token=${found[1]}`).get('token') ?? '';
  if (secret !== '') keep(secret);
  const rest = location.hash.replace(found[0], found[0].startsWith('#') ? '#' : '');
  history.replaceState(null, '', rest === '#' || rest === '' ? location.pathname : rest);
}
