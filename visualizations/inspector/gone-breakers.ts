/** Names of breakers that were there and are no longer, with the tick in which that was told. */

/** Names remembered after their breakers are gone; who missed more gets everything. */
const GONE_MAX = 10_000;

export class GoneBreakers {
  readonly #ticks = new Map<string, number>();
  /** Gone since the last tick. */
  readonly #leaving = new Set<string>();
  /** Who knows nothing newer has missed some that are forgotten. */
  #floorTick = -1;

  add(name: string): void {
    this.#leaving.add(name);
  }

  isBack(name: string): void {
    this.#leaving.delete(name);
    this.#ticks.delete(name);
  }

  /** Those that are newly gone get their tick; beyond the bound the oldest are forgotten. */
  tell(tick: number): void {
    for (const name of this.#leaving) this.#ticks.set(name, tick);
    this.#leaving.clear();
    for (const [name, at] of this.#ticks) {
      if (this.#ticks.size <= GONE_MAX) break;
      this.#ticks.delete(name);
      this.#floorTick = at;
    }
  }

  /** Who went after that tick; null for who has missed too much. */
  since(tick: number): readonly string[] | null {
    if (tick < this.#floorTick) return null;
    return [...this.#ticks].filter(([, at]) => at > tick).map(([name]) => name);
  }
}
