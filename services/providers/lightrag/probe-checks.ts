/**
 * What is looked at to know how a LightRAG server really fares. Its `/health` says `healthy`
 * whatever its model, its graph and its index do; these ask for something that each must know.
 */
import { invalidArgument } from '../../check.ts';
import type { Verdict } from '../../outcome.ts';
import { verdictOfFault, type Fault } from '../fault.ts';
import { isJsonObject, listAt, objectAt, textAt } from '../json-reading.ts';
import { faultOfResponse, faultOfText } from './faults.ts';
import { ask, type ProbeAnswer, type ProbeLink } from './probe-request.ts';
import { isCanned } from './query-request.ts';
import type { LightragScope } from './routes.ts';

/** What a check has found. `ignored` where there was nothing to judge by. */
export interface Finding {
  readonly verdict: Verdict;
  /** In a few words, fit for a log: it repeats nothing of the documents. */
  readonly words: string;
}

export interface CheckContext {
  readonly link: ProbeLink;
  readonly signal: AbortSignal | undefined;
  /** What the index is asked; null: the name of something in the graph. */
  readonly query: string | null;
  /** Counts of the documents when they were last looked at. Written by the check of them. */
  readonly memory: { counts: DocumentCounts | null };
}

export interface DocumentCounts {
  readonly processed: number;
  readonly failed: number;
}

export type Check = (context: CheckContext) => Promise<Finding>;

/** An answer that is a failure, thrown to end a check. */
class ProbeFault extends Error {
  readonly status: number;
  readonly fault: Fault;

  constructor(status: number, fault: Fault) {
    super(fault.message);
    this.status = status;
    this.fault = fault;
  }
}

const LABELS = 20;
/** The server refuses shorter queries. */
const QUERY_LENGTH_MIN = 3;

const good = (words: string): Finding => ({ verdict: { outcome: 'succeeded' }, words });
const bad = (words: string): Finding => ({ verdict: { outcome: 'failed' }, words });
const unknown = (words: string): Finding => ({ verdict: { outcome: 'ignored' }, words });

/** The server answers. It would say `healthy` without its model, graph and index too. */
const health: Check = async (context) => {
  const { json } = await answered(context, '/health');
  if (!isJsonObject(json)) return bad('its health is no JSON');
  return good('it answers, which proves nothing of its models, graph and index');
};

/**
 * The graph knows what the documents say: where some were processed it has entities, one of them is
 * found by its name, and no edge leads to a node that is not there.
 */
const graph: Check = async (context) => {
  const counts = await documentCounts(context);
  const labels = await labelsOf(context);
  const [label] = labels;
  if (label === undefined) {
    if (counts.processed === 0) return unknown('no document has been processed yet');
    return bad(`the graph is empty, though ${counts.processed} documents were processed`);
  }
  const query = `label=${encodeURIComponent(label)}&max_depth=1&max_nodes=50`;
  const { json, isTooLong } = await answered(context, `/graphs?${query}`);
  if (isTooLong) return unknown('the answer is longer than a probe reads');
  const part = isJsonObject(json) ? json : null;
  const nodes = new Set(listAt(part, 'nodes').map(idOf));
  if (nodes.size === 0) return bad('an entity that is listed has no node in the graph');
  const dangling = listAt(part, 'edges').filter((edge) => !isTied(edge, nodes)).length;
  if (dangling > 0) return bad(`${dangling} edges lead to nodes that are not there`);
  return good(`a part of ${nodes.size} nodes is consistent`);
};

/** The embedder and the index find a piece of text: without a language model, so almost free. */
const index: Check = async (context) => {
  const { processed } = await documentCounts(context);
  if (processed === 0) return unknown('no document has been processed yet');
  const query = context.query ?? (await labelsOf(context)).find(isAskable);
  if (query === undefined) return unknown('nothing is known to ask for');
  const found = await retrieve(context, query);
  return found
    ? good('it finds text')
    : bad(`it finds nothing, though ${processed} documents were processed`);
};

/** New documents are processed and do not fail. Judges by what came since it was last asked. */
const documents: Check = async (context) => {
  const counts = await documentCounts(context);
  const before = context.memory.counts;
  context.memory.counts = counts;
  if (before === null) return unknown('it was never asked before');
  const processed = counts.processed - before.processed;
  const failed = counts.failed - before.failed;
  if (failed > 0 && failed >= processed) return bad(`${failed} more documents have failed`);
  if (processed > 0) return good(`${processed} more documents were processed`);
  return unknown('no document was finished since it was last asked');
};

