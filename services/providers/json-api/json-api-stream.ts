/** Follows a stream of JSON frames with what was told about them. */
import { checkedUsage, type Usage } from '../../cost/usage.ts';
import type { Fault, FaultName } from '../fault.ts';
import { isJsonObject, parsedJson } from '../json-reading.ts';
import type { FrameReading, JsonObject, StreamReader } from '../profile.ts';
import { asked, type JsonApiStream } from './json-api-options.ts';

const DONE = '[DONE]';

export class JsonApiStreamReader implements StreamReader {
  readonly #frame: FrameReading = { text: '', isHidden: false };
  readonly #told: JsonApiStream;
  readonly #faultOf: (name: FaultName, frame: JsonObject) => Fault;
  #isEnded = false;
  /** The last frame could be read. */
  #isWhole = false;
  #usage: Usage | null = null;
  #fault: Fault | null = null;

  constructor(told: JsonApiStream, faultOf: (name: FaultName, frame: JsonObject) => Fault) {
    this.#told = told;
    this.#faultOf = faultOf;
  }

  get isComplete(): boolean {
    if (this.#fault !== null) return false;
    const { framing, isEnd } = this.#told;
    return this.#isEnded || (framing === 'ndjson' && isEnd === undefined && this.#isWhole);
  }

  get hasEnded(): boolean {
    return this.#isEnded;
  }

  get usage(): Usage | null {
    return this.#usage;
  }

  get fault(): Fault | null {
    return this.#fault;
  }

  read(event: string, data: string): FrameReading {
    this.#frame.text = '';
    if (data.trim() === DONE) this.#isEnded = true;
    else if (data !== '') this.#take(event, parsedJson(data));
    return this.#frame;
  }

  #take(event: string, frame: unknown): void {
    this.#isWhole = isJsonObject(frame);
    if (!isJsonObject(frame)) return;
    const { text, usage, isEnd } = this.#told;
    const fault = this.#faultNameOf(frame, event);
    if (fault !== null) this.#fault ??= this.#faultOf(fault, frame);
    if (usage !== undefined) {
      const said = asked(() => usage(frame, event), null);
      if (said !== null && said !== undefined) this.#usage = usageFrom(said) ?? this.#usage;
    }
    if (isEnd !== undefined && asked(() => isEnd(frame, event), false)) this.#isEnded = true;
    const added: unknown = text === undefined ? '' : asked(() => text(frame, event), '');
    if (typeof added === 'string') this.#frame.text = added;
  }

  #faultNameOf(frame: JsonObject, event: string): FaultName | null {
    const { fault } = this.#told;
    if (fault !== undefined) return asked(() => fault(frame, event), null) ?? null;
    const { error } = frame;
    return error === undefined || error === null || error === false ? null : 'transient';
  }
}

/** A usage that a function of the user's has made; null for what is none. */
export const usageFrom = (said: unknown): Usage | null =>
  said === null || said === undefined
    ? null
    : asked<Usage | null>(() => checkedUsage('usage', said), null);
