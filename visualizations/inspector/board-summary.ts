/** The board in a few figures: every view shows them. */
import type { Health } from '../../services/board-health.ts';
import type { FactBody } from '../../services/facts.ts';
import type { BoardInside } from './board-inside.ts';
import { SPARK_MS, type BoardSummary } from './protocol.ts';
import type { Spend } from './spend.ts';
import type { Traffic } from './traffic.ts';

/** Health looks at every breaker: how often, while facts tell of calls and their cost alone. */
const HEALTH_EVERY_MS = 1_000;
/** With nothing new, how often the page is told that all is as it was: columns move on by that. */
const HEARTBEAT_MS = SPARK_MS;

export interface SummaryParts extends BoardInside {
  readonly title: string;
  readonly isOperable: boolean;
  readonly spend: Spend;
  /** Of all breakers. */
  readonly traffic: Traffic;
}

export class Summary {
  readonly #parts: SummaryParts;
  readonly #watchedSinceMs: number;
  readonly #sinceMs: number;
  #health: Health | null = null;
  #healthMs = -Infinity;
  #breakerCount = -1;
  #steady = '';
  #toldMs = -Infinity;
  /** The tick in which it last changed, or was said again. */
  tick = -1;
  json = '';

  constructor(parts: SummaryParts) {
    this.#parts = parts;
    this.#watchedSinceMs = parts.runtime.clock.nowMs();
    this.#sinceMs = parts.runtime.clock.monotonicMs();
  }

  /** Looks at the board's health anew where the fact may have changed it. */
  hear({ type }: FactBody): void {
    if (type === 'call.finished' || type === 'call.refused' || type === 'cost.settled') return;
    this.#health = null;
  }

  advance(tick: number): void {
    const { clock } = this.#parts.runtime;
    const nowMs = clock.monotonicMs();
    const { atMs, ...steady } = this.#make(nowMs);
    const text = JSON.stringify(steady);
    if (text === this.#steady && nowMs - this.#toldMs < HEARTBEAT_MS) return;
    this.#steady = text;
    this.#toldMs = nowMs;
    this.tick = tick;
    this.json = JSON.stringify({ ...steady, atMs });
  }

  #make(nowMs: number): BoardSummary {
    const { runtime, title, isOperable, spend, traffic } = this.#parts;
    const health = this.#healthAt(nowMs);
    const { closed, open, half_open, budget_limited, total } = health.breakers;
    return {
      title,
      atMs: runtime.clock.nowMs(),
      status: health.status,
      reasons: health.reasons,
      counts: { closed, open, half_open, budget_limited },
      breakerCount: total,
      emergency: health.emergency,
      ...traffic.rates(nowMs, this.#sinceMs),
      spentNanoUsd: spend.total,
      droppedFactCount: health.droppedFactCount,
      isOperable,
      hasMoney: spend.hasMoney,
      watchedSinceMs: this.#watchedSinceMs,
    };
  }

  #healthAt(nowMs: number): Health {
    const { board, registry } = this.#parts;
    const isFresh = nowMs - this.#healthMs < HEALTH_EVERY_MS;
    // Breakers are made without a fact.
    const isSame = registry.size === this.#breakerCount;
    if (this.#health !== null && isFresh && isSame) return this.#health;
    this.#healthMs = nowMs;
    this.#breakerCount = registry.size;
    return (this.#health = board.health());
  }
}
