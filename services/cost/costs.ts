/** The books of a board as users ask them. */
import type { CostReport, CostReportQuery, LedgerVerdict } from '../../persistence/cost-report.ts';
import type { AuditEntry } from '../../persistence/money-store.ts';
import { invalidArgument, isObject } from '../check.ts';
import type { MoneyDesk } from './money-desk.ts';

export interface Costs {
  /**
   * What was spent, by whatever calls have in common, as the store has it now: all processes, and
   * what others reported. With what was expected, what was refused, and what bills say.
   */
  report(query?: Partial<CostReportQuery>): Promise<CostReport>;
  /** Recomputes every total from the rows. Reads the whole ledger. */
  verify(): Promise<LedgerVerdict>;
  /** Who changed budgets or used the override, oldest first: the newest so many. @default 1000 */
  audit(limit?: number): Promise<readonly AuditEntry[]>;
}

const GROUPS = ['model', 'operation', 'breaker', 'provider', 'none'];

export function createCosts(desk: MoneyDesk, booked: () => Promise<void>): Costs {
  const settled = async (): Promise<void> => {
    await booked();
    await desk.flush();
  };
  return {
    async report(query = {}) {
      if (!isObject(query)) throw invalidArgument('query', 'an object', query);
      const { by = 'none', sinceMs = null } = query;
      if (!GROUPS.includes(by) && !/^tag:./.test(by)) {
        throw invalidArgument('query.by', `one of ${GROUPS.join(', ')}, or tag:NAME`, by);
      }
      if (sinceMs !== null && !Number.isFinite(sinceMs)) {
        throw invalidArgument('query.sinceMs', 'wall-clock milliseconds, or null', sinceMs);
      }
      await settled();
      return desk.store.report({ by, sinceMs });
    },
    async verify() {
      await settled();
      return desk.store.verify();
    },
    async audit(limit = 1_000) {
      if (!Number.isSafeInteger(limit) || limit < 1) {
        throw invalidArgument('limit', 'an integer of at least 1', limit);
      }
      return desk.store.auditLog(limit);
    },
  };
}
