/**
 * What each board has drawn of a budget and neither spent nor given back: told from the outside,
 * since whatever changes in the books while they do what a board asks is that board's doing.
 *
 * A bill above its reservation takes from what the board drew for its other calls. Nobody can tell
 * beforehand, and other boards go on with what is theirs: such a board owes its running calls that
 * much, until it has drawn it anew, as it must before it lets another call run.
 */
interface Purse {
  drawnNanoUsd: number;
  owedNanoUsd: number;
}

/** What a board asked for has done to its purse. */
export interface Movement {
  /** Drawn, less what was settled and given back. */
  readonly drawnNanoUsd: number;
  /** Billed above what was reserved. */
  readonly aboveNanoUsd: number;
  /** Booked as overspent: a bill that took from nobody. */
  readonly overspentNanoUsd: number;
}

export class Purses {
  readonly #purses = new Map<string, Purse>();

  move(board: string, { drawnNanoUsd, aboveNanoUsd, overspentNanoUsd }: Movement): void {
    const purse = this.#of(board);
    purse.drawnNanoUsd += drawnNanoUsd;
    purse.owedNanoUsd = Math.max(0, purse.owedNanoUsd + aboveNanoUsd - overspentNanoUsd);
  }

  /**
   * What is wrong when a call of a board begins, with what calls of every board may cost: its own
   * board's purse must hold it all, and any other's all but what that board owes.
   */
  wrongAt(beginner: string, claims: ReadonlyMap<string, number>): string[] {
    this.#of(beginner).owedNanoUsd = 0;
    return [...claims].flatMap(([board, claimedNanoUsd]) => {
      const { drawnNanoUsd, owedNanoUsd } = this.#of(board);
      if (claimedNanoUsd <= drawnNanoUsd + owedNanoUsd) return [];
      return [`calls of ${board} may cost ${claimedNanoUsd}, and it drew ${drawnNanoUsd}`];
    });
  }

  #of(board: string): Purse {
    const purse = this.#purses.get(board) ?? { drawnNanoUsd: 0, owedNanoUsd: 0 };
    this.#purses.set(board, purse);
    return purse;
  }
}
