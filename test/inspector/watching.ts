/** A board on virtual time with its inspector, asked over real HTTP, closed when the test ends. */
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

import { afterEach } from 'vitest';

import type { InspectOptions, Inspector } from '../../index.ts';
import { BoardRows } from '../../visualizations/inspector/board-rows.ts';
import type { BoardUpdate, BreakerUpdate } from '../../visualizations/inspector/protocol.ts';
import {
  openVirtualBoard,
  type OpenedBoard,
  type VirtualBoardOptions,
} from '../board/open-boards.ts';

export const TOKEN = 'correct-horse-battery';

export interface InspectedBoard extends OpenedBoard {
  readonly inspector: Inspector;
  readonly url: string;
}

const streams: Stream[] = [];

afterEach(() => {
  for (const stream of streams.splice(0)) stream.leave();
});

/** Nobody else listens to its facts. */
export async function openInspected(
  options: InspectOptions = {},
  boardOptions: VirtualBoardOptions = {},
): Promise<InspectedBoard> {
  const opened = await openVirtualBoard({ observed: false, ...boardOptions });
  const inspector = await opened.board.inspect({ port: 0, ...options });
  return { ...opened, inspector, url: inspector.url as string };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks exactly that: no header is added, none is refused. */
export async function ask(url: string, path: string, question: Question = {}): Promise<Answer> {
  const response = await send(url, path, question);
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body,
    text: body.toString(),
  };
}

/** Does something with the token, or with the one given. */
export function act(url: string, what: unknown, token: string | null = TOKEN): Promise<Answer> {
  return ask(url, '/act', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: typeof what === 'string' ? what : JSON.stringify(what),
  });
}

/** Each question has a connection of its own. */
const agent = new Agent({ keepAlive: false, maxSockets: Infinity });

export function send(url: string, path: string, question: Question = {}): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body } = question;
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const asked = request({ agent, host, port, path, method, headers }, resolve);
    asked.on('error', reject);
    asked.end(body);
  });
}

export interface Told {
  readonly type: string;
  /** As the browser would have it: that of the last event which had one. */
  readonly id: string;
  readonly data: unknown;
}

/** A page's connection to the feed. */
export class Stream {
  readonly events: Told[] = [];
  /** The board as it was told so far. */
  readonly rows = new BoardRows();
  /** The instant of the last tick that told of it. */
  nowMs = -1;
  readonly #response: IncomingMessage;
  #text = '';
  #id = '';
  readonly #heard: (() => void)[] = [];
  isOver = false;

  constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    response.on('error', () => {});
    response.on('close', () => {
      this.isOver = true;
      this.#wake();
    });
  }

  /** The first event told that fits, also one told before. */
  async event(fits: (told: Told) => boolean): Promise<Told> {
    for (;;) {
      const found = this.events.find(fits);
      if (found !== undefined) return found;
      if (this.isOver) throw new Error('the stream is over');
      await new Promise<void>((resolve) => this.#heard.push(resolve));
    }
  }

  async board(fits: (update: BoardUpdate) => boolean = () => true): Promise<BoardUpdate> {
    const told = await this.event((one) => one.type === 'board' && fits(one.data as BoardUpdate));
    return told.data as BoardUpdate;
  }

  async breaker(fits: (update: BreakerUpdate) => boolean = () => true): Promise<BreakerUpdate> {
    const told = await this.event(
      (one) => one.type === 'breaker' && fits(one.data as BreakerUpdate),
    );
    return told.data as BreakerUpdate;
  }

  async over(): Promise<void> {
    while (!this.isOver) await new Promise<void>((resolve) => this.#heard.push(resolve));
  }

  get lastId(): string {
    return this.#id;
  }

  /** Reads no more, until it does again. */
  stopReading(): void {
    this.#response.pause();
  }

  readAgain(): void {
    this.#response.resume();
  }

  /** Its connection breaks, as when a machine is switched off. */
  vanish(): void {
    this.#response.socket.resetAndDestroy();
  }

  leave(): void {
    this.#response.destroy();
  }

  #take(text: string): void {
    const parts = (this.#text + text).split('\n\n');
    this.#text = parts.pop() ?? '';
    for (const part of parts) {
      const lines = new Map(
        part.split('\n').map((line) => {
          const colon = line.indexOf(': ');
          return [line.slice(0, colon), line.slice(colon + 2)] as const;
        }),
      );
      this.#id = lines.get('id') ?? this.#id;
      const data = JSON.parse(lines.get('data') ?? 'null') as unknown;
      const type = lines.get('event') ?? '';
      if (type === 'board') {
        this.rows.take(data as BoardUpdate);
        this.nowMs = (data as BoardUpdate).nowMs;
      }
      this.events.push({ type, id: this.#id, data });
    }
    this.#wake();
  }

  #wake(): void {
    for (const heard of this.#heard.splice(0)) heard();
  }
}

/** Watches a view; with an id, as a browser that comes back. */
export async function watch(url: string, view = 'board', lastId?: string): Promise<Stream> {
  const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
  const response = await send(url, `/feed?view=${encodeURIComponent(view)}`, { headers });
  if (response.statusCode !== 200) throw new Error(`the feed answered ${response.statusCode}`);
  const stream = new Stream(response);
  streams.push(stream);
  return stream;
}
