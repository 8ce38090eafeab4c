/**
 * The platform's `fetch`, which is undici's, with a body that is a text sent in one piece. By
 * itself it makes a stream of every body, splits that in two for the case of a redirect, and sends
 * what it reads from one of them: up to an eighth of the CPU of a small request. A dispatcher,
 * which `fetch` takes as an option (https://nodejs.org/api/globals.html#custom-dispatcher), is
 * handed that stream with the request: ours puts the text back in its place and hands on to the
 * one that would have had it. What goes over the wire is the same.
 */

/** What is used of one of undici's dispatchers. */
interface Dispatcher {
  dispatch(request: { body?: unknown }, handler: unknown): boolean;
}

/** As it was before anybody replaced it. */
const PLATFORM = globalThis.fetch;

/**
 * Of the undici that this `fetch` is; NaN where it is none. Where it keeps the dispatcher of
 * everybody who names none changed with undici 8, as did the way its handlers are called
 * (lib/global.js there). Later ones may do either in another way.
 */
const majorVersion = Number.parseInt(process.versions.undici ?? '', 10);
const VERSION_MAX = 8;
const SHARED = Symbol.for(`undici.globalDispatcher.${majorVersion < 8 ? 1 : 2}`);

/** Hands requests on to another dispatcher, with this body where they have one. */
const sending = (body: string, next: Dispatcher): Dispatcher => ({
  dispatch(request, handler) {
    // A redirect may have made a GET of it, which has none.
    if (request.body !== null && request.body !== undefined) request.body = body;
    return next.dispatch(request, handler);
  },
});

/** As the global `fetch`, whatever that is by now. */
export const platformFetch: typeof globalThis.fetch = (input, init) =>
  globalThis.fetch(input, globalThis.fetch === PLATFORM ? inOnePiece(init) : init);

function inOnePiece(init: RequestInit | undefined): RequestInit | undefined {
  if (typeof init?.body !== 'string' || init.body === '' || init.dispatcher !== undefined) {
    return init;
  }
  const shared = sharedDispatcher();
  if (shared === undefined) return init;
  return { ...init, dispatcher: sending(init.body, shared) } as object;
}

/** Undefined before the first request of a process, and where there is no undici that we know. */
const sharedDispatcher = (): Dispatcher | undefined =>
  majorVersion <= VERSION_MAX
    ? (globalThis as { readonly [SHARED]?: Dispatcher })[SHARED]
    : undefined;
