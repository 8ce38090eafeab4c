/**
 * How a whole board fares: one word, the reasons for it, and the counts behind them. Reads what is
 * there and wakes nobody, so that it can be asked every second over ten thousand breakers.
 */
import type { BreakerCore } from './breaker-core.ts';
import type { BreakerStatus } from './breaker.ts';
import type { Emergency } from './board-gate.ts';
import { statusOf } from './breaker-view.ts';
import type { Runtime } from './runtime.ts';

export type HealthStatus = 'healthy' | 'degraded' | 'critical';

/** What speaks against a board's health. Codes are stable; words are for people. */
export type HealthCode =
  /** The board is shut down. Subject: who did it. */
  | 'emergency'
  /** A breaker refuses. Subject: its name; so for the next three. */
  | 'breaker_open'
  | 'breaker_half_open'
  | 'breaker_limited'
  | 'breaker_quarantined'
  /** At least half of the breakers that have had calls are open. Subject: `board`. */
  | 'breakers_mostly_open'
  /** The store cannot be read or written. Subject: `store`. */
  | 'store_failing'
  /** Facts were lost, because nobody took them fast enough. Subject: `facts`. */
  | 'facts_dropped'
  /** Of the money. Subject: the budget's id, or `ledger`. */
  | 'budget_warned'
  | 'budget_exceeded'
  | 'rows_unsettled';

export interface HealthReason {
  readonly code: HealthCode;
  /** What it is about. */
  readonly subject: string;
  /** The status that it brings about by itself. */
  readonly severity: Exclude<HealthStatus, 'healthy'>;
  /** One sentence. */
  readonly words: string;
}

export interface HealthCounts extends Readonly<Record<BreakerStatus, number>> {
  /** Every breaker that may be at work. */
  readonly total: number;
  /** Those that have had calls since they were made. */
  readonly used: number;
  /** Of those, the open ones. */
  readonly usedOpen: number;
  readonly quarantined: number;
}

/** A board's health at one instant; it does not change afterwards. */
export interface Health {
  readonly status: HealthStatus;
  /** The gravest first; empty when it is healthy. */
  readonly reasons: readonly HealthReason[];
  /** Reasons left out, because there are more than ten of their kind. */
  readonly omittedCount: number;
  readonly breakers: HealthCounts;
  readonly store: 'ok' | 'failing';
  readonly emergency: Emergency | null;
  /** Facts lost since the board was opened. */
  readonly droppedFactCount: number;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
}

export interface BoardHealthOptions {
  readonly runtime: Runtime;
  readonly living: () => Iterable<BreakerCore>;
  readonly isStoreFailing: () => boolean;
  /** Whether there is money that a failing store puts at risk. */
  readonly hasBudgets: () => boolean;
  readonly droppedFactCount: () => number;
}

/** Adds reasons of its own, each time health is asked for. Must not throw. */
export type HealthSource = () => readonly HealthReason[];

/** Reasons of one code; the others are counted. */
const REASONS_MAX = 10;
/** Share of the breakers in use that are open, from which on a board is critical. */
const OPEN_SHARE_CRITICAL = 0.5;

export class BoardHealth {
  readonly #options: BoardHealthOptions;
  readonly #sources: HealthSource[] = [];

  constructor(options: BoardHealthOptions) {
    this.#options = options;
  }

  /** From now on that source is asked too. */
  healthFrom(source: HealthSource): void {
    this.#sources.push(source);
  }

  report(): Health {
    const { runtime, isStoreFailing, droppedFactCount } = this.#options;
    const { emergency } = runtime.boardGate;
    const reasons = new Reasons();
    if (emergency !== null) {
      const { by, reason } = emergency;
      reasons.add(
        'emergency',
        by,
        'critical',
        () => `The board was shut down by ${by}: ${reason}.`,
      );
    }
    const breakers = this.#count(reasons);
    const { used, usedOpen } = breakers;
    if (emergency === null && used > 0 && usedOpen / used >= OPEN_SHARE_CRITICAL) {
      const words = (): string =>
        `${usedOpen} of the ${used} breakers that have had calls are open.`;
      reasons.add('breakers_mostly_open', 'board', 'critical', words);
    }
    const isFailing = isStoreFailing();
    if (isFailing) this.#tellStore(reasons);
    const dropped = droppedFactCount();
    if (dropped > 0) {
      const words = (): string => `${dropped} facts were lost: a subscriber is too slow for them.`;
      reasons.add('facts_dropped', 'facts', 'degraded', words);
    }
    for (const source of this.#sources) {
      for (const { code, subject, severity, words } of source()) {
        reasons.add(code, subject, severity, () => words);
      }
    }
    return Object.freeze({
      ...reasons.summary(),
      breakers,
      store: isFailing ? 'failing' : 'ok',
      emergency,
      droppedFactCount: dropped,
      atMs: runtime.clock.nowMs(),
    });
  }

