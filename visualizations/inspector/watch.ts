/**
 * What is known of a board while somebody watches it: listens to facts and to actors from its
 * beginning to its end, and to nothing before or after. Time goes on in ticks: what happens
 * between two of them is told with the second.
 */
import { randomBytes } from 'node:crypto';

import type { FactBody } from '../../services/facts.ts';
import type { BoardInside } from './board-inside.ts';
import { BreakerRows } from './breaker-rows.ts';
import { Summary } from './board-summary.ts';
import { createMoneyFeed, type MoneyFeed } from './money-feed.ts';
import { Spend } from './spend.ts';
import { Tapes } from './tapes.ts';
import { callKindOf, columnAt, Traffic } from './traffic.ts';
import { TransitionHits } from './transition-hits.ts';

export interface WatchOptions extends BoardInside {
  readonly title: string;
  readonly isOperable: boolean;
}

export class Watch {
  /** Ticks of one watch mean nothing to another. */
  readonly session = randomBytes(8).toString('hex');
  readonly inside: BoardInside;
  readonly rows: BreakerRows;
  readonly tapes: Tapes;
  readonly hits = new TransitionHits();
  readonly summary: Summary;
  readonly money: MoneyFeed;
  /** The last one. */
  tick = 0;
  /** The tick in which hits last changed. */
  hitsTick = 0;
  readonly #spend: Spend;
  readonly #traffic: Traffic;
  readonly #detachFacts: () => void;
  readonly #detachActors: () => void;
  #isEnded = false;

  constructor(options: WatchOptions) {
    const { board, runtime } = options;
    const { clock } = runtime;
    this.inside = options;
    this.#traffic = new Traffic(columnAt(clock.monotonicMs()));
    this.#spend = new Spend(options, (name) => this.rows.touchSpending(name));
    this.rows = new BreakerRows({
      ...options,
      spend: this.#spend,
      onGone: (name) => this.#forget(name),
    });
    this.tapes = new Tapes({
      clock,
      nextTick: () => this.tick + 1,
      onTaken: (name, id) => {
        this.hits.add(name, id);
        this.hitsTick = this.tick + 1;
      },
      onEvent: (name) => this.rows.touch(name),
    });
    this.summary = new Summary({ ...options, spend: this.#spend, traffic: this.#traffic });
    this.money = createMoneyFeed({ board, clock });
    this.#detachFacts = options.tapFacts((fact) => this.#hear(fact));
    const actors = board.inspectActors((event) => this.tapes.hear(event));
    this.#detachActors = () => actors.unsubscribe();
  }

  /** Makes the rows of all breakers, a slice in each turn, then calls back. */
  begin(onReady: () => void): void {
    if (this.#isEnded) return;
    this.advance();
    if (this.rows.isBehind) this.inside.runtime.clock.defer(() => this.begin(onReady));
    else onReady();
  }

  /** One tick. */
  advance(): void {
    this.tick++;
    this.rows.advance(this.tick);
    // After what was heard has been added: the books that are asked now know of it.
    void this.#spend.advance();
    this.#traffic.settle(columnAt(this.inside.runtime.clock.monotonicMs()));
    this.summary.advance(this.tick);
  }

  end(): void {
    this.#isEnded = true;
    this.#detachFacts();
    this.#detachActors();
  }

  /** In the turn of the call that the fact is about. */
  #hear(fact: FactBody): void {
    const kind = callKindOf(fact);
    if (kind !== null) this.#traffic.count(kind);
    this.rows.hear(fact, kind);
    this.summary.hear(fact);
    this.money.hear(fact);
  }

  #forget(name: string): void {
    this.#spend.letGo(name);
    this.tapes.forget(name);
    this.hits.forget(name);
  }
}
