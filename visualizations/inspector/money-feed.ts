/**
 * What the money view is told: the books as they stand, and what the facts said since somebody
 * watches. One feed serves all who watch; it is thrown away with the last of them.
 */
import type { Board } from '../../services/board.ts';
import type { Clock } from '../../services/clock.ts';
import type { RuleSummary } from '../../services/cost/rules/rule-summary.ts';
import { isFuseboardError } from '../../services/errors.ts';
import type { FactBody } from '../../services/facts.ts';
import { MoneyBooks } from './money-books.ts';
import { MoneyTally } from './money-tally.ts';
import { thresholdText } from './money-words.ts';
import type { MoneyUpdate, RuleView } from './protocol.ts';

export interface MoneyFeed {
  /** Takes a fact; those that are not about money are left alone. */
  hear(fact: FactBody): void;
  /**
   * The figures as of now, or as of the last time the books could be read, which it says. Never
   * rejects; while one is made, whoever asks gets that one.
   */
  update(): Promise<MoneyUpdate>;
}

export interface MoneyFeedOptions {
  readonly board: Pick<Board, 'budgets' | 'costs'>;
  readonly clock: Clock;
}

/** Rules that are listed. */
const RULES_MAX = 200;

export function createMoneyFeed({ board, clock }: MoneyFeedOptions): MoneyFeed {
  const watchedSinceMs = clock.nowMs();
  const tally = new MoneyTally(clock);
  const rules = rulesOf(board);
  const books = rules === null ? null : new MoneyBooks(board, clock);
  let running: Promise<MoneyUpdate> | null = null;

  const make = async (): Promise<MoneyUpdate> => {
    await books?.read();
    const total = books?.total;
    const shielded = tally.shielded((operation) => books?.averageOf(operation) ?? 0);
    return {
      atMs: clock.nowMs(),
      booksAtMs: books?.readAtMs ?? 0,
      problem: books?.problem ?? null,
      watchedSinceMs,
      budgets: books?.budgets ?? [],
      omittedCount: books?.omittedCount ?? 0,
      rules: (rules ?? []).slice(0, RULES_MAX).map((rule) => viewOf(rule, tally)),
      calibration: tally.calibration,
      savings: {
        refusedNanoUsd: total?.refusedNanoUsd ?? 0,
        refusedCount: total?.refusedCount ?? 0,
        releasedNanoUsd: tally.releasedNanoUsd,
        shieldedCount: shielded.count,
        shieldedNanoUsd: shielded.nanoUsd,
      },
      dearest: books?.dearest ?? [],
      reportSinceMs: books?.reportSinceMs ?? 0,
      moments: tally.moments,
    };
  };

  return {
    hear: (fact) => tally.hear(fact),
    update() {
      running ??= make().finally(() => (running = null));
      return running;
    },
  };
}

/** Null for a board that counts no costs. */
function rulesOf(board: Pick<Board, 'costs'>): readonly RuleSummary[] | null {
  try {
    return board.costs.rules();
  } catch (error) {
    if (isFuseboardError(error)) return null;
    throw error;
  }
}

function viewOf(rule: RuleSummary, tally: MoneyTally): RuleView {
  const { threshold: _, ...told } = rule;
  const announced = tally.announcements(rule.id);
  return {
    ...told,
    thresholdText: thresholdText(rule),
    announcedCount: announced?.count ?? 0,
    lastAnnouncedAtMs: announced?.lastAtMs ?? null,
    lastText: announced?.lastText ?? null,
  };
}