  #count(reasons: Reasons): HealthCounts {
    const isShutDown = this.#options.runtime.boardGate.emergency !== null;
    const counts = { closed: 0, open: 0, half_open: 0, budget_limited: 0 };
    let total = 0;
    let used = 0;
    let usedOpen = 0;
    let quarantined = 0;
    for (const breaker of this.#options.living()) {
      const { name } = breaker;
      const status = standingOf(breaker);
      counts[status]++;
      total++;
      if (breaker.isUsed) {
        used++;
        if (status === 'open') usedOpen++;
      }
      if (breaker.isQuarantined) {
        quarantined++;
        const words = (): string => `The actor of breaker "${name}" keeps crashing.`;
        reasons.add('breaker_quarantined', name, 'degraded', words);
      }
      // While the board is shut down every breaker is open, for that one reason.
      if (status === 'closed' || isShutDown) continue;
      reasons.add(CODES[status], name, 'degraded', () => wordsOf(breaker, status));
    }
    return Object.freeze({ ...counts, total, used, usedOpen, quarantined });
  }

  #tellStore(reasons: Reasons): void {
    const hasBudgets = this.#options.hasBudgets();
    const words = (): string =>
      'The store cannot be read or written; what it is owed is kept and tried again' +
      (hasBudgets ? ', and budgets refuse once too much is owed.' : '.');
    reasons.add('store_failing', 'store', hasBudgets ? 'critical' : 'degraded', words);
  }
}

const CODES = {
  open: 'breaker_open',
  half_open: 'breaker_half_open',
  budget_limited: 'breaker_limited',
} as const;

/** The state as a look at the breaker would show it, without waking it. */
function standingOf(breaker: BreakerCore): BreakerStatus {
  const { circuit, runtime } = breaker;
  const { boardGate } = runtime;
  if (boardGate.emergency !== null) return 'open';
  if (circuit !== null) return statusOf(circuit.state);
  if (!breaker.isBehind) return 'closed';
  const level = boardGate.levelOf(breaker) ?? 'ok';
  return level === 'ok' ? 'closed' : level === 'warned' ? 'budget_limited' : 'open';
}

function wordsOf({ name, circuit }: BreakerCore, status: BreakerStatus): string {
  const path = circuit?.state ?? status;
  const cause = path === 'open.cooling' || path === 'half_open' ? circuit?.context.cause : null;
  const latches = circuit?.context.latches.map((latch) => latch.name) ?? [];
  const why = cause ?? latches.join(', ');
  return `Breaker "${name}" is ${path}${why === '' ? '' : ` (${why})`}.`;
}

/** Reasons as they come up: bounded by code, words made only for those that are kept. */
class Reasons {
  readonly #kept: HealthReason[] = [];
  readonly #counts = new Map<HealthCode, number>();
  #omittedCount = 0;
  #status: HealthStatus = 'healthy';

  add(
    code: HealthCode,
    subject: string,
    severity: HealthReason['severity'],
    words: () => string,
  ): void {
    if (this.#status !== 'critical') this.#status = severity;
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count > REASONS_MAX) this.#omittedCount++;
    else this.#kept.push(Object.freeze({ code, subject, severity, words: words() }));
  }

  summary(): Pick<Health, 'status' | 'reasons' | 'omittedCount'> {
    const isCritical = ({ severity }: HealthReason): boolean => severity === 'critical';
    const reasons = [
      ...this.#kept.filter(isCritical),
      ...this.#kept.filter((reason) => !isCritical(reason)),
    ];
    return {
      status: this.#status,
      reasons: Object.freeze(reasons),
      omittedCount: this.#omittedCount,
    };
  }
}
