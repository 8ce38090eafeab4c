/** What every engine of money must do, whatever it is made of: sentence by sentence. */
import { describe } from 'vitest';

import { VirtualClock } from '../kit/virtual-clock.ts';
import { describeBooks } from './money-books.contract.ts';
import { describeCommits } from './money-commits.contract.ts';
import { describeDraws } from './money-draws.contract.ts';
import { describeHours } from './money-hours.contract.ts';
import { describeLeases } from './money-leases.contract.ts';
import type { Doors, Fresh } from './money-holder.ts';

/** Registers the suite; `open` makes new, empty books that go by the clock. */
export function moneyContract(title: string, open: (clock: VirtualClock) => Doors): void {
  const fresh = (): Fresh => {
    const clock = new VirtualClock();
    return { clock, doors: open(clock) };
  };
  describe(`money in ${title}`, () => {
    describe('draws', () => describeDraws(fresh));
    describe('settlements', () => describeCommits(fresh));
    describe('leases', () => describeLeases(fresh));
    describe('books', () => describeBooks(fresh));
    describe('hours', () => describeHours(fresh));
  });
}
