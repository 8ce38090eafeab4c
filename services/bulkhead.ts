/** The bulkhead: how many calls run at once, and who waits for a place. */
import type { ResolvedBulkhead } from './options.ts';
import type { WaitingList } from './waiting-list.ts';

export class Bulkhead {
  #limits: ResolvedBulkhead;
  readonly #waiting: WaitingList;
  #runningCount = 0;

  constructor(limits: ResolvedBulkhead, waiting: WaitingList) {
    this.#limits = limits;
    this.#waiting = waiting;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Takes a place if one is free and nobody waits for it. */
  tryEnter(): boolean {
    if (this.#runningCount >= this.#limits.callsMax || this.#waiting.size > 0) return false;
    this.#runningCount++;
    return true;
  }

  /** Waits for a place and takes it. Null when the queue is full. */
  queue(
    priority: number,
    signal: AbortSignal | undefined,
    timeoutError: () => unknown,
  ): Promise<void> | null {
    if (this.#waiting.size >= this.#limits.queueMax) return null;
    const { queueTimeoutMs: timeoutMs } = this.#limits;
    return this.#waiting.join({ priority, signal, timeoutMs, timeoutError });
  }

  /** Gives a place back: to the first one who waits, if anybody does. */
  leave(): void {
    this.#runningCount--;
    this.#fill();
  }

  /** New limits; calls that run go on. */
  configure(limits: ResolvedBulkhead): void {
    this.#limits = limits;
    this.#fill();
  }

  /** Sends everybody away who waits. */
  rejectAll(makeReason: () => unknown): void {
    this.#waiting.rejectAll(makeReason);
  }

  #fill(): void {
    while (this.#runningCount < this.#limits.callsMax && this.#waiting.admitFirst()) {
      this.#runningCount++;
    }
  }
}
