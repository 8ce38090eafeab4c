/**
 * LightRAG's documents: inserted in the background, followed by their track id, listed, deleted.
 * Shapes as lightrag/api/routers/document_routes.py gives them (v1.5: 409 for the same source and
 * while a destructive job runs). Time passes on the server's clock.
 */
import { createHash } from 'node:crypto';

import { isObject } from '../../../../services/check.ts';
import type { ReceivedRequest } from '../received-request.ts';
import { jsonReply, type Reply } from '../reply.ts';
import { bodyOf, listMember } from '../request-body.ts';
import type { JsonObject } from '../usage-fault.ts';
import type { SimulatedWorld } from '../world.ts';
import { detail, unprocessable } from './lightrag-errors.ts';

/** What becomes of documents. */
export interface LightRagDocuments {
  /** Milliseconds until an inserted document is processed. @default 0 */
  readonly takesMs?: number;
  /** Milliseconds that a scan or a deletion keeps the pipeline busy. @default 0 */
  readonly jobTakesMs?: number;
  /** Why every document fails in the background. @default none does */
  readonly failure?: string;
}

interface StoredDocument {
  readonly id: string;
  readonly trackId: string;
  readonly source: string;
  readonly summary: string;
  readonly length: number;
  readonly atMs: number;
}

const DOCUMENTS_MAX = 10_000;
const SUMMARY_LENGTH = 100;
const CHARACTERS_PER_CHUNK = 4_800;
const BUSY = 'The pipeline is busy with another job. Try again when it has ended.';

export class Documents {
  readonly #world: SimulatedWorld;
  readonly #options: Required<Omit<LightRagDocuments, 'failure'>> & { readonly failure: string };
  readonly #stored = new Map<string, StoredDocument>();
  #busyUntilMs = -Infinity;

  constructor(options: LightRagDocuments, world: SimulatedWorld) {
    this.#world = world;
    this.#options = { takesMs: 0, jobTakesMs: 0, failure: '', ...options };
  }

  /** A destructive job or a scan runs. */
  get isBusy(): boolean {
    return this.#world.clock.nowMs() < this.#busyUntilMs;
  }

