/**
 * One page that watches: what it knows, and what it must be told. A page that does not read is
 * told nothing until it does, and then everything that changed meanwhile; one that goes on not
 * reading is left.
 */
import type { ServerResponse } from 'node:http';

import type { Clock } from '../../services/clock.ts';
import type { RowChanges } from './breaker-rows.ts';
import { coverageView } from './coverage-view.ts';
import type { FeedView } from './feed-view.ts';
import type { MoneyUpdate } from './protocol.ts';
import type { Watch } from './watch.ts';
import { breakerHead } from './watched-breaker.ts';

/** Bytes that may wait to be read; while there are more, nothing is added. */
const WAITING_MAX = 65_536;
/** A page that reads nothing for so long is left. */
const STUCK_MAX_MS = 30_000;
const MONEY_EVERY_MS = 1_000;

export interface FeedClientParts {
  readonly response: ServerResponse;
  readonly view: FeedView;
  readonly clock: Clock;
  /** `SESSION:TICK` of what it was told last, as it says. */
  readonly lastId: string | null;
}

export class FeedClient {
  readonly #parts: FeedClientParts;
  /** The tick that it knows; null for nothing. */
  #tick: number | null = null;
  #session = '';
  #head = '';
  #stuckSinceMs: number | null = null;
  #moneyMs = -Infinity;
  #money: MoneyUpdate | null = null;

  constructor(parts: FeedClientParts) {
    this.#parts = parts;
    const [session, tick] = parts.lastId?.split(':') ?? [];
    if (session === undefined || !/^\d{1,15}$/.test(tick ?? '')) return;
    this.#session = session;
    this.#tick = Number(tick);
  }

  /** Tells what is new. False when the page is to be left. */
  tell(watch: Watch): boolean {
    const { clock, response } = this.#parts;
    if (response.destroyed || response.writableEnded) return false;
    if (response.writableLength > WAITING_MAX) {
      const nowMs = clock.monotonicMs();
      this.#stuckSinceMs ??= nowMs;
      return nowMs - this.#stuckSinceMs < STUCK_MAX_MS;
    }
    this.#stuckSinceMs = null;
    // Another session's ticks, or ticks that have not been, say nothing.
    if (this.#session !== watch.session || (this.#tick ?? 0) > watch.tick) this.#tick = null;
    this.#session = watch.session;
    const events = [this.#board(watch), ...this.#own(watch)].filter((text) => text !== null);
    this.#tick = watch.tick;
    if (events.length > 0) {
      // Only with the last one it knows all of this tick.
      const last = events.pop() as string;
      response.write(`${events.join('')}id: ${watch.session}:${watch.tick}\n${last}`);
    }
    return true;
  }

  #board({ rows, summary, tick }: Watch): string | null {
    const isNew = this.#tick === null;
    const hasNews = isNew || summary.tick > (this.#tick as number);
    if (this.#parts.view.name !== 'board') {
      return hasNews ? event('board', boardJson(summary.json, isNew, 'null', NOTHING)) : null;
    }
    const changes = rows.since(this.#tick, tick);
    const { isWhole, gone } = changes;
    const isSame = `${changes.rows}${changes.passed}${changes.traffic}` === '' && gone.length === 0;
    if (isSame && !hasNews) return null;
    return event('board', boardJson(summary.json, isWhole, `[${changes.rows}]`, changes));
  }

  #own(watch: Watch): (string | null)[] {
    const { view } = this.#parts;
    switch (view.name) {
      case 'board':
        return [];
      case 'breaker':
        return [this.#breaker(watch, view.breaker)];
      case 'coverage':
        return [this.#coverage(watch)];
      case 'money':
        return [this.#moneyNews(watch)];
    }
  }

  #breaker(watch: Watch, name: string): string | null {
    const { isWhole, tape } = watch.tapes.since(name, this.#tick);
    const seen = { ...breakerHead(watch, name), row: watch.rows.row(name) };
    const head = JSON.stringify(seen).slice(0, -1);
    if (head === this.#head && tape.length === 0 && !isWhole) return null;
    this.#head = head;
    return event('breaker', `${head},"isWhole":${isWhole},"tape":${JSON.stringify(tape)}}`);
  }

  #coverage({ hits, hitsTick }: Watch): string | null {
    if (this.#tick !== null && hitsTick <= this.#tick) return null;
    return event('coverage', JSON.stringify(coverageView(hits)));
  }

  /** Figures take a moment to make: they are told with a tick after it. */
  #moneyNews({ money }: Watch): string | null {
    const nowMs = this.#parts.clock.monotonicMs();
    const ready = this.#money;
    this.#money = null;
    if (nowMs - this.#moneyMs >= MONEY_EVERY_MS) {
      this.#moneyMs = nowMs;
      money.update().then(
        (update) => (this.#money = update),
        () => (this.#moneyMs = -Infinity),
      );
    }
    return ready === null ? null : event('money', JSON.stringify(ready));
  }

  /** Sends it away; it comes again by itself. */
  end(): void {
    this.#parts.response.destroy();
  }
}

/** In views that show no breakers. */
const NOTHING = { passed: '', traffic: '', gone: [], nowMs: 0, sinceMs: 0 };

/** A BoardUpdate, most of which is JSON already. */
const boardJson = (
  summary: string,
  isWhole: boolean,
  rows: string,
  { passed, traffic, gone, nowMs, sinceMs }: Omit<RowChanges, 'isWhole' | 'rows'>,
): string =>
  `{"isWhole":${isWhole},"summary":${summary},"rows":${rows},"passed":[${passed}],` +
  `"traffic":[${traffic}],"gone":${JSON.stringify(gone)},"nowMs":${nowMs},"sinceMs":${sinceMs}}`;

const event = (type: string, json: string): string => `event: ${type}\ndata: ${json}\n\n`;
