/**
 * One request and its answer on the wire. Waits end early when the client leaves or the server
 * closes, so that nothing outlives either.
 */
import type { ServerResponse } from 'node:http';

import type { Clock, TimerHandle } from '../../../services/clock.ts';
import { WRITE_BYTES_MAX, type Delivery } from './delivery.ts';
import type { ReceivedRequest } from './received-request.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class Exchange {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #record: Writable<ReceivedRequest>;
  #timer: TimerHandle = null;
  #wake: (() => void) | null = null;
  #isOver = false;

  constructor(response: ServerResponse, clock: Clock, record: ReceivedRequest) {
    this.#response = response;
    this.#clock = clock;
    this.#record = record;
    response.on('close', () => this.#finish(response.writableFinished ? 'whole' : 'left'));
    // A write after the client has left is an error of no interest: `close` tells of it.
    response.on('error', () => this.#finish('left'));
  }

  /** Waits; false: there is nobody to answer any more. */
  async wait(ms: number): Promise<boolean> {
    if (ms <= 0 || this.#isOver) return !this.#isOver;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#timer = this.#clock.setTimer(ms, true, resolve);
    });
    this.#timer = null;
    this.#wake = null;
    return !this.#isOver;
  }

  /** Sends an answer as it is to be delivered. Resolves when that has ended, one way or other. */
  async send(how: Delivery, gap: () => number): Promise<void> {
    if (how.end === 'reset') return this.#close(true);
    if (how.stallAfter === -1 && !(await this.#stall(how))) return;
    this.#response.writeHead(how.status, { ...how.headers });
    this.#response.flushHeaders();
    let sent = 0;
    for (const piece of how.pieces) {
      if (sent === how.stallAfter && !(await this.#stall(how))) return;
      if (sent > 0 && !(await this.wait(gap()))) return;
      if (!(await this.#write(piece))) return;
      sent += 1;
      this.#record.chunkCount = sent;
    }
    if (how.stallAfter !== null && how.stallAfter >= sent && !(await this.#stall(how))) return;
    if (how.end === 'cut') return this.#cut();
    await new Promise<void>((resolve) => this.#until(resolve, (done) => this.#response.end(done)));
  }

  /** Closes the connection under the client. */
  #close(isReset: boolean): void {
    this.#finish('closed');
    const { socket } = this.#response;
    if (isReset) socket?.resetAndDestroy();
    else socket?.destroy();
  }

  /** Closes it when everything written has left. */
  async #cut(): Promise<void> {
    await new Promise<void>((resolve) =>
      this.#until(resolve, (done) => {
        const { socket } = this.#response;
        if (socket === null || socket.destroyed) done();
        else socket.write('', () => done());
      }),
    );
    this.#close(false);
  }

  #stall({ stallForMs }: Delivery): Promise<boolean> {
    if (stallForMs !== null) return this.wait(stallForMs);
    if (this.#isOver) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#wake = () => resolve(false);
    });
  }

  async #write(piece: string): Promise<boolean> {
    for (let start = 0; start < piece.length && !this.#isOver; start += WRITE_BYTES_MAX) {
      if (this.#response.write(piece.slice(start, start + WRITE_BYTES_MAX))) continue;
      await new Promise<void>((resolve) =>
        this.#until(resolve, (done) => this.#response.once('drain', done)),
      );
    }
    return !this.#isOver;
  }

  /** Resolves when something is done, or when there is nobody to do it for. */
  #until(resolve: () => void, begin: (done: () => void) => void): void {
    if (this.#isOver) return resolve();
    this.#wake = resolve;
    begin(() => {
      this.#wake = null;
      resolve();
    });
  }

  #finish(ended: ReceivedRequest['ended']): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#record.ended = ended;
    if (this.#timer !== null) this.#clock.clearTimer(this.#timer);
    this.#wake?.();
  }

  /** It came to its end: of any kind. */
  get isOver(): boolean {
    return this.#isOver;
  }
}
