/**
 * What a request to a LightRAG server does, by its method and path, and behind which breaker it
 * belongs. Paths are matched by their end, so that a server behind a prefix is understood too.
 *
 * Source: https://github.com/HKUDS/LightRAG, lightrag/api/routers (v1.5).
 */
import type { RequestView } from '../profile.ts';
import { needsKeywords } from './query-request.ts';

/**
 * Operations that fail for reasons of their own, each behind a breaker of its own:
 * - `query`: an answer, which needs the language model.
 * - `embedding`: retrieval that needs the embedder and the vector index, and no language model. The
 *   server has no path for embeddings alone; those of Ollama are understood where a fork has them.
 * - `insert`: documents taken in; the work itself is done later, in the background.
 * - `graph`: the knowledge graph, read or edited.
 * - `maintenance`: what deletes, clears, cancels or reprocesses.
 * - `status`: what only looks.
 * - `other`: what this list does not know.
 */
export const LIGHTRAG_SCOPES = [
  'query',
  'embedding',
  'insert',
  'graph',
  'maintenance',
  'status',
  'other',
] as const;

export type LightragScope = (typeof LIGHTRAG_SCOPES)[number];

/** What a route makes a language model or an embedder do. */
export type LightragWork =
  | 'answer'
  | 'retrieve'
  | 'embed'
  | 'insert'
  | 'edit'
  | 'reprocess'
  | 'maintain'
  | 'nothing'
  | 'unknown';

export interface LightragRoute {
  readonly scope: LightragScope;
  readonly work: LightragWork;
}

const route = (scope: LightragScope, work: LightragWork): LightragRoute =>
  Object.freeze({ scope, work });

const ANSWER = route('query', 'answer');
const KEYWORDS = route('query', 'retrieve');
const RETRIEVE = route('embedding', 'retrieve');
const EMBED = route('embedding', 'embed');
const INSERT = route('insert', 'insert');
const EDIT = route('graph', 'edit');
const GRAPH = route('graph', 'nothing');
const REPROCESS = route('maintenance', 'reprocess');
/** It needs no model, but its answer tells whether it was done. */
const MAINTAIN = route('maintenance', 'maintain');
const STATUS = route('status', 'nothing');
const UNKNOWN = route('other', 'unknown');
const LOOK = route('other', 'nothing');

/** By method and the path's end. */
const FIXED: Readonly<Record<string, LightragRoute>> = {
  'POST /api/chat': ANSWER,
  'POST /api/generate': ANSWER,
  'POST /api/embed': EMBED,
  'POST /api/embeddings': EMBED,
  'POST /documents/text': INSERT,
  'POST /documents/texts': INSERT,
  'POST /documents/upload': INSERT,
  'POST /documents/file': INSERT,
  'POST /documents/scan': INSERT,
  'POST /documents/paginated': STATUS,
  'POST /documents/clear_cache': MAINTAIN,
  'POST /documents/cancel_pipeline': MAINTAIN,
  'POST /documents/reprocess_failed': REPROCESS,
  'DELETE /documents': MAINTAIN,
  'DELETE /documents/delete_document': MAINTAIN,
  'DELETE /documents/delete_entity': GRAPH,
  'DELETE /documents/delete_relation': GRAPH,
  'GET /documents': STATUS,
  'GET /health': STATUS,
  'GET /auth-status': STATUS,
  'POST /login': STATUS,
  'GET /graphs': GRAPH,
};

const FIXED_ROUTES = Object.entries(FIXED).map(([key, found]) => {
  const [method = '', path = ''] = key.split(' ');
  return { method, path, found };
});

/** What a request to LightRAG does. Takes any request. */
export function routeOf(request: RequestView): LightragRoute {
  const { method } = request;
  const path = request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
  if (method === 'POST' && isQuery(path)) return queryRoute(path, request);
  for (const fixed of FIXED_ROUTES) {
    if (fixed.method === method && path.endsWith(fixed.path)) return fixed.found;
  }
  const isRead = method === 'GET' || method === 'HEAD';
  if (path.includes('/graph/')) return isRead || method === 'DELETE' ? GRAPH : EDIT;
  if (path.includes('/documents/') && method === 'DELETE') return MAINTAIN;
  if (path.includes('/documents/') && isRead) return STATUS;
  return isRead ? LOOK : UNKNOWN;
}

const isQuery = (path: string): boolean =>
  path.endsWith('/query') || path.endsWith('/query/stream') || path.endsWith('/query/data');

/** A retrieval for which the model must find keywords first is a query. */
function queryRoute(path: string, { body }: RequestView): LightragRoute {
  const isAnswer =
    !path.endsWith('/data') && body?.only_need_context !== true && body?.only_need_prompt !== true;
  if (isAnswer) return ANSWER;
  return body === null || needsKeywords(body) ? KEYWORDS : RETRIEVE;
}

/** Whether an answer of this request comes as lines of NDJSON. */
export function isStreamed({ method, path, body }: RequestView): boolean {
  if (method !== 'POST') return false;
  if (path.endsWith('/query/stream') || path.endsWith('/query/stream/')) return true;
  if (path.endsWith('/api/chat')) return body?.stream !== false;
  return path.endsWith('/api/generate') && body?.stream === true;
}
