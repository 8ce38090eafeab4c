/**
 * The Eclipse Layout Kernel in a thread of its own, started when it is needed and ended when it
 * has been idle: laying out takes hundreds of milliseconds, which nobody else should wait for.
 * The thread's program is a text, so that it is the same from sources and from what is built.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

import { FuseboardError } from '../../services/errors.ts';
import type { ElkNode } from './elk-graph.ts';

const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const ELK = require(workerData);
const elk = new ELK();
parentPort.on('message', ({ id, graph }) => {
  elk.layout(graph).then(
    (drawn) => parentPort.postMessage({ id, drawn }),
    (error) => parentPort.postMessage({ id, error: String((error && error.message) || error) }),
  );
});
`;

/** How long one layout may take. */
const LAYOUT_MS_MAX = 30_000;
const IDLE_MS_MAX = 5_000;
const WAITING_MAX = 64;

interface Answer {
  readonly id: number;
  readonly drawn?: ElkNode;
  readonly error?: string;
}

interface Waiting {
  readonly resolve: (drawn: ElkNode) => void;
  readonly reject: (error: FuseboardError) => void;
  readonly timer: NodeJS.Timeout;
}

const waiting = new Map<number, Waiting>();
let worker: Worker | null = null;
let idle: NodeJS.Timeout | undefined;
let lastId = 0;

/**
 * The graph with places.
 * @throws FuseboardError drawing_failed when the kernel cannot, or takes more than 30 seconds.
 */
export function askElk(graph: ElkNode): Promise<ElkNode> {
  return new Promise((resolve, reject) => {
    if (waiting.size >= WAITING_MAX) {
      reject(failed(`${WAITING_MAX} drawings are being laid out already`));
      return;
    }
    const thread = started();
    const id = ++lastId;
    const timer = setTimeout(() => {
      end(thread, `it took longer than ${LAYOUT_MS_MAX / 1_000} s`);
    }, LAYOUT_MS_MAX);
    timer.unref();
    clearTimeout(idle);
    waiting.set(id, { resolve, reject, timer });
    // Whoever waits keeps the process alive; an idle thread does not.
    thread.ref();
    thread.postMessage({ id, graph });
  });
}

function started(): Worker {
  if (worker !== null) return worker;
  const thread = new Worker(PROGRAM, {
    eval: true,
    name: 'fuseboard-layout',
    workerData: createRequire(import.meta.url).resolve('elkjs/lib/elk.bundled.js'),
    // Loaders and hooks of the application are none of the thread's business.
    execArgv: [],
  });
  thread.on('message', (answer: Answer) => hear(thread, answer));
  thread.on('error', (error) => end(thread, error.message));
  thread.on('exit', () => end(thread, 'the layout thread ended'));
  worker = thread;
  return thread;
}

function hear(thread: Worker, { id, drawn, error }: Answer): void {
  const asked = waiting.get(id);
  if (asked === undefined) return;
  waiting.delete(id);
  clearTimeout(asked.timer);
  if (waiting.size === 0) {
    thread.unref();
    idle = setTimeout(() => end(thread, 'idle'), IDLE_MS_MAX);
    idle.unref();
  }
  if (drawn === undefined) asked.reject(failed(error ?? 'no drawing came back'));
  else asked.resolve(drawn);
}

function end(thread: Worker, reason: string): void {
  if (worker !== thread) return;
  worker = null;
  clearTimeout(idle);
  void thread.terminate();
  const asked = [...waiting.values()];
  waiting.clear();
  for (const { reject, timer } of asked) {
    clearTimeout(timer);
    reject(failed(reason));
  }
}

const failed = (reason: string): FuseboardError =>
  new FuseboardError('drawing_failed', `The chart could not be laid out: ${firstLine(reason)}.`, {
    hint: 'Mermaid text needs no layout: fuseboard diagram --format mermaid.',
  });

const firstLine = (text: string): string => (text.split('\n', 1)[0] ?? '').slice(0, 200);
