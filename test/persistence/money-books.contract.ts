/** What all holders share: limits, news, costs from outside, the record, reports and proof. */
import { describe, expect, it } from 'vitest';

import type { LedgerLabels } from '../../persistence/ledger-batch.ts';
import type { MoneyChanges } from '../../persistence/money-store.ts';
import { budget, entry, HOUR_MS, item, join, keyOf, labels, outside } from './money-holder.ts';
import type { Fresh } from './money-holder.ts';

const BUDGETS = [budget('daily', 1_000)];
const NOTHING: MoneyChanges = { accounts: [], limits: [], forfeits: [] };
/** A full hour. */
const START_MS = 472_222 * HOUR_MS;

export function describeBooks(fresh: () => Fresh): void {
  describe('limits', () => {
    it('tells every limit in force to whoever joins', async () => {
      const { doors } = fresh();
      await join(doors, [budget('a', 1), budget('b', 0)]);
      const { limits } = (await join(doors, [budget('c', 3)])).joined;
      expect(limits.toSorted((a, b) => (a.budget < b.budget ? -1 : 1))).toEqual([
        { budget: 'a', limitNanoUsd: 1 },
        { budget: 'b', limitNanoUsd: 0 },
        { budget: 'c', limitNanoUsd: 3 },
      ]);
    });

    it('sets a limit for every holder at once, with an entry of who did it', async () => {
      const { doors } = fresh();
      const here = await join(doors, BUDGETS);
      const there = await join(doors, BUDGETS);
      const why = entry({ reason: 'a big day', details: { from: 1_000, to: 1_500 } });
      const changes = await here.door.setLimit('daily', 1_500, why);
      expect(changes.limits).toEqual([{ budget: 'daily', limitNanoUsd: 1_500 }]);
      expect(await there.draw('daily', 1_500)).toBe(1_500);
      expect((await there.door.changes()).limits).toEqual(changes.limits);
      expect((await there.door.changes()).limits).toEqual([]);
      expect((await here.door.changes()).limits).toEqual([]);
      expect(await there.door.auditLog(1)).toEqual([why]);
    });

    it('draws nothing under a limit lowered below what is committed, and settles that', async () => {
      const { doors } = fresh();
      const holder = await join(doors, BUDGETS);
      await holder.draw('daily', 600);
      await holder.door.setLimit('daily', 100, entry());
      expect(await holder.draw('daily', 1)).toBeNull();
      expect(await holder.draw('daily', 0, 50)).toBe(0);
      const { account } = await holder.account('daily');
      const answer = await holder.commit({ rows: [{ accounts: [account], costNanoUsd: 600 }] });
      expect(answer.overspent).toEqual([]);
      expect(answer.accounts).toMatchObject([{ limitNanoUsd: 100, settledNanoUsd: 600 }]);
      await holder.door.setLimit('daily', 610, entry());
      expect(await holder.draw('daily', 1, 50)).toBe(10);
    });

    it('leaves a limit set at run time when the same definition comes again', async () => {
      const { doors } = fresh();
      const first = await join(doors, BUDGETS);
      await first.door.setLimit('daily', 5, entry());
      const second = await join(doors, BUDGETS);
      expect(second.joined.limits).toEqual([{ budget: 'daily', limitNanoUsd: 5 }]);
    });

    it('replaces it when another definition comes, and tells the others', async () => {
      const { doors } = fresh();
      const first = await join(doors, BUDGETS);
      await first.door.setLimit('daily', 5, entry());
      const second = await join(doors, [budget('daily', 2_000)]);
      expect(second.joined.limits).toEqual([{ budget: 'daily', limitNanoUsd: 2_000 }]);
      expect((await first.door.changes()).limits).toEqual(second.joined.limits);
      await first.door.setLimit('daily', 7, entry());
      const third = await join(doors, BUDGETS);
      expect(third.joined.limits).toEqual([{ budget: 'daily', limitNanoUsd: 1_000 }]);
    });

    it.each([
      ['below nothing', 'daily', -1],
      ['that is no number', 'daily', Number.NaN],
      ['beyond 2^53', 'daily', 2 ** 53],
      ['of a budget that nobody has defined', 'dialy', 5],
      ['of a meter', '@calls', 5],
    ])('refuses a limit %s, and keeps no entry of it', async (_, id, limit) => {
      const holder = await join(fresh().doors, BUDGETS);
      const set = async () => holder.door.setLimit(id, limit, entry());
      await expect(set()).rejects.toMatchObject({ code: 'invalid_argument' });
      expect(await holder.door.auditLog(10)).toEqual([]);
      expect(await holder.draw('daily', 1, 2_000)).toBe(1_000);
    });

    it.each([-1, Number.NaN, 0.5, 2 ** 53])('refuses a definition of %d', async (limit) => {
      const { doors } = fresh();
      const joining = join(doors, [budget('good', 1), budget('bad', limit)]);
      await expect(joining).rejects.toMatchObject({ code: 'invalid_argument' });
      expect((await join(doors)).joined.limits).toEqual([]);
    });
  });

  describe('news', () => {
    it('has none when nobody did anything, nor of what the holder did itself', async () => {
      const holder = await join(fresh().doors, BUDGETS);
      expect(await holder.door.changes()).toEqual(NOTHING);
      const { account } = await holder.account('daily');
      await holder.draw('daily', 10);
      await holder.commit({ rows: [{ accounts: [account], costNanoUsd: 5 }] });
      expect(await holder.door.changes()).toEqual(NOTHING);
      await holder.door.setLimit('daily', 10, entry());
      expect(await holder.door.changes()).toEqual(NOTHING);
    });

    it('tells of accounts the holder draws from, as others left them, once', async () => {
      const { doors } = fresh();
      const here = await join(doors, BUDGETS);
      const there = await join(doors, BUDGETS);
      const { account } = await here.account('daily');
      await there.draw('daily', 10, 30);
      await there.commit({ rows: [{ accounts: [account], costNanoUsd: 5 }] });
      expect((await here.door.changes()).accounts).toMatchObject([
        { account, settledNanoUsd: 5, heldNanoUsd: 25 },
      ]);
      expect(await here.door.changes()).toEqual(NOTHING);
    });

    it('tells of what others did before and after the holder did something', async () => {
      const { doors } = fresh();
      const here = await join(doors, BUDGETS);
      const there = await join(doors, BUDGETS);
      const { account } = await here.account('daily');
      await there.draw('daily', 10);
      await here.draw('daily', 10);
      await there.draw('daily', 10);
      expect((await here.door.changes()).accounts).toMatchObject([{ account, heldNanoUsd: 30 }]);
    });
  });

  describe('costs from outside', () => {
    it('are settled on their accounts, which are opened if need be', async () => {
      const { doors } = fresh();
      const holder = await join(doors, BUDGETS);
      const keys = [keyOf('daily'), keyOf('@calls')];
      const answer = await holder.door.bookOutside([outside('a', 400, keys)]);
      expect(answer.isNew).toEqual([true]);
      expect(answer.accounts).toMatchObject([
        { settledNanoUsd: 400, heldNanoUsd: 0, limitNanoUsd: 1_000 },
        { settledNanoUsd: 400, heldNanoUsd: 0, limitNanoUsd: null },
      ]);
      expect(await holder.draw('daily', 601)).toBeNull();
      expect(await holder.draw('daily', 600)).toBe(600);
    });

    it('are booked once, within one report and in a later one', async () => {
      const { doors } = fresh();
      const here = await join(doors, BUDGETS);
      const there = await join(doors, BUDGETS);
      const cost = (id: string) => outside(id, 10, [keyOf('daily')]);
      const first = await here.door.bookOutside([cost('a'), cost('b'), cost('a')]);
      expect(first.isNew).toEqual([true, true, false]);
      const second = await there.door.bookOutside([cost('c'), cost('b'), cost('a')]);
      expect(second.isNew).toEqual([true, false, false]);
      expect((await here.account('daily')).settledNanoUsd).toBe(30);
    });

    it('may pass the limit, after which nothing is drawn', async () => {
      const holder = await join(fresh().doors, BUDGETS);
      await holder.door.bookOutside([outside('a', 1_200, [keyOf('daily')])]);
      expect((await holder.account('daily')).settledNanoUsd).toBe(1_200);
      expect(await holder.draw('daily', 1)).toBeNull();
    });

    it('leave what holders hold', async () => {
      const holder = await join(fresh().doors, BUDGETS);
      await holder.draw('daily', 100);
      await holder.door.bookOutside([outside('a', 950, [keyOf('daily')])]);
      const { account, heldNanoUsd } = await holder.account('daily');
      expect(heldNanoUsd).toBe(100);
      const answer = await holder.commit({ rows: [{ accounts: [account], costNanoUsd: 100 }] });
      expect(answer.overspent).toEqual([]);
    });

    it('are told to others who watch the account', async () => {
      const { doors } = fresh();
      const here = await join(doors, BUDGETS);
      const there = await join(doors, BUDGETS);
      const { account } = await here.account('daily');
      await there.door.bookOutside([outside('a', 7, [keyOf('daily')])]);
      expect((await here.door.changes()).accounts).toMatchObject([{ account, settledNanoUsd: 7 }]);
      expect(await there.door.changes()).toEqual(NOTHING);
    });

    it('charge nobody when a bill names them, and stand beside what is booked', async () => {
      const holder = await join(fresh().doors, BUDGETS);
      const bill = { ...outside('bill', 90, [keyOf('daily')]), kind: 'billed' as const };
      const { isNew } = await holder.door.bookOutside([outside('a', 80, [keyOf('daily')]), bill]);
      expect(isNew).toEqual([true, true]);
      expect((await holder.door.bookOutside([bill])).isNew).toEqual([false]);
      expect((await holder.account('daily')).settledNanoUsd).toBe(80);
      const { total } = await holder.door.report({ by: 'none', sinceMs: null });
      expect(total).toMatchObject({ costNanoUsd: 80, outsideNanoUsd: 80, billedNanoUsd: 90 });
    });

    it('count in the hour of their own time', async () => {
      const holder = await join(fresh().doors, BUDGETS);
      const early = { ...outside('early', 3, []), atMs: START_MS - 1, inputTokens: 5 };
      const late = { ...outside('late', 4, []), atMs: START_MS, outputTokens: 6 };
      await holder.door.bookOutside([early, late]);
      const since = await holder.door.report({ by: 'none', sinceMs: START_MS });
      expect(since.total).toMatchObject({ costNanoUsd: 4, inputTokens: 0, outputTokens: 6 });
      const all = await holder.door.report({ by: 'none', sinceMs: null });
      expect(all.total).toMatchObject({ costNanoUsd: 7, inputTokens: 5, outputTokens: 6 });
    });

    it.each([-1, 0.5, Number.NaN])('of %d are refused, and their neighbours too', async (cost) => {
      const holder = await join(fresh().doors, BUDGETS);
      const good = outside('good', 5, [keyOf('daily')]);
      const book = async () => holder.door.bookOutside([good, outside('bad', cost, [])]);
      await expect(book()).rejects.toMatchObject({ code: 'invalid_argument' });
      expect((await holder.account('daily')).settledNanoUsd).toBe(0);
      expect((await holder.door.bookOutside([good])).isNew).toEqual([true]);
    });
  });

  describe('the record', () => {
    it('keeps audit entries as they were, oldest first, and answers the newest', async () => {
      const { doors } = fresh();
      const holder = await join(doors);
      const entries = Array.from({ length: 5 }, (_, place) =>
        entry({
          act: 'override.used',
          subject: `breaker "${place}"`,
          reason: 'Großkunde\n🔥',
          atMs: 1_000 - place,
          details: { costNanoUsd: place, isUrgent: true, note: null, text: "'; --" },
        }),
      );
      await holder.door.audit(entries.slice(0, 2));
      await holder.door.audit(entries.slice(2));
      expect(await holder.door.auditLog(100)).toEqual(entries);
      expect(await holder.door.auditLog(2)).toEqual(entries.slice(-2));
      expect(await holder.door.auditLog(0)).toEqual([]);
      const other = await join(doors);
      expect(await other.door.auditLog(1)).toEqual(entries.slice(-1));
    });

    it('refuses an entry of more than 4,096 characters of details', async () => {
      const holder = await join(fresh().doors, BUDGETS);
      const wordy = entry({ details: { text: 'x'.repeat(4_086) } });
      const tell = async () => holder.door.audit([entry(), wordy]);
      await expect(tell()).rejects.toMatchObject({ code: 'invalid_argument' });
      const set = async () => holder.door.setLimit('daily', 5, wordy);
      await expect(set()).rejects.toMatchObject({ code: 'invalid_argument' });
      expect(await holder.door.auditLog(10)).toEqual([]);
      await holder.door.audit([entry({ details: { text: 'x'.repeat(4_085) } })]);
      expect(await holder.door.auditLog(10)).toHaveLength(1);
    });

    it('keeps what estimators have learnt, the last of each key, for who joins next', async () => {
      const { doors } = fresh();
      const first = await join(doors);
      expect(first.joined.learnt).toEqual([]);
      await first.door.saveLearnt([
        { key: 'a', state: '{"n":1}' },
        { key: 'b', state: '{}' },
      ]);
      await first.door.saveLearnt([{ key: 'a', state: '{"n":2}' }]);
      const { learnt } = (await join(doors)).joined;
      expect(learnt.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual([
        { key: 'a', state: '{"n":2}' },
        { key: 'b', state: '{}' },
      ]);
    });

    it('lists accounts with their keys, all or those of periods that hold an instant', async () => {
      const holder = await join(fresh().doors, BUDGETS);
      const monday = keyOf('daily', { period: 'mon', startMs: 0, endMs: 100, value: 'x' });
      const tuesday = keyOf('daily', { period: 'tue', startMs: 100, endMs: 200, value: 'x' });
      const total = keyOf('@calls');
      for (const key of [monday, tuesday, total]) await holder.account(key);
      await holder.draw(tuesday, 5);
      const keysAt = async (atMs: number | null) =>
        (await holder.door.accounts(atMs))
          .toSorted((a, b) => a.account - b.account)
          .map(({ key }) => key);
      expect(await keysAt(null)).toEqual([monday, tuesday, total]);
      expect(await keysAt(99)).toEqual([monday, total]);
      expect(await keysAt(100)).toEqual([tuesday, total]);
      expect(await keysAt(200)).toEqual([total]);
      const listed = (await holder.door.accounts(150)).find(({ key }) => key.period === 'tue');
      expect(listed).toEqual({ ...(await holder.account(tuesday)), key: tuesday });
    });
  });

  describe('reports', () => {
    const mini = labels();
    const large = labels({ model: 'gpt-4o', operation: 'chat', tags: [['tenant', 'acme']] });
    const search = labels({
      breaker: 'perplexity',
      provider: null,
      model: null,
      tags: [
        ['tenant', 'zeta'],
        ['user', 'kim'],
      ],
    });
    const row = (given: LedgerLabels, costNanoUsd: number, reservedAtMs = START_MS) => ({
      accounts: [],
      labels: given,
      costNanoUsd,
      reservedAtMs,
      expectedNanoUsd: costNanoUsd + 1,
      inputTokens: 10,
      outputTokens: 2,
    });

    async function reported(freshly: Fresh) {
      const holder = await join(freshly.doors);
      await holder.commit({
        rows: [
          row(mini, 10),
          { ...row(mini, 20, START_MS + HOUR_MS - 1), outcome: 1 },
          { ...row(large, 100, START_MS + HOUR_MS), basis: 'assumed' },
          row(search, 7, START_MS + 2 * HOUR_MS),
        ],
        refused: [
          { labels: large, count: 3, expectedNanoUsd: 330, atMs: START_MS + HOUR_MS },
          { labels: labels({ model: 'o3' }), count: 1, expectedNanoUsd: 50, atMs: START_MS },
        ],
      });
      return holder;
    }

    it('adds up calls, costs, tokens and refusals', async () => {
      const { door } = await reported(fresh());
      const { rows, total } = await door.report({ by: 'none', sinceMs: null });
      expect(total).toEqual({
        group: null,
        callCount: 4,
        succeededCount: 3,
        costNanoUsd: 137,
        expectedNanoUsd: 141,
        assumedCount: 1,
        inputTokens: 40,
        outputTokens: 8,
        refusedCount: 4,
        refusedNanoUsd: 380,
        outsideNanoUsd: 0,
        billedNanoUsd: 0,
      });
      expect(rows).toEqual([total]);
    });

    it.each([
      ['model', { 'gpt-4o': 100, 'gpt-4o-mini': 30, null: 7, o3: 0 }],
      ['operation', { chat: 100, llm_call: 37 }],
      ['breaker', { openai: 130, perplexity: 7 }],
      ['provider', { openai: 130, null: 7 }],
      ['tag:tenant', { acme: 100, null: 30, zeta: 7 }],
      ['tag:user', { null: 130, kim: 7 }],
      ['tag:nobody', { null: 137 }],
    ] as const)('groups by %s, dearest first', async (by, costs) => {
      const { door } = await reported(fresh());
      const { rows, total } = await door.report({ by, sinceMs: null });
      expect(rows.map(({ group, costNanoUsd }) => [String(group), costNanoUsd])).toEqual(
        Object.entries(costs),
      );
      expect(rows.find(({ group }) => group === 'null')).toBeUndefined();
      expect(total.costNanoUsd).toBe(137);
    });

    it('begins at the full hour of the instant asked for', async () => {
      const { door } = await reported(fresh());
      const since = async (sinceMs: number) =>
        (await door.report({ by: 'none', sinceMs })).total.costNanoUsd;
      expect(await since(START_MS + HOUR_MS - 1)).toBe(137);
      expect(await since(START_MS + HOUR_MS)).toBe(107);
      expect(await since(START_MS + 2 * HOUR_MS + 5)).toBe(7);
      expect(await since(START_MS + 3 * HOUR_MS)).toBe(0);
    });

    it('keeps hours of equal calls apart', async () => {
      const { door, commit } = await join(fresh().doors);
      await commit({
        rows: [row(mini, 1, START_MS), row(mini, 20, START_MS - 1), row(mini, 300, START_MS)],
      });
      const { total } = await door.report({ by: 'none', sinceMs: START_MS });
      expect(total.costNanoUsd).toBe(301);
    });

    it('counts calls of all holders, and of those that have left', async () => {
      const { doors, clock } = fresh();
      const first = await reported({ doors, clock });
      const second = await reported({ doors, clock });
      await first.door.leave();
      const { rows } = await second.door.report({ by: 'model', sinceMs: null });
      expect(rows[0]).toMatchObject({ group: 'gpt-4o', callCount: 2, costNanoUsd: 200 });
    });

    it('has nothing to say at first', async () => {
      const { door } = await join(fresh().doors);
      const { rows, total } = await door.report({ by: 'model', sinceMs: null });
      expect(rows).toEqual([]);
      expect(total).toMatchObject({ callCount: 0, costNanoUsd: 0 });
    });

    it('agrees with the accounts that enforce the limit', async () => {
      const holder = await join(fresh().doors, BUDGETS);
      const { accounts } = await holder.door.draw([item('daily', 300)]);
      const account = accounts[0]?.account as number;
      for (let call = 1; call <= 20; call++) {
        await holder.commit({ rows: [{ accounts: [account], costNanoUsd: call }] });
      }
      const { total } = await holder.door.report({ by: 'none', sinceMs: null });
      expect(total.costNanoUsd).toBe((await holder.account('daily')).settledNanoUsd);
    });
  });

  describe('proof', () => {
    /** Three calls on yesterday's account, today's and a meter's. */
    async function kept(freshly: Fresh) {
      const holder = await join(freshly.doors, BUDGETS);
      const yesterday = keyOf('daily', { period: 'old', startMs: 0, endMs: START_MS });
      const today = keyOf('daily', { period: 'new', startMs: START_MS, endMs: null });
      const answer = await holder.door.draw([
        item(yesterday, 100),
        item(today, 100),
        item('@calls', 0),
      ]);
      const [old, current, meter] = answer.accounts.map(({ account }) => account) as [
        number,
        number,
        number,
      ];
      await holder.commit({
        rows: [
          { accounts: [old, meter], costNanoUsd: 11, reservedAtMs: START_MS - 2 },
          { accounts: [old, meter], costNanoUsd: 12, reservedAtMs: START_MS - 1 },
          { accounts: [current, meter], costNanoUsd: 13, reservedAtMs: START_MS },
        ],
        returns: [{ account: old, amountNanoUsd: 77 }],
      });
      await holder.door.bookOutside([
        { ...outside('a', 5, [today, keyOf('@calls')]), atMs: START_MS },
      ]);
      return { holder, yesterday, today, current, meter };
    }

    it('finds that the rows bear out every total', async () => {
      const { holder } = await kept(fresh());
      const { accountCount, mismatches } = await holder.door.verify();
      expect(mismatches).toEqual([]);
      expect(accountCount).toBe(3);
    });

    it('holds while holders die, wake, overspend and are corrected', async () => {
      const { clock, doors } = fresh();
      const here = await join(doors, BUDGETS);
      const there = await join(doors, BUDGETS);
      await there.draw('daily', 100);
      const { account } = await here.account('daily');
      clock.advance(30_001);
      await here.door.renew();
      await there.commit({ rows: [{ accounts: [account], costNanoUsd: 30 }] });
      await here.door.correctForfeit(keyOf('daily'), 70, entry());
      await there.commit({ rows: [{ accounts: [account], costNanoUsd: 30 }] });
      await there.door.leave();
      expect((await here.door.verify()).mismatches).toEqual([]);
    });

    it('holds after compaction, which removes old rows and periods and keeps totals', async () => {
      const { holder, today, meter } = await kept(fresh());
      const before = await holder.door.verify();
      const { rowCount } = await holder.door.compact(START_MS);
      expect(rowCount).toBe(2);
      const after = await holder.door.verify();
      expect(after.mismatches).toEqual([]);
      expect(before.rowCount - after.rowCount).toBe(2);
      const accounts = await holder.door.accounts(null);
      expect(accounts.map(({ key }) => key.period).toSorted()).toEqual(['new', 'total']);
      expect((await holder.account(today)).settledNanoUsd).toBe(18);
      expect(accounts.find(({ account }) => account === meter)?.settledNanoUsd).toBe(41);
      const { total } = await holder.door.report({ by: 'none', sinceMs: null });
      expect(total.costNanoUsd).toBe(41);
    });

    it('goes on charging after compaction', async () => {
      const { holder, current, meter } = await kept(fresh());
      await holder.door.compact(START_MS);
      await holder.commit({
        rows: [{ accounts: [current, meter], costNanoUsd: 9, reservedAtMs: START_MS }],
      });
      expect((await holder.door.verify()).mismatches).toEqual([]);
      const meters = (await holder.door.accounts(null)).find(({ account }) => account === meter);
      expect(meters?.settledNanoUsd).toBe(50);
    });

    it('never opens a period again whose books were closed', async () => {
      const { holder, yesterday } = await kept(fresh());
      await holder.door.compact(START_MS);
      const draw = async () => holder.door.draw([item(yesterday, 1)]);
      await expect(draw()).rejects.toMatchObject({ code: 'invalid_argument' });
      const late = outside('late', 5, [keyOf('daily'), yesterday]);
      const book = async () => holder.door.bookOutside([late]);
      await expect(book()).rejects.toMatchObject({ code: 'invalid_argument' });
      expect((await holder.door.verify()).mismatches).toEqual([]);
    });

    it('keeps the account of a period that ended while somebody holds money of it', async () => {
      const { holder, yesterday } = await kept(fresh());
      await holder.draw(yesterday, 40);
      await holder.door.compact(START_MS);
      const { account } = await holder.account(yesterday);
      const answer = await holder.commit({
        rows: [{ accounts: [account], costNanoUsd: 40, reservedAtMs: START_MS - 1 }],
      });
      expect(answer.accounts).toMatchObject([{ settledNanoUsd: 63, heldNanoUsd: 0 }]);
      expect((await holder.door.verify()).mismatches).toEqual([]);
    });

    it('books no id again whose row is gone', async () => {
      const { holder, today } = await kept(fresh());
      await holder.door.compact(START_MS + 1);
      const again = { ...outside('a', 5, [today]), atMs: START_MS };
      await Promise.resolve()
        .then(() => holder.door.bookOutside([again]))
        .then(({ isNew }) => expect(isNew).toEqual([false]))
        .catch((error: unknown) => expect(error).toMatchObject({ code: 'invalid_argument' }));
      expect((await holder.account(today)).settledNanoUsd).toBe(18);
    });

    it('has nothing to remove twice', async () => {
      const { holder } = await kept(fresh());
      await holder.door.compact(START_MS);
      expect(await holder.door.compact(START_MS)).toEqual({ rowCount: 0 });
    });
  });
}
