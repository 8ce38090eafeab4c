/**
 * Follows a stream of chunks (`choices`, as in chats) or of events (`type`, as in the Responses
 * API): what it says, whether it came to its end, and what it used.
 */
import type { Usage } from '../../cost/usage.ts';
import type { Fault } from '../fault.ts';
import { isJsonObject, listAt, objectAt, parsedJson, textAt } from '../json-reading.ts';
import type { FrameReading, JsonObject, StreamReader } from '../profile.ts';
import { faultInside } from './openai-faults.ts';
import { inTier, usageIn } from './openai-usage.ts';

export interface StreamManner {
  /** Answers that were asked for: the stream is at its end when each has one. */
  readonly answers: number;
  /** The client did not ask for the chunk that holds nothing but the usage. */
  readonly hidesUsage: boolean;
  /** Reads the usage of a chunk or a response. @default OpenAI's */
  readonly usageIn?: (answer: JsonObject) => Usage | null;
  /** A failure that a frame or a response tells. @default what an error in OpenAI's words says */
  readonly faultIn?: (answer: JsonObject) => Fault | null;
}

const DONE = '[DONE]';
/** Answers beyond it are not told apart. */
const ANSWERS_MAX = 128;
const NO_JSON: Fault = Object.freeze({
  fault: 'transient',
  code: null,
  message: 'A frame of the stream is no JSON.',
  retryAtMs: null,
});

export class AnswerStream implements StreamReader {
  readonly #manner: StreamManner;
  readonly #frame: FrameReading = { text: '', isHidden: false };
  readonly #ended = new Set<number>();
  #isComplete = false;
  #usage: Usage | null = null;
  #serviceTier = '';
  #fault: Fault | null = null;

  constructor(manner: StreamManner) {
    this.#manner = manner;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  get usage(): Usage | null {
    const usage = this.#usage;
    return usage === null || usage.serviceTier !== undefined
      ? usage
      : inTier(usage, this.#serviceTier);
  }

  get fault(): Fault | null {
    return this.#fault;
  }

  read(event: string, data: string): FrameReading {
    const frame = this.#frame;
    frame.text = '';
    frame.isHidden = false;
    if (data.startsWith(DONE)) this.#isComplete = true;
    else if (data !== '') this.#readData(event, parsedJson(data));
    return frame;
  }

  #readData(event: string, data: unknown): void {
    if (data === undefined) this.#fault ??= NO_JSON;
    if (!isJsonObject(data)) return;
    const isError = event === 'error' || data.type === 'error';
    if (isError || objectAt(data, 'error') !== null || typeof data.error === 'string') {
      this.#fault ??= this.#manner.faultIn?.(data) ?? faultInside(data);
    } else if (Array.isArray(data.choices)) this.#readChunk(data, data.choices);
    else if (typeof data.type === 'string') this.#readEvent(data, data.type);
    else this.#readUsage(data);
  }

  #readChunk(chunk: JsonObject, choices: readonly unknown[]): void {
    for (const choice of choices) {
      if (isJsonObject(choice)) this.#readChoice(choice);
    }
    const isUsage = this.#readUsage(chunk);
    this.#frame.isHidden = isUsage && choices.length === 0 && this.#manner.hidesUsage;
    this.#fault ??= this.#manner.faultIn?.(chunk) ?? null;
  }

  #readChoice(choice: JsonObject): void {
    const delta = objectAt(choice, 'delta');
    this.#frame.text += delta === null ? textAt(choice, 'text') : textOfDelta(delta);
    if (typeof choice.finish_reason !== 'string') return;
    if (this.#ended.size < ANSWERS_MAX) {
      this.#ended.add(typeof choice.index === 'number' ? choice.index : 0);
    }
    if (this.#ended.size >= this.#manner.answers) this.#isComplete = true;
  }

  #readEvent(event: JsonObject, type: string): void {
    // Sound comes as base64, and its transcript beside it.
    if (type.endsWith('.delta') && !type.endsWith('audio.delta')) {
      this.#frame.text = textAt(event, 'delta');
      return;
    }
    if (!isLast(type)) return;
    this.#isComplete = true;
    const response = objectAt(event, 'response');
    if (response !== null) this.#readUsage(response);
    const told = response === null ? null : (this.#manner.faultIn?.(response) ?? null);
    this.#fault ??= told ?? (type === 'response.failed' ? faultInside(response ?? event) : null);
  }

  #readUsage(answer: JsonObject): boolean {
    const tier = textAt(answer, 'service_tier');
    if (tier !== '') this.#serviceTier = tier;
    const usage = (this.#manner.usageIn ?? usageIn)(answer);
    if (usage !== null) this.#usage = usage;
    return usage !== null;
  }
}

const isLast = (type: string): boolean =>
  type === 'response.completed' || type === 'response.incomplete' || type === 'response.failed';

/** Everything in a delta that is billed as output: the answer, a refusal, calls, thoughts. */
function textOfDelta(delta: JsonObject): string {
  let text =
    textAt(delta, 'content') +
    textAt(delta, 'refusal') +
    (textAt(delta, 'reasoning_content') || textAt(delta, 'reasoning')) +
    textAt(objectAt(delta, 'audio'), 'transcript') +
    textOfCall(objectAt(delta, 'function_call'));
  for (const call of listAt(delta, 'tool_calls')) {
    if (!isJsonObject(call)) continue;
    text += textOfCall(objectAt(call, 'function')) + textAt(objectAt(call, 'custom'), 'input');
  }
  return text;
}

const textOfCall = (call: JsonObject | null): string =>
  textAt(call, 'name') + textAt(call, 'arguments');