  insert(request: ReceivedRequest): Reply {
    if (!isObject(request.body)) return unprocessable(['body'], 'Field required', 'missing');
    const body = bodyOf(request);
    const isMany = request.path.endsWith('/texts');
    const texts = isMany ? (listMember(body, 'texts') ?? []) : [body['text']];
    const sources = isMany ? (listMember(body, 'file_sources') ?? []) : [body['file_source']];
    const loc = ['body', isMany ? 'texts' : 'text'];
    if (texts.length === 0 || texts[0] === undefined) {
      return unprocessable(loc, 'Field required', 'missing');
    }
    if (!texts.every((text) => typeof text === 'string' && text.trim() !== '')) {
      return unprocessable(loc, 'String should have at least 1 character', 'string_too_short');
    }
    if (this.isBusy) return detail(409, BUSY);
    const known = new Set([...this.#stored.values()].map(({ source }) => source));
    const isText = (source: unknown): source is string => typeof source === 'string';
    const same = sources.filter(isText).find((source) => known.has(source));
    if (same !== undefined) {
      return detail(409, `A document with file_source '${same}' already exists.`);
    }
    const track_id = this.#world.makeId('insert_', 24);
    texts.forEach((text, index) => this.#store(text as string, sources[index], track_id));
    return jsonReply(200, {
      status: 'success',
      message: 'Text successfully received. Processing will continue in background.',
      track_id,
    });
  }

  trackStatus(trackId: string): Reply {
    const documents = this.#all().filter(({ track_id }) => track_id === trackId);
    return jsonReply(200, {
      track_id: trackId,
      documents,
      total_count: documents.length,
      status_summary: countsOf(documents),
    });
  }

  list(): Reply {
    const statuses: Record<string, JsonObject[]> = {};
    for (const document of this.#all()) {
      (statuses[String(document['status']).toUpperCase()] ??= []).push(document);
    }
    return jsonReply(200, { statuses });
  }

  statusCounts(): Reply {
    const documents = this.#all();
    const status_counts = { all: documents.length, ...countsOf(documents) };
    return jsonReply(200, { status_counts });
  }

  pipelineStatus(): Reply {
    return jsonReply(200, {
      autoscanned: true,
      busy: this.isBusy,
      job_name: 'Default Job',
      job_start: null,
      docs: this.#stored.size,
      batchs: 0,
      cur_batch: 0,
      request_pending: false,
      latest_message: '',
      history_messages: [],
      update_status: {},
    });
  }

  /** `DELETE /documents`: all of them. */
  clear(): Reply {
    if (this.isBusy) return detail(409, BUSY);
    const count = this.#stored.size;
    this.#stored.clear();
    this.#begin();
    return jsonReply(200, {
      status: 'success',
      message: `All documents cleared successfully. Deleted ${count} files.`,
    });
  }

  /** `DELETE /documents/delete_document`: some of them, in the background. */
  remove(request: ReceivedRequest): Reply {
    const ids = listMember(bodyOf(request), 'doc_ids');
    if (ids === null) return unprocessable(['body', 'doc_ids'], 'Field required', 'missing');
    const doc_id = ids.join(', ');
    if (this.isBusy) {
      const message = 'Cannot delete documents while pipeline is busy';
      return jsonReply(200, { status: 'busy', message, doc_id });
    }
    for (const id of ids) this.#stored.delete(String(id));
    this.#begin();
    const message = `Document deletion for ${ids.length} documents has been initiated.`;
    return jsonReply(200, { status: 'deletion_started', message, doc_id });
  }

  scan(): Reply {
    const track_id = this.#world.makeId('scan_', 24);
    if (this.isBusy) {
      const message = 'Scan skipped: the pipeline is busy.';
      return jsonReply(200, { status: 'scanning_skipped_pipeline_busy', message, track_id });
    }
    this.#begin();
    const message = 'Scanning process has been initiated in the background';
    return jsonReply(200, { status: 'scanning_started', message, track_id });
  }

  clearCache(): Reply {
    const body = { status: 'success', message: 'Successfully cleared all cache' };
    return jsonReply(200, body);
  }

  #begin(): void {
    this.#busyUntilMs = this.#world.clock.nowMs() + this.#options.jobTakesMs;
  }

  #store(text: string, source: unknown, trackId: string): void {
    if (this.#stored.size >= DOCUMENTS_MAX) {
      this.#stored.delete(this.#stored.keys().next().value as string);
    }
    const id = `doc-${createHash('md5').update(text).digest('hex')}`;
    this.#stored.set(id, {
      id,
      trackId,
      source: typeof source === 'string' && source !== '' ? source : 'unknown_source',
      summary: text.slice(0, SUMMARY_LENGTH),
      length: text.length,
      atMs: this.#world.clock.nowMs(),
    });
  }

  #all(): (JsonObject & { readonly track_id: string })[] {
    return [...this.#stored.values()].map((document) => this.#shown(document));
  }

  #shown(document: StoredDocument): JsonObject & { readonly track_id: string } {
    const { takesMs, failure } = this.#options;
    const sinceMs = this.#world.clock.nowMs() - document.atMs;
    const isEnded = sinceMs >= takesMs;
    const at = new Date(document.atMs).toISOString();
    const updatedAtMs = document.atMs + Math.min(sinceMs, takesMs);
    return {
      id: document.id,
      content_summary: document.summary,
      content_length: document.length,
      status: statusOf(isEnded, sinceMs > 0, failure !== ''),
      created_at: at,
      updated_at: new Date(updatedAtMs).toISOString(),
      track_id: document.trackId,
      chunks_count: isEnded ? Math.ceil(document.length / CHARACTERS_PER_CHUNK) : null,
      error_msg: isEnded && failure !== '' ? failure : null,
      metadata: {},
      file_path: document.source,
    };
  }
}

function statusOf(isEnded: boolean, isBegun: boolean, fails: boolean): string {
  if (!isEnded) return isBegun ? 'processing' : 'pending';
  return fails ? 'failed' : 'processed';
}

function countsOf(documents: readonly JsonObject[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of documents) {
    counts[String(status)] = (counts[String(status)] ?? 0) + 1;
  }
  return counts;
}
