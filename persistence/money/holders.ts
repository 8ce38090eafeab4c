/**
 * Who holds allowances, in the file: each with a lease that it prolongs. One whose lease has ended
 * (`silent`), or whose process is gone (`dead`), loses what it holds; a silent one may wake.
 */
import { FuseboardError } from '../../services/errors.ts';
import type { HolderIdentity } from '../money-store.ts';
import type { Books } from './books.ts';
import { isGone } from './process-life.ts';

/** How long a holder that says nothing counts as alive. */
export const LEASE_MS = 30_000;
/** How long one that left is remembered, so that its last batch is known again. */
const LEFT_KEPT_MS = 86_400_000;

export type HolderState = 'active' | 'silent' | 'dead' | 'left';

export interface LostHolder {
  readonly holder: number;
  readonly state: 'silent' | 'dead';
}

export interface Holders {
  /** Inside a write, as everything here but `findLost`. Answers its number. */
  add(identity: HolderIdentity): number;
  /**
   * Prolongs a lease. @throws FuseboardError store_unavailable for a holder that has left.
   */
  touch(holder: number): void;
  /** Number of its last batch. @throws FuseboardError store_unavailable when it is unknown. */
  appliedSeq(holder: number): { readonly seq: number; readonly hasLeft: boolean };
  applied(holder: number, seq: number): void;
  /** Holders other than `self` whose lease has ended or whose process is gone. */
  findLost(self: number): LostHolder[];
  /** Whether it is still as it was found; it is lost from now on. */
  lose(lost: LostHolder): boolean;
  /** It is gone for good. False when it was already. */
  leave(holder: number): boolean;
}

type ActiveRow = readonly [number, number, string, string, number];

export function storedHolders(books: Books, self: HolderIdentity): Holders {
  const { file } = books;
  const insert = file
    .prepare(
      `INSERT INTO holders (pid, process_start, boot_id, joined_at_ms, expires_at_ms, state)
       VALUES (?, ?, ?, ?, ?, 'active') RETURNING id`,
    )
    .pluck();
  const forget = file.prepare(`DELETE FROM holders WHERE state = 'left' AND expires_at_ms < ?`);
  const prolong = file.prepare(
    `UPDATE holders SET expires_at_ms = ?, state = 'active' WHERE id = ? AND state <> 'left'`,
  );
  const seq = file.prepare('SELECT applied_seq, state FROM holders WHERE id = ?').raw();
  const apply = file.prepare('UPDATE holders SET applied_seq = ? WHERE id = ?');
  const active = file
    .prepare(
      `SELECT id, pid, process_start, boot_id, expires_at_ms FROM holders
       WHERE state = 'active' AND id <> ?`,
    )
    .raw();
  const lose = file.prepare(
    `UPDATE holders SET state = ?
     WHERE id = ? AND state = 'active' AND (? = 'dead' OR expires_at_ms <= ?)`,
  );
  const leave = file.prepare(
    `UPDATE holders SET state = 'left', expires_at_ms = ? WHERE id = ? AND state <> 'left'`,
  );

  const unknown = (holder: number): FuseboardError =>
    new FuseboardError(
      'store_unavailable',
      `The holder ${holder} has left the books of ${file.path}, or was never there.`,
      { hint: 'Open the board again.' },
    );

  return {
    add({ pid, processStart, bootId }) {
      const nowMs = books.nowMs();
      forget.run(nowMs - LEFT_KEPT_MS);
      return insert.get(pid, processStart, bootId, nowMs, nowMs + LEASE_MS) as number;
    },
    touch(holder) {
      if (prolong.run(books.nowMs() + LEASE_MS, holder).changes === 0) throw unknown(holder);
    },
    appliedSeq(holder) {
      const row = seq.get(holder) as [number, HolderState] | undefined;
      if (row === undefined) throw unknown(holder);
      return { seq: row[0], hasLeft: row[1] === 'left' };
    },
    applied: (holder, number) => void apply.run(number, holder),
    findLost(number) {
      const nowMs = books.nowMs();
      const lost: LostHolder[] = [];
      for (const row of books.ask(() => active.all(number)) as ActiveRow[]) {
        const [holder, pid, processStart, bootId, expiresAtMs] = row;
        if (isGone({ pid, processStart, bootId }, self)) lost.push({ holder, state: 'dead' });
        else if (expiresAtMs <= nowMs) lost.push({ holder, state: 'silent' });
      }
      return lost;
    },
    lose: ({ holder, state }) => lose.run(state, holder, state, books.nowMs()).changes > 0,
    leave: (holder) => leave.run(books.nowMs(), holder).changes > 0,
  };
}
