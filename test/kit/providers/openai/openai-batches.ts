/**
 * `/v1/batches`: created, retrieved, cancelled. A batch goes from `validating` over `in_progress`
 * to `completed` as its time passes on the server's clock; usage and counts are there at the end.
 */
import { knownKeys, numberOption } from '../../../../services/check.ts';
import type { AnsweringBehaviour } from '../behaviours.ts';
import type { ReceivedRequest } from '../received-request.ts';
import { jsonReply, type Reply } from '../reply.ts';
import { bodyOf, textMember } from '../request-body.ts';
import { spoiltUsage, type JsonObject } from '../usage-fault.ts';
import { missingParameter, openAiError } from './openai-errors.ts';
import { usageFault, type SimulatedWorld } from '../world.ts';

/** What becomes of every batch. */
export interface OpenAiBatches {
  /** Milliseconds from its creation to its end. @default 1000 */
  readonly takesMs?: number;
  /** @default 10 */
  readonly requestCount?: number;
  /** Of these. @default 0 */
  readonly failedCount?: number;
  /** All tokens of its prompts. @default 1000 */
  readonly inputTokens?: number;
  /** Of these. @default 0 */
  readonly cachedTokens?: number;
  /** @default 500 */
  readonly outputTokens?: number;
  /** Of these. @default 0 */
  readonly reasoningTokens?: number;
}

const DEFAULTS: Required<OpenAiBatches> = {
  takesMs: 1_000,
  requestCount: 10,
  failedCount: 0,
  inputTokens: 1_000,
  cachedTokens: 0,
  outputTokens: 500,
  reasoningTokens: 0,
};

interface StoredBatch {
  readonly body: JsonObject;
  readonly createdAtMs: number;
  cancelledAtMs: number | null;
}

const BATCHES_MAX = 1_000;
const DAY_SECONDS = 86_400;
const seconds = (ms: number): number => Math.floor(ms / 1000);

export class Batches {
  readonly #options: Required<OpenAiBatches>;
  readonly #world: SimulatedWorld;
  readonly #stored = new Map<string, StoredBatch>();

  constructor(path: string, options: OpenAiBatches, world: SimulatedWorld) {
    knownKeys(path, options, Object.keys(DEFAULTS));
    for (const name of Object.keys(DEFAULTS) as (keyof OpenAiBatches)[]) {
      numberOption(`${path}.${name}`, options[name], { min: 0, integer: true }, 0);
    }
    this.#options = { ...DEFAULTS, ...options };
    this.#world = world;
  }

  create(request: ReceivedRequest): Reply {
    const body = bodyOf(request);
    for (const name of ['input_file_id', 'endpoint', 'completion_window']) {
      if (textMember(body, name) === '') return missingParameter(name);
    }
    const id = this.#world.makeId('batch_');
    if (this.#stored.size >= BATCHES_MAX) {
      this.#stored.delete(this.#stored.keys().next().value as string);
    }
    const stored = { body, createdAtMs: this.#world.clock.nowMs(), cancelledAtMs: null };
    this.#stored.set(id, stored);
    return jsonReply(200, this.#shown(id, stored, null));
  }

  retrieve(id: string, behaviour: AnsweringBehaviour): Reply {
    const stored = this.#stored.get(id);
    if (stored === undefined) return noSuchBatch(id);
    return jsonReply(200, this.#shown(id, stored, behaviour));
  }

  cancel(id: string, behaviour: AnsweringBehaviour): Reply {
    const stored = this.#stored.get(id);
    if (stored === undefined) return noSuchBatch(id);
    if (this.#progress(stored) < 1) stored.cancelledAtMs ??= this.#world.clock.nowMs();
    return jsonReply(200, this.#shown(id, stored, behaviour));
  }

  /** In [0, 1]. */
  #progress({ createdAtMs }: StoredBatch): number {
    const { takesMs } = this.#options;
    const sinceMs = this.#world.clock.nowMs() - createdAtMs;
    return takesMs === 0 ? 1 : Math.min(1, sinceMs / takesMs);
  }

  #shown(id: string, stored: StoredBatch, behaviour: AnsweringBehaviour | null): JsonObject {
    const { requestCount, failedCount, takesMs } = this.#options;
    const { body, createdAtMs, cancelledAtMs } = stored;
    const progress = behaviour === null ? 0 : this.#progress(stored);
    const isCompleted = progress === 1 && cancelledAtMs === null;
    const isBegun = progress >= 0.1;
    const usage = isCompleted ? this.#usage(behaviour) : undefined;
    const at = (share: number): number => seconds(createdAtMs + takesMs * share);
    return {
      id,
      object: 'batch',
      endpoint: body['endpoint'],
      errors: null,
      input_file_id: body['input_file_id'],
      completion_window: body['completion_window'],
      status: statusOf(cancelledAtMs !== null, isCompleted, isBegun),
      output_file_id: isCompleted ? `file-${id.slice('batch_'.length)}` : null,
      error_file_id: null,
      created_at: seconds(createdAtMs),
      in_progress_at: isBegun ? at(0.1) : null,
      expires_at: seconds(createdAtMs) + DAY_SECONDS,
      finalizing_at: isCompleted ? at(1) : null,
      completed_at: isCompleted ? at(1) : null,
      failed_at: null,
      expired_at: null,
      cancelling_at: cancelledAtMs === null ? null : seconds(cancelledAtMs),
      cancelled_at: cancelledAtMs === null ? null : seconds(cancelledAtMs),
      request_counts: {
        total: isBegun ? requestCount : 0,
        completed: isCompleted ? requestCount - failedCount : 0,
        failed: isCompleted ? failedCount : 0,
      },
      ...(usage === undefined ? {} : { usage }),
      metadata: body['metadata'] ?? null,
    };
  }

  #usage(behaviour: AnsweringBehaviour | null): unknown {
    const { inputTokens, cachedTokens, outputTokens, reasoningTokens } = this.#options;
    const usage = {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: cachedTokens },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: reasoningTokens },
      total_tokens: inputTokens + outputTokens,
    };
    return spoiltUsage(usage, behaviour === null ? null : usageFault(behaviour));
  }
}

function statusOf(isCancelled: boolean, isCompleted: boolean, isBegun: boolean): string {
  if (isCancelled) return 'cancelled';
  if (isCompleted) return 'completed';
  return isBegun ? 'in_progress' : 'validating';
}

const noSuchBatch = (id: string): Reply =>
  openAiError(404, `No batch found with id '${id}'.`, 'invalid_request_error', null);
