/**
 * Follows the lines of an answer: `/query/stream`, and the chat of Ollama's that the server speaks.
 *
 * NDJSON has no word for its end. A stream is complete when an answer began, every line of it could
 * be read, and nothing says that more must come: a body that breaks off raises an error where it is
 * read, and a line cut short cannot be read. Where the server has begun to tell its progress it
 * ends with `response_time`, and where it speaks as Ollama with `done`; then only that is the end.
 */
import type { Usage } from '../../cost/usage.ts';
import type { Fault } from '../fault.ts';
import { isJsonObject, parsedJson, textAt } from '../json-reading.ts';
import type { FrameReading, JsonObject, StreamReader } from '../profile.ts';
import { faultOfText } from './faults.ts';
import { answerIn, isCanned } from './query-request.ts';

/** What marks the end of a stream, once it is known to be marked. */
type EndMark = 'response_time' | 'done';

export class LightragStream implements StreamReader {
  readonly #frame: FrameReading = { text: '', isHidden: false };
  /** What a query has used that no answer was written for. */
  readonly #unanswered: () => Usage;
  #hasAnswer = false;
  #isBroken = false;
  #isEnded = false;
  #endMark: EndMark | null = null;
  #usage: Usage | null = null;
  #fault: Fault | null = null;

  constructor(unanswered: () => Usage) {
    this.#unanswered = unanswered;
  }

  get isComplete(): boolean {
    if (this.#isBroken || this.#fault !== null) return false;
    return this.#endMark === null ? this.#hasAnswer : this.#isEnded;
  }

  get hasEnded(): boolean {
    return this.#isEnded && this.isComplete;
  }

  /** Known only where the server says that no answer was written; else it is to be counted. */
  get usage(): Usage | null {
    return this.#usage;
  }

  get fault(): Fault | null {
    return this.#fault;
  }

  read(_event: string, data: string): FrameReading {
    const frame = this.#frame;
    frame.text = '';
    if (data === '') return frame;
    const line = parsedJson(data);
    if (isJsonObject(line)) frame.text = this.#take(line);
    else this.#isBroken = true;
    return frame;
  }

  /** Text of the answer in a line; empty for none. */
  #take(line: JsonObject): string {
    if (line.error !== undefined && line.error !== null) {
      this.#fault ??= faultOfText(textAt(line, 'error'), null);
      return '';
    }
    if ('progress' in line) this.#endMark ??= 'response_time';
    if ('response_time' in line) this.#isEnded = true;
    if (typeof line.done === 'boolean') {
      this.#endMark = 'done';
      if (line.done) this.#isEnded = true;
    }
    const text = answerIn(line);
    if (text === null) return '';
    this.#hasAnswer = true;
    if (line.llm_generated !== false && !isCanned(text)) return text;
    this.#usage = this.#unanswered();
    return '';
  }
}
