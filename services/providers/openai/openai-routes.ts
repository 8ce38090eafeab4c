/** Which operation a request is, by the end of its path: so any base URL works. */

export interface Route {
  readonly kind:
    | 'chat'
    | 'completion'
    | 'response'
    | 'embedding'
    /** A batch is handed in. */
    | 'batch'
    /** A batch is looked at: once it is finished, this tells what it used. */
    | 'batch_status'
    /** Anything else that may cost something. */
    | 'other'
    /** What costs nothing: lists, files, deletions. */
    | 'free';
  readonly operation: string;
  /** Azure names the model in the path, `/openai/deployments/gpt-4o/…`; empty elsewhere. */
  readonly deployment: string;
}

const POSTED: readonly (readonly [ending: string, kind: Route['kind'], operation: string])[] = [
  ['/chat/completions', 'chat', 'chat_completion'],
  ['/completions', 'completion', 'completion'],
  ['/responses', 'response', 'response'],
  ['/embeddings', 'embedding', 'embedding'],
  ['/batches', 'batch', 'batch'],
  ['/moderations', 'free', 'moderation'],
  ['/responses/input_tokens', 'free', 'token_count'],
  ['/cancel', 'free', 'cancellation'],
  ['/files', 'free', 'file'],
  ['/uploads', 'free', 'upload'],
  ['/parts', 'free', 'upload'],
  ['/complete', 'free', 'upload'],
];

/** The rest of a path is not looked at. Characters. */
const PATH_LENGTH_MAX = 512;
const WORD_LENGTH_MAX = 24;

/** What was asked for last, and its route: a client asks for the same again and again. */
let lastMethod = '';
let lastPath = '';
let lastRoute: Route = Object.freeze({ kind: 'free', operation: 'request', deployment: '' });

export function routeOf(method: string, path: string): Route {
  if (method === lastMethod && path === lastPath) return lastRoute;
  const route = { ...kindOf(method, path), deployment: deploymentIn(path) };
  if (path.length > PATH_LENGTH_MAX) return route;
  lastMethod = method;
  lastPath = path;
  return (lastRoute = Object.freeze(route));
}

function kindOf(method: string, path: string): Pick<Route, 'kind' | 'operation'> {
  const end = withoutSlash(path.slice(-PATH_LENGTH_MAX));
  if (method === 'POST') {
    for (const [ending, kind, operation] of POSTED) {
      if (end.endsWith(ending)) return { kind, operation };
    }
    return { kind: 'other', operation: wordsOf(end) };
  }
  const segments = end.split('/');
  if (method === 'GET' && segments.at(-2) === 'batches') {
    return { kind: 'batch_status', operation: 'batch' };
  }
  return { kind: 'free', operation: wordsOf(end) };
}

function deploymentIn(path: string): string {
  const segments = path.slice(0, PATH_LENGTH_MAX).split('/');
  const at = segments.indexOf('deployments');
  return at < 0 ? '' : (segments[at + 1] ?? '');
}

const withoutSlash = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : path);

/** The last two words of a path that are no ids and no versions: `images_generations`. */
export function wordsOf(path: string): string {
  const words = path.split('/').filter(isWord);
  const name = words.slice(-2).join('_').replaceAll('-', '_');
  return name === '' ? 'request' : name;
}

function isWord(segment: string): boolean {
  if (segment.length < 2 || segment.length > WORD_LENGTH_MAX) return false;
  for (let index = 0; index < segment.length; index++) {
    const unit = segment.charCodeAt(index);
    const isLetter = unit >= 97 && unit <= 122;
    // A hyphen or an underscore joins words.
    if (!isLetter && unit !== 45 && unit !== 95) return false;
  }
  return true;
}
