/**
 * Everybody who watches, and the watch they share: it begins with the first of them and ends a
 * while after the last, so that who comes back soon is told only what changed. One timer drives
 * them all.
 */
import type { ServerResponse } from 'node:http';

import type { TimerHandle } from '../../services/clock.ts';
import { FeedClient } from './feed-client.ts';
import type { FeedView } from './feed-view.ts';
import { Watch, type WatchOptions } from './watch.ts';

/** Four updates a second, whatever the rate of facts. */
const TICK_MS = 250;
/** How long a watch outlives the last who watches. */
const LINGER_MS = 10_000;
export const WATCHERS_MAX = 32;

export class Feed {
  readonly #options: WatchOptions;
  readonly #clients = new Set<FeedClient>();
  #watch: Watch | null = null;
  #isReady = false;
  #timer: TimerHandle = null;
  #isEnded = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  get watcherCount(): number {
    return this.#clients.size;
  }

  get isFull(): boolean {
    return this.#isEnded || this.#clients.size >= WATCHERS_MAX;
  }

  /** From now on that page is told what changes, until its connection ends. */
  join(response: ServerResponse, view: FeedView, lastId: string | null): void {
    const { clock } = this.#options.runtime;
    const client = new FeedClient({ response, view, clock, lastId });
    this.#clients.add(client);
    const leave = (): void => this.#leave(client);
    response.once('close', leave);
    response.once('error', leave);
    if (this.#watch === null) this.#begin();
    else if (this.#isReady) this.#resume(this.#watch, client);
  }

  end(): void {
    this.#isEnded = true;
    for (const client of this.#clients) client.end();
    this.#clients.clear();
    this.#stop();
  }

  #begin(): void {
    const watch = new Watch(this.#options);
    this.#watch = watch;
    watch.begin(() => {
      this.#isReady = true;
      this.#tellAll(watch);
    });
  }

  #resume(watch: Watch, client: FeedClient): void {
    // Nobody was told while nobody watched.
    if (this.#clients.size === 1) {
      watch.advance();
      this.#tellAll(watch);
    } else if (!client.tell(watch)) this.#leave(client);
  }

  #tellAll(watch: Watch): void {
    for (const client of [...this.#clients]) {
      if (client.tell(watch)) continue;
      client.end();
      this.#leave(client);
    }
    if (this.#clients.size > 0) this.#wake(TICK_MS, () => this.#beat(watch));
    else this.#wake(LINGER_MS, () => this.#stop());
  }

  #beat(watch: Watch): void {
    watch.advance();
    this.#tellAll(watch);
  }

  #leave(client: FeedClient): void {
    if (!this.#clients.delete(client) || this.#clients.size > 0 || this.#isEnded) return;
    this.#wake(LINGER_MS, () => this.#stop());
  }

  #wake(delayMs: number, run: () => void): void {
    const { clock } = this.#options.runtime;
    if (this.#timer !== null) clock.clearTimer(this.#timer);
    this.#timer = clock.setTimer(delayMs, false, run);
  }

  #stop(): void {
    if (this.#timer !== null) this.#options.runtime.clock.clearTimer(this.#timer);
    this.#timer = null;
    this.#watch?.end();
    this.#watch = null;
    this.#isReady = false;
  }
}
