/** What each holder has drawn from each account, and has lost, in the file. Inside writes only. */
import type { Books } from './books.ts';

export interface Allowance {
  readonly heldNanoUsd: number;
  /** Lost when the lease ended; may still be settled against. */
  readonly forfeitedNanoUsd: number;
}

export interface StoredAllowances {
  of(holder: number, account: number): Allowance;
  hold(holder: number, account: number, amountNanoUsd: number): void;
  save(holder: number, account: number, allowance: Allowance): void;
  /** Everything that a holder holds. */
  held(holder: number): { readonly account: number; readonly amountNanoUsd: number }[];
  /** What a holder holds is lost from now on. */
  forfeitAll(holder: number): void;
  /** A holder gives back all it holds and keeps no claim. */
  releaseAll(holder: number): void;
  /**
   * Takes an amount out of what an account lost: first what nobody can claim any more, then from
   * lease after lease, oldest first; each of these loses its claim whole.
   */
  correct(account: number, amountNanoUsd: number): void;
}

const NONE: Allowance = Object.freeze({ heldNanoUsd: 0, forfeitedNanoUsd: 0 });

export function storedAllowances({ file }: Books): StoredAllowances {
  const select = file
    .prepare(
      `SELECT held_nano_usd, forfeited_nano_usd FROM allowances WHERE holder = ? AND account = ?`,
    )
    .raw();
  const draw = file.prepare(
    `INSERT INTO allowances (holder, account, held_nano_usd) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET held_nano_usd = held_nano_usd + excluded.held_nano_usd`,
  );
  const update = file.prepare(
    `UPDATE allowances SET held_nano_usd = ?, forfeited_nano_usd = ?
     WHERE holder = ? AND account = ?`,
  );
  const held = file
    .prepare('SELECT account, held_nano_usd FROM allowances WHERE holder = ? AND held_nano_usd > 0')
    .raw();
  const forfeit = file.prepare(
    `UPDATE allowances
     SET forfeited_nano_usd = forfeited_nano_usd + held_nano_usd, held_nano_usd = 0
     WHERE holder = ? AND held_nano_usd > 0`,
  );
  const release = file.prepare(
    `UPDATE allowances
     SET fenced_nano_usd = fenced_nano_usd + forfeited_nano_usd, forfeited_nano_usd = 0,
         held_nano_usd = 0
     WHERE holder = ?`,
  );
  const forget = file.prepare(
    `DELETE FROM allowances
     WHERE holder = ? AND held_nano_usd = 0 AND forfeited_nano_usd = 0 AND fenced_nano_usd = 0`,
  );
  const lost = file
    .prepare(
      `SELECT holder, forfeited_nano_usd, fenced_nano_usd FROM allowances
       WHERE account = ? AND (forfeited_nano_usd > 0 OR fenced_nano_usd > 0) ORDER BY holder`,
    )
    .raw();
  const fence = file.prepare(
    `UPDATE allowances SET forfeited_nano_usd = ?, fenced_nano_usd = ?
     WHERE holder = ? AND account = ?`,
  );

  return {
    of(holder, account) {
      const row = select.get(holder, account) as [number, number] | undefined;
      return row === undefined ? NONE : { heldNanoUsd: row[0], forfeitedNanoUsd: row[1] };
    },
    hold: (holder, account, amountNanoUsd) => void draw.run(holder, account, amountNanoUsd),
    save: (holder, account, { heldNanoUsd, forfeitedNanoUsd }) =>
      void update.run(heldNanoUsd, forfeitedNanoUsd, holder, account),
    held: (holder) =>
      (held.all(holder) as [number, number][]).map(([account, amountNanoUsd]) => ({
        account,
        amountNanoUsd,
      })),
    forfeitAll: (holder) => void forfeit.run(holder),
    releaseAll(holder) {
      release.run(holder);
      forget.run(holder);
    },
    correct(account, amountNanoUsd) {
      const leases = lost.all(account) as [number, number, number][];
      let rest = amountNanoUsd;
      const fenced = leases.map(([, , amount]) => {
        const taken = Math.min(rest, amount);
        rest -= taken;
        return amount - taken;
      });
      leases.forEach(([holder, forfeited], place) => {
        const taken = Math.min(rest, forfeited);
        rest -= taken;
        const left = taken === 0 ? forfeited : 0;
        const unclaimed = (fenced[place] ?? 0) + (taken === 0 ? 0 : forfeited - taken);
        fence.run(left, unclaimed, holder, account);
      });
    },
  };
}
