/** The inspectors of one board: they end with it, and a closed board starts none. */
import { FuseboardError } from './errors.ts';
import type { InspectOptions, Inspector } from './inspector.ts';

/** Starts one, which says when it is closed. */
export type StartInspector = (
  options: InspectOptions,
  onClosed: (inspector: Inspector) => void,
) => Promise<Inspector>;

export class Inspectors {
  readonly #start: StartInspector;
  readonly #running = new Set<Inspector>();
  readonly #starting = new Set<Promise<Inspector>>();
  #isShut = false;

  constructor(start: StartInspector) {
    this.#start = start;
  }

  /** @throws FuseboardError invalid_option, inspector_unavailable, board_closed */
  async open(options: InspectOptions): Promise<Inspector> {
    this.#assertOpen();
    const starting = this.#start(options, (closed) => this.#running.delete(closed));
    this.#starting.add(starting);
    try {
      const inspector = await starting;
      this.#running.add(inspector);
      // Whoever asked while the board closed gets none; this one is closed with the others.
      this.#assertOpen();
      return inspector;
    } finally {
      this.#starting.delete(starting);
    }
  }

  /** The board is closing: none is started any more. */
  shut(): void {
    this.#isShut = true;
  }

  async close(): Promise<void> {
    this.shut();
    await Promise.allSettled(this.#starting);
    await Promise.allSettled([...this.#running].map((inspector) => inspector.close()));
  }

  #assertOpen(): void {
    if (this.#isShut) throw new FuseboardError('board_closed', 'the board is closed');
  }
}
