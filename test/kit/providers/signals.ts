/** Lets tests wait for what happens at a server, in place of sleeping. */

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
}

export class Signals {
  #arrivedCount = 0;
  #underWay = 0;
  #forArrival: Waiter[] = [];
  #forIdle: (() => void)[] = [];

  get underWay(): number {
    return this.#underWay;
  }

  /** So many requests have arrived in all. */
  arrived(count: number): void {
    if (count <= this.#arrivedCount) return;
    this.#arrivedCount = count;
    const due = this.#forArrival.filter((waiter) => waiter.count <= count);
    this.#forArrival = this.#forArrival.filter((waiter) => waiter.count > count);
    due.forEach(({ resolve }) => resolve());
  }

  begun(): void {
    this.#underWay += 1;
  }

  ended(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    const due = this.#forIdle;
    this.#forIdle = [];
    due.forEach((resolve) => resolve());
  }

  received(count: number): Promise<void> {
    if (count <= this.#arrivedCount) return Promise.resolve();
    return new Promise((resolve) => this.#forArrival.push({ count, resolve }));
  }

  idle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#forIdle.push(resolve));
  }
}
