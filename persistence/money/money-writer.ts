/**
 * One writer thread for one file, shared by all boards of this process that use it. It keeps the
 * process alive only while somebody waits for an answer. When it dies, what waits is rejected, and
 * the next request starts another: each holder goes on in it under its own number.
 */
import { Worker } from 'node:worker_threads';

import { FuseboardError } from '../../services/errors.ts';
import type { ResumePoint } from './sqlite-money.ts';
import { newGate, shutGate } from './thread-gate.ts';
import { unpackError, type ThreadReply, type ThreadTask } from './thread-messages.ts';
import type { ThreadData, ThreadRequest, ThreadSettings } from './thread-messages.ts';
import { threadScript } from './thread-script.ts';

interface Waiting {
  readonly door: Door;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One holder's way to the thread. */
export interface Door {
  readonly number: number;
  /** Where the holder stands, as the thread said last. */
  resume: ResumePoint | null;
}

/** Longest wait, when the process ends, for a thread in the middle of something. */
const LAST_WAIT_MS = 15_000;

/** Gates of the threads that run. */
const gates = new Set<SharedArrayBuffer>();

/** Node stops threads when the process ends; none may be inside native code by then. */
const shutAll = (): void => {
  for (const gate of gates) shutGate(gate, LAST_WAIT_MS);
};

function addGate(): SharedArrayBuffer {
  const gate = newGate();
  if (gates.size === 0) process.on('exit', shutAll);
  gates.add(gate);
  return gate;
}

function removeGate(gate: SharedArrayBuffer): void {
  gates.delete(gate);
  if (gates.size === 0) process.off('exit', shutAll);
}

/** By path: those that have a door open. */
const writers = new Map<string, MoneyWriter>();

/** The thread of a file, started at its first request. */
export function writerOf(settings: ThreadSettings): MoneyWriter {
  let writer = writers.get(settings.path);
  if (writer === undefined) {
    writer = new MoneyWriter(settings);
    writers.set(settings.path, writer);
  }
  return writer;
}

export class MoneyWriter {
  readonly #settings: ThreadSettings;
  readonly #waiting = new Map<number, Waiting>();
  readonly #doors = new Set<Door>();
  #worker: Worker | null = null;
  #lastDoor = 0;
  #lastId = 0;

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
  }

  openDoor(): Door {
    const door: Door = { number: ++this.#lastDoor, resume: null };
    this.#doors.add(door);
    return door;
  }

  /** Ends the thread with its last door. */
  async closeDoor(door: Door): Promise<void> {
    if (!this.#forget(door)) return;
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    await this.ask(door, 'end', []).catch(() => {});
    await ended;
  }

  /** As `closeDoor`, for who cannot wait. */
  abandonDoor(door: Door): void {
    const task = this.#forget(door) ? 'end' : 'leave';
    if (this.#worker !== null) this.ask(door, task, []).catch(() => {});
  }

  /** @throws FuseboardError of the engine, or store_unavailable when the thread died. */
  ask(door: Door, task: ThreadTask, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const worker = this.#start();
      const id = ++this.#lastId;
      const request: ThreadRequest = { id, door: door.number, resume: door.resume, task, args };
      post(worker, request);
      if (this.#waiting.size === 0) worker.ref();
      this.#waiting.set(id, { door, resolve, reject });
    });
  }

  /** Whether that was the last door. */
  #forget(door: Door): boolean {
    this.#doors.delete(door);
    if (this.#doors.size > 0) return false;
    const { path } = this.#settings;
    if (writers.get(path) === this) writers.delete(path);
    return true;
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    const script = threadScript();
    const gate = addGate();
    const workerData: ThreadData = { ...this.#settings, gate };
    const worker = new Worker(script, {
      workerData,
      name: 'fuseboard-money',
      // Loaders and hooks of the application are none of the thread's business.
      execArgv: [],
    });
    worker.on('message', (reply: ThreadReply) => this.#hear(reply));
    worker.on('error', (error) => this.#died(worker, error));
    worker.on('exit', () => {
      removeGate(gate);
      this.#died(worker, undefined);
    });
    this.#worker = worker;
    return worker;
  }

  #hear(reply: ThreadReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (waiting === undefined) return;
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    waiting.door.resume = reply.resume ?? waiting.door.resume;
    if ('error' in reply) waiting.reject(unpackError(reply.error));
    else waiting.resolve(reply.answer);
  }

  #died(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) {
      reject(
        new FuseboardError(
          'store_unavailable',
          `The writer thread of ${this.#settings.path} ended while it was asked.`,
          { hint: 'It is started again by the next request.', cause },
        ),
      );
    }
  }
}

/** @throws FuseboardError invalid_argument for what is no plain data. */
function post(worker: Worker, request: ThreadRequest): void {
  try {
    worker.postMessage(request);
  } catch (cause) {
    const { task } = request;
    throw new FuseboardError('invalid_argument', `${task} was given what is no plain data`, {
      cause,
    });
  }
}
