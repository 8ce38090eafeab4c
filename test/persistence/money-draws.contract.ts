/** Drawing: admission is one act, whoever asks, and nothing is drawn that is not there. */
import { expect, it } from 'vitest';

import type { AccountState } from '../../persistence/money-store.ts';
import { budget, item, join, keyOf, type Fresh, type TestHolder } from './money-holder.ts';

const state = (more: Partial<AccountState>): AccountState => ({
  account: expect.any(Number) as number,
  limitNanoUsd: 100,
  settledNanoUsd: 0,
  forfeitedNanoUsd: 0,
  heldNanoUsd: 0,
  overspentNanoUsd: 0,
  ...more,
});

export function describeDraws(fresh: () => Fresh): void {
  it('draws what is wanted where there is room, and says what the account holds now', async () => {
    const holder = await join(fresh().doors, [budget('daily', 100)]);
    expect(await holder.door.draw([item('daily', 10, 40)])).toEqual({
      drawnNanoUsd: [40],
      shortOf: null,
      accounts: [state({ heldNanoUsd: 40 })],
    });
  });

  it('shrinks a draw from what is wanted to what is left', async () => {
    const holder = await join(fresh().doors, [budget('daily', 100)]);
    expect(await holder.draw('daily', 10, 70)).toBe(70);
    expect(await holder.draw('daily', 10, 70)).toBe(30);
    expect(await holder.draw('daily', 1, 70)).toBeNull();
  });

  it('spends the last nano-dollar and none beyond it', async () => {
    const holder = await join(fresh().doors, [budget('daily', 3)]);
    const answers = [];
    for (let call = 0; call < 5; call++) answers.push(await holder.draw('daily', 1));
    expect(answers).toEqual([1, 1, 1, null, null]);
  });

  it('gives nothing where less than the need is left, and says of what', async () => {
    const holder = await join(fresh().doors, [budget('daily', 100)]);
    expect(await holder.door.draw([item('daily', 101, 200)])).toEqual({
      drawnNanoUsd: null,
      shortOf: 0,
      accounts: [state({})],
    });
  });

  it('draws from all accounts or from none, and names the first that is short', async () => {
    const { doors } = fresh();
    const holder = await join(doors, [budget('wide', 100), budget('a', 5), budget('b', 5)]);
    const answer = await holder.door.draw([item('wide', 10, 50), item('a', 6), item('b', 6)]);
    expect(answer).toEqual({
      drawnNanoUsd: null,
      shortOf: 1,
      accounts: [state({}), state({ limitNanoUsd: 5 }), state({ limitNanoUsd: 5 })],
    });
    expect(await holder.draw('wide', 100)).toBe(100);
    expect(await holder.draw('a', 5)).toBe(5);
  });

  it('opens the accounts of a draw that got nothing: they have numbers from then on', async () => {
    const holder = await join(fresh().doors, [budget('daily', 1)]);
    const { accounts } = await holder.door.draw([item('daily', 2)]);
    expect(await holder.account('daily')).toEqual(accounts[0]);
    expect(await holder.door.accounts(null)).toHaveLength(1);
  });

  it('answers several items of one account as if they were one', async () => {
    const holder = await join(fresh().doors, [budget('daily', 100)]);
    const first = await holder.door.draw([item('daily', 10, 100), item('daily', 30)]);
    expect(first.drawnNanoUsd).toEqual([70, 30]);
    const second = await join(fresh().doors, [budget('daily', 100)]);
    const { shortOf } = await second.door.draw([item('daily', 60), item('daily', 60)]);
    expect(shortOf).toBe(1);
    expect((await second.account('daily')).heldNanoUsd).toBe(0);
  });

  it('refuses everything but what is free under a budget of zero', async () => {
    const holder = await join(fresh().doors, [budget('none', 0)]);
    expect(await holder.draw('none', 1)).toBeNull();
    expect(await holder.draw('none', 0, 1_000)).toBe(0);
    expect(await holder.draw('none', 0)).toBe(0);
  });

  it('lets what is free pass when nothing is left', async () => {
    const holder = await join(fresh().doors, [budget('daily', 10)]);
    await holder.draw('daily', 10);
    expect(await holder.draw('daily', 0, 5)).toBe(0);
  });

  it('admits exactly ten of two hundred calls where ten fit, over four holders', async () => {
    const { doors } = fresh();
    const budgets = [budget('daily', 1_009)];
    const holders: TestHolder[] = [];
    for (let count = 0; count < 4; count++) holders.push(await join(doors, budgets));
    const draws = Array.from({ length: 200 }, (_, call) =>
      (holders[call % 4] as TestHolder).draw('daily', 100),
    );
    const drawn = await Promise.all(draws);
    expect(drawn.filter((amount) => amount === 100)).toHaveLength(10);
    expect(drawn.filter((amount) => amount === null)).toHaveLength(190);
  });

  it('counts what others hold and have not spent', async () => {
    const { doors } = fresh();
    const first = await join(doors, [budget('daily', 5_000)]);
    const second = await join(doors, [budget('daily', 5_000)]);
    await first.draw('daily', 4_900);
    expect(await second.draw('daily', 135)).toBeNull();
    expect(await second.draw('daily', 100)).toBe(100);
  });

  it('gives eight first calls of a tag value nobody has seen one account between them', async () => {
    const { doors } = fresh();
    const holders: TestHolder[] = [];
    for (let count = 0; count < 8; count++) {
      holders.push(await join(doors, [budget('per-user', 30)]));
    }
    const key = keyOf('per-user', { value: 'new user' });
    const drawn = await Promise.all(holders.map((holder) => holder.draw(key, 10)));
    expect(drawn.filter((amount) => amount !== null)).toEqual([10, 10, 10]);
    expect(await holders[0]?.door.accounts(null)).toHaveLength(1);
  });

  it.each(['', ' ', 'A', 'a', 'a\u0000b', "'; --", '🔥'])(
    'keeps an account of its own for the tag value %j',
    async (value) => {
      const holder = await join(fresh().doors, [budget('per-user', 10)]);
      const others = ['other', 'a\u0000', 'A ', 'Ä'];
      for (const other of others) await holder.draw(keyOf('per-user', { value: other }), 10);
      expect(await holder.draw(keyOf('per-user', { value }), 10)).toBe(10);
      expect(await holder.draw(keyOf('per-user', { value }), 1)).toBeNull();
    },
  );

  it('starts every period empty and leaves the last one as it was', async () => {
    const holder = await join(fresh().doors, [budget('daily', 10)]);
    const monday = keyOf('daily', { period: 'day:UTC:2026-03-02', startMs: 0, endMs: 100 });
    const tuesday = keyOf('daily', { period: 'day:UTC:2026-03-03', startMs: 100, endMs: 200 });
    const { account } = await holder.account(monday);
    await holder.draw(monday, 10);
    await holder.commit({ rows: [{ accounts: [account], costNanoUsd: 10 }] });
    expect(await holder.draw(tuesday, 10)).toBe(10);
    expect(await holder.draw(monday, 1)).toBeNull();
    expect(await holder.account(monday)).toEqual(state({ limitNanoUsd: 10, settledNanoUsd: 10 }));
  });

  it('gives a meter whatever it asks for', async () => {
    const holder = await join(fresh().doors);
    const { drawnNanoUsd, accounts } = await holder.door.draw([item('@calls', 5, 1_000_000)]);
    expect(drawnNanoUsd).toEqual([1_000_000]);
    expect(accounts[0]?.limitNanoUsd).toBeNull();
  });

  it('limits a budget from when somebody defines it, not before', async () => {
    const { doors } = fresh();
    const first = await join(doors);
    const { account, limitNanoUsd } = await first.account('late');
    expect(limitNanoUsd).toBeNull();
    expect(await first.draw('late', 1_000)).toBe(1_000);
    await first.commit({ rows: [{ accounts: [account], costNanoUsd: 1_000 }] });
    const second = await join(doors, [budget('late', 1_500)]);
    expect((await second.account('late')).limitNanoUsd).toBe(1_500);
    expect(await second.draw('late', 501)).toBeNull();
    expect(await second.draw('late', 500)).toBe(500);
  });

  it.each([
    ['a negative need', item('daily', -1, 5)],
    ['a need that is no number', item('daily', Number.NaN, 5)],
    ['a need of half a nano-dollar', item('daily', 0.5, 5)],
    ['a want beyond 2^53', item('daily', 1, 2 ** 53)],
    ['an endless want', item('daily', 1, Infinity)],
    ['a want below the need', item('daily', 5, 4)],
  ])('refuses %s, and draws nothing for its neighbours', async (_, impossible) => {
    const holder = await join(fresh().doors, [budget('daily', 100)]);
    const draw = async () => holder.door.draw([item('daily', 10), impossible]);
    await expect(draw()).rejects.toMatchObject({ code: 'invalid_argument' });
    expect((await holder.account('daily')).heldNanoUsd).toBe(0);
  });

  it('draws nothing from no accounts', async () => {
    const holder = await join(fresh().doors);
    const nothing = { drawnNanoUsd: [], shortOf: null, accounts: [] };
    expect(await holder.door.draw([])).toEqual(nothing);
  });

  it('draws for nobody who has not joined', async () => {
    const door = fresh().doors.engine();
    const draw = async () => door.draw([item('daily', 1)]);
    await expect(draw()).rejects.toMatchObject({ name: 'FuseboardError' });
  });
}
