/**
 * A bill above its reservation takes what its board drew for its other calls. Other boards go on
 * with what is theirs; the one that was billed draws anew before it lets another call run.
 */
import type { Scheduler } from 'fast-check';
import { expect, it } from 'vitest';

import { memoryBooks } from '../../persistence/memory-money.ts';
import { usd, type NanoUsd } from '../../services/cost/money.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { Auditor } from './auditor.ts';
import { Member, type Fate } from './member.ts';

/** After so long everything that was settled is booked. */
const BOOKED_MS = 50;

const COSTS = {
  budgets: [{ id: 'total', limit: 100_000 as NanoUsd, period: 'total' as const }],
  prices: {
    overrides: [{ model: 'unit', inputPerMillion: usd(0), outputPerMillion: usd('0.001') }],
  },
  tokenizer: false as const,
};

/** Two boards on shared books. The store answers at once, the upstream when it is told to. */
async function openTwo() {
  const clock = new VirtualClock();
  const books = memoryBooks(clock);
  const auditor = new Auditor(books.engine());
  const answers: (() => void)[] = [];
  const schedule = (given: Promise<void>, label = ''): Promise<void> =>
    label.includes('upstream') ? new Promise((resolve) => answers.push(resolve)) : given;
  const scheduler = { schedule } as unknown as Scheduler;
  const open = (name: string): Promise<Member> =>
    Member.open({
      ...{ name, clock, books, auditor, costs: COSTS, breaker: {}, isObserved: false },
      scheduler: () => scheduler,
    });
  const members = [await open('one'), await open('two')] as const;
  const call = async (member: Member, fate: Fate, worstNanoUsd: number) => {
    const place = answers.length;
    member.call({ fate, worstNanoUsd, tenant: 'a', isPlain: true });
    await clock.settle();
    return async (): Promise<void> => {
      answers[place]?.();
      await clock.advanceAsync(BOOKED_MS);
    };
  };
  const total = () => auditor.accounts.find(({ key }) => key.budget === 'total');
  const close = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.close()));
    await clock.settle();
  };
  return { one: members[0], two: members[1], auditor, call, total, close };
}

it('another board’s call runs on its own money while one is billed above', async () => {
  const { one, two, auditor, call, total, close } = await openTwo();
  const endRunning = await call(one, 'exact', 10_000);
  const endDear = await call(one, 'above', 20_000);
  await endDear();
  expect(total()).toMatchObject({ settledNanoUsd: 30_000, heldNanoUsd: 0, overspentNanoUsd: 0 });
  const endOther = await call(two, 'exact', 70_000);
  expect(total()).toMatchObject({ heldNanoUsd: 70_000 });
  await endOther();
  await endRunning();
  expect(total()).toMatchObject({ settledNanoUsd: 110_000, overspentNanoUsd: 10_000 });
  await close();
  expect(auditor.verdict()).toEqual([]);
});

it('a board billed above draws what it owes before another call of it runs', async () => {
  const { one, auditor, call, total, close } = await openTwo();
  const endRunning = await call(one, 'exact', 10_000);
  const endDear = await call(one, 'above', 20_000);
  await endDear();
  const endNext = await call(one, 'exact', 5_000);
  expect(total()).toMatchObject({ settledNanoUsd: 30_000, heldNanoUsd: 15_000 });
  await endNext();
  await endRunning();
  expect(total()).toMatchObject({ settledNanoUsd: 45_000, overspentNanoUsd: 0 });
  await close();
  expect(auditor.verdict()).toEqual([]);
});

it('a board that owes its calls money, and lets another run without it, is found out', async () => {
  const { one, auditor, call } = await openTwo();
  await call(one, 'exact', 10_000);
  const endDear = await call(one, 'above', 20_000);
  await endDear();
  auditor.reached({ board: 'one', worstNanoUsd: 1, bills: new Set() });
  expect(auditor.problems).toEqual(['calls of one may cost 10001, and it drew 0']);
});

it('a board that runs a call on the money of another is found out', async () => {
  const { one, auditor, call, total } = await openTwo();
  const end = await call(one, 'below', 30_000);
  await end();
  expect(total()).toMatchObject({ settledNanoUsd: 10_000, heldNanoUsd: 20_000 });
  auditor.reached({ board: 'two', worstNanoUsd: 1, bills: new Set() });
  expect(auditor.problems).toEqual(['calls of two may cost 1, and it drew 0']);
});
