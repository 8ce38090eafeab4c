/** Audit entries and what estimators have learnt: written down, and read back as they were. */
import { checkedEntry, wrong } from '../memory-money-checks.ts';
import type { AuditEntry, LearntRow } from '../money-store.ts';
import type { Books } from './books.ts';

export interface Notes {
  /** Inside a write. @throws FuseboardError invalid_argument */
  addAudit(entries: readonly AuditEntry[]): void;
  auditLog(limit: number): AuditEntry[];
  /** Inside a write. */
  saveLearnt(rows: readonly LearntRow[]): void;
  learnt(): LearntRow[];
}

type AuditRow = readonly [string, string, string, string, number, string];

export function storedNotes({ file, ask }: Books): Notes {
  const insert = file.prepare(
    'INSERT INTO audit (act, subject, reason, by, at_ms, details) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const newest = file
    .prepare('SELECT act, subject, reason, by, at_ms, details FROM audit ORDER BY id DESC LIMIT ?')
    .raw();
  const upsert = file.prepare(
    'INSERT INTO learnt VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state',
  );
  const all = file.prepare('SELECT key, state FROM learnt').raw();

  return {
    addAudit(entries) {
      for (const { act, subject, reason, by, atMs, details } of entries.map(checkedEntry)) {
        insert.run(act, subject, reason, by, atMs, JSON.stringify(details));
      }
    },
    auditLog(limit) {
      if (!Number.isSafeInteger(limit)) throw wrong('limit', 'a whole number', limit);
      const rows = ask(() => newest.all(Math.max(0, limit))) as AuditRow[];
      return rows.reverse().map(([act, subject, reason, by, atMs, details]) => ({
        act,
        subject,
        reason,
        by,
        atMs,
        details: JSON.parse(details) as AuditEntry['details'],
      }));
    },
    saveLearnt(rows) {
      for (const { key, state } of rows) upsert.run(key, state);
    },
    learnt: () => (all.all() as [string, string][]).map(([key, state]) => ({ key, state })),
  };
}