/** Every check, with the scope whose breaker hears of it. */
export const CHECKS = {
  health: { check: health, scope: 'status' },
  graph: { check: graph, scope: 'graph' },
  index: { check: index, scope: 'embedding' },
  documents: { check: documents, scope: 'insert' },
} as const satisfies Record<string, { readonly check: Check; readonly scope: LightragScope }>;

export type LightragCheck = keyof typeof CHECKS;

/** What became of documents that were taken in: how their insert really ended. */
export async function checkTrack(context: CheckContext, trackId: string): Promise<Finding> {
  if (typeof trackId !== 'string' || trackId === '') {
    throw invalidArgument('track(trackId)', 'the track_id of an insert', trackId);
  }
  const path = `/documents/track_status/${encodeURIComponent(trackId)}`;
  const { json } = await answered(context, path);
  const tracked = listAt(isJsonObject(json) ? json : null, 'documents').filter(isJsonObject);
  const failed = tracked.filter((document) => statusIn(document) === 'failed');
  const [first] = failed;
  if (first !== undefined) {
    const said = textAt(first, 'error_msg') || textAt(first, 'error');
    const words = `${failed.length} of ${tracked.length} documents have failed`;
    return { verdict: verdictOfFault(faultOfText(said, null)), words };
  }
  const isDone = tracked.every((document) => statusIn(document) === 'processed');
  if (tracked.length === 0 || !isDone) return unknown('the documents are not finished yet');
  return good(`${tracked.length} documents were processed`);
}

const statusIn = (document: Readonly<Record<string, unknown>>): string =>
  textAt(document, 'status').toLowerCase();

/** Runs a check; what the server answers badly is a finding too. */
export async function found(check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof ProbeFault)) throw error;
    const { fault } = error;
    return { verdict: verdictOfFault(fault), words: `the server answers: ${fault.fault}` };
  }
}

/** @throws ProbeFault for an answer that is a failure. */
async function answered(context: CheckContext, path: string, body?: object): Promise<ProbeAnswer> {
  const { link, signal } = context;
  const answer = await ask(link, path, signal, body);
  const { status, headers, json, text } = answer;
  if (status >= 200 && status < 300) return answer;
  const nowMs = link.clock.nowMs();
  const view = { status, headers, nowMs, text, body: isJsonObject(json) ? json : null };
  throw new ProbeFault(status, faultOfResponse(view));
}

/** The same; null where the server, being older, has no such path. */
async function answeredIfThere(
  context: CheckContext,
  path: string,
  body?: object,
): Promise<ProbeAnswer | null> {
  try {
    return await answered(context, path, body);
  } catch (error) {
    const isOlder = error instanceof ProbeFault && (error.status === 404 || error.status === 405);
    if (isOlder) return null;
    throw error;
  }
}

async function documentCounts(context: CheckContext): Promise<DocumentCounts> {
  const { json } = await answered(context, '/documents/status_counts');
  const counts = objectAt(isJsonObject(json) ? json : null, 'status_counts') ?? {};
  const counted = { processed: 0, failed: 0 };
  for (const [status, count] of Object.entries(counts)) {
    if (!Number.isSafeInteger(count)) continue;
    const name = status.toLowerCase();
    if (name === 'processed' || name === 'failed') counted[name] += count as number;
  }
  return counted;
}

/** Names of some entities of the graph. */
async function labelsOf(context: CheckContext): Promise<readonly string[]> {
  const popular = await answeredIfThere(context, `/graph/label/popular?limit=${LABELS}`);
  const { json } = popular ?? (await answered(context, '/graph/label/list'));
  const labels: readonly unknown[] = Array.isArray(json) ? json : [];
  return labels.filter((label): label is string => typeof label === 'string').slice(0, LABELS);
}

const isAskable = (label: string): boolean => label.trim().length >= QUERY_LENGTH_MIN;

async function retrieve(context: CheckContext, query: string): Promise<boolean> {
  const request = { query, mode: 'naive', top_k: 1, chunk_top_k: 1, enable_rerank: false };
  const data = await answeredIfThere(context, '/query/data', request);
  if (data !== null) {
    const answer = isJsonObject(data.json) ? data.json : null;
    if (data.isTooLong || listAt(objectAt(answer, 'data'), 'chunks').length > 0) return true;
    return false;
  }
  const older = await answered(context, '/query', { ...request, only_need_context: true });
  const text = textAt(isJsonObject(older.json) ? older.json : null, 'response');
  return older.isTooLong || (text !== '' && !isCanned(text));
}

const idOf = (node: unknown): unknown => (isJsonObject(node) ? node.id : undefined);

const isTied = (edge: unknown, nodes: ReadonlySet<unknown>): boolean =>
  isJsonObject(edge) && nodes.has(edge.source) && nodes.has(edge.target);
