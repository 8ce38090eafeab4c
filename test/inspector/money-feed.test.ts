/** What the money view is told of a board that spends, on virtual time. */
import { describe, expect, it } from 'vitest';

import { usd } from '../../index.ts';
import type { MoneyFeed } from '../../visualizations/inspector/money-feed.ts';
import { createMoneyFeed } from '../../visualizations/inspector/money-feed.ts';
import type { BudgetView } from '../../visualizations/inspector/protocol.ts';
import { openVirtualBoard, QUICK } from '../board/open-boards.ts';
import {
  DAILY,
  dollars,
  MIDNIGHT_MS,
  NOON_MS,
  openMoney,
  type MoneyBoardOptions,
  type MoneyRig,
} from '../money/rig.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

interface WatchedRig extends MoneyRig {
  readonly feed: MoneyFeed;
  budget(id: string, value?: string): Promise<BudgetView>;
}

async function watched(
  options: MoneyBoardOptions,
  before: (rig: MoneyRig) => Promise<unknown> = () => Promise.resolve(),
): Promise<WatchedRig> {
  const rig = await openMoney(options);
  await before(rig);
  const feed = createMoneyFeed(rig);
  rig.board.facts$.subscribe((fact) => feed.hear(fact));
  return {
    ...rig,
    feed,
    async budget(id, value = '') {
      const { budgets } = await feed.update();
      return budgets.find(
        ({ summary }) => summary.budget === id && summary.value === value,
      ) as BudgetView;
    },
  };
}

const lineOf = ({ series }: BudgetView) =>
  series.map(({ atMs, spentNanoUsd }) => [(atMs - NOON_MS) / HOUR_MS, dollars(spentNanoUsd)]);

describe('a budget through its period', () => {
  it('shows the hours before anybody watched, and then every look', async () => {
    const rig = await watched({ budgets: [DAILY] }, async ({ outside, clock }) => {
      await outside(99, { atMs: MIDNIGHT_MS - 25 * HOUR_MS });
      await outside(6, { atMs: NOON_MS - 5.5 * HOUR_MS });
      await outside(2, { atMs: NOON_MS - 0.5 * HOUR_MS });
      await clock.advanceAsync(30 * MINUTE_MS);
    });
    expect(lineOf(await rig.budget('daily'))).toEqual([
      [-12, 0],
      [-6, 0],
      [-5, 6],
      [-1, 6],
      [0, 8],
      [0.5, 8],
    ]);
    await rig.spend(4);
    expect(lineOf(await rig.budget('daily')).at(-1)).toEqual([0.5, 12]);
  });

  it('never shows what another scope or another value spent', async () => {
    const budgets = [
      { ...DAILY, id: 'chat', scope: { breaker: 'chat' } },
      { ...DAILY, id: 'tenants', per: 'tag:tenant' as const },
    ];
    const acme = { tags: { tenant: 'acme' }, operation: 'llm_call' };
    const rig = await watched({ budgets }, async ({ outside }) => {
      await outside(5, { atMs: NOON_MS - 2 * HOUR_MS });
      await outside(7, { ...acme, atMs: NOON_MS - HOUR_MS });
    });
    const highest = async (id: string, value = '') =>
      (await rig.budget(id, value)).series.map(({ spentNanoUsd }) => dollars(spentNanoUsd));
    expect(new Set(await highest('chat'))).toEqual(new Set([0]));
    expect(await highest('tenants', 'acme')).toEqual([0, 0, 7, 7]);
    expect((await highest('tenants')).at(-1)).toBe(5);
  });

  it('begins anew with nothing when a period ends while somebody watches', async () => {
    const rig = await watched({ budgets: [DAILY] }, ({ spend }) => spend(5));
    await rig.feed.update();
    await rig.clock.advanceAsync(MIDNIGHT_MS - NOON_MS + MINUTE_MS);
    await rig.spend(3);
    const line = lineOf(await rig.budget('daily'));
    expect(line[0]).toEqual([12, 0]);
    expect(line.at(-1)?.[1]).toBe(3);
  });

  it('ends at what the summary says, however often one looks, in 200 points at most', async () => {
    const rig = await watched({ budgets: [{ ...DAILY, period: 'month' }] }, async ({ outside }) => {
      for (let hour = 1; hour < 200; hour++) {
        await outside(0.01, { atMs: NOON_MS - hour * HOUR_MS });
      }
    });
    for (let look = 0; look < 500; look++) {
      await rig.clock.advanceAsync(MINUTE_MS);
      if (look % 20 === 0) await rig.spend(0.01);
      await rig.feed.update();
    }
    const { series, summary } = await rig.budget('daily');
    expect(series.length).toBeLessThanOrEqual(200);
    expect(series.length).toBeGreaterThan(60);
    expect(series.at(-1)).toEqual({ atMs: rig.clock.nowMs(), spentNanoUsd: summary.spentNanoUsd });
    const spent = series.map(({ spentNanoUsd }) => spentNanoUsd);
    expect(spent).toEqual(spent.toSorted((a, b) => a - b));
    const times = series.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('keeps the most strained values where there are more than fifty', async () => {
    const rig = await watched({ budgets: [{ ...DAILY, per: 'tag:tenant' }] }, async (board) => {
      for (let tenant = 0; tenant < 60; tenant++) {
        await board.outside(tenant / 10, { tags: { tenant: `t${tenant}` } });
      }
    });
    const { budgets, omittedCount } = await rig.feed.update();
    expect(budgets).toHaveLength(50);
    expect(omittedCount).toBe(10);
    expect(budgets[0]?.summary.value).toBe('t59');
  });
});

describe('the rest of the view', () => {
  it('counts what rules announced, with the latest in words', async () => {
    const rig = await watched({
      budgets: [DAILY],
      rules: [
        { id: 'dear', type: 'operation_cost', threshold: usd(2), action: 'block', priority: 2 },
        { id: 'half', type: 'daily_percentage', threshold: 50, action: 'alert', cooldownMs: 1e9 },
      ],
    });
    for (const amount of [1, 3, 4]) await rig.spend(amount);
    await rig.outside(60);
    for (const amount of [1, 1]) await rig.spend(amount);
    const { rules, moments, savings } = await rig.feed.update();
    expect(rules).toMatchObject([
      { id: 'dear', thresholdText: '$2.00 a call', announcedCount: 2, lastAnnouncedAtMs: NOON_MS },
      { id: 'half', thresholdText: '50 % of the day', announcedCount: 1, budget: 'daily' },
    ]);
    expect(rules[0]?.lastText).toBe('$4.00 against $2.00, on "llm_call" of "api"');
    // A rule that fires with every call is one moment that goes on.
    expect(moments.map(({ type, count }) => [type, count])).toEqual([
      ['rule.fired', 1],
      ['rule.fired', 2],
    ]);
    expect(moments[0]?.text).toMatch(/^Rule "half" alerts: \$61.00 against \$50.00, on /);
    expect(savings).toMatchObject({ refusedCount: 2 });
    expect(dollars(savings.refusedNanoUsd)).toBe(7);
  });

  it('holds estimates against what was billed, by method', async () => {
    const rig = await watched({ budgets: [DAILY] });
    for (const bills of [1, 1.1, 0.5]) await rig.spend(1, { bills });
    const { calibration, savings } = await rig.feed.update();
    expect(calibration).toHaveLength(1);
    expect(calibration[0]).toMatchObject({ callCount: 3, withinFifthRatio: 2 / 3 });
    expect(dollars(calibration[0]?.actualNanoUsd ?? 0)).toBeCloseTo(2.6);
    expect(calibration[0]?.points.map(([, actual]) => dollars(actual))).toEqual([1, 1.1, 0.5]);
    expect(dollars(savings.releasedNanoUsd)).toBeCloseTo(0.5);
  });

  it('values what open breakers kept back at what such calls cost', async () => {
    const rig = await watched({ budgets: [DAILY], breaker: QUICK });
    await rig.spend(2);
    rig.breaker.forceOpen('drill');
    for (let call = 0; call < 3; call++) await rig.spend(2);
    const { savings } = await rig.feed.update();
    expect(savings.shieldedCount).toBe(3);
    expect(dollars(savings.shieldedNanoUsd)).toBe(6);
  });

  it('names the dearest of the last 24 hours', async () => {
    const rig = await watched({ budgets: [DAILY] }, async ({ outside, spend }) => {
      await outside(50, { atMs: NOON_MS - 26 * HOUR_MS });
      await spend(1);
      await outside(3, { operation: 'search', model: 'sonar' });
    });
    const { dearest, reportSinceMs } = await rig.feed.update();
    expect(reportSinceMs).toBe(NOON_MS - 24 * HOUR_MS);
    const rows = dearest.map(({ by, rows }) => [by, rows.map(({ group }) => group)]);
    expect(rows).toEqual([
      ['operation', ['search', 'llm_call']],
      ['model', ['sonar', 'unit']],
      ['breaker', ['', 'api']],
      ['provider', [null]],
    ]);
  });

  it('survives JSON as it is', async () => {
    const rig = await watched({ budgets: [DAILY] }, ({ spend }) => spend(3));
    const update = await rig.feed.update();
    expect(JSON.parse(JSON.stringify(update))).toEqual(update);
  });

  it('is empty on a board that counts no costs', async () => {
    const opened = await openVirtualBoard();
    const update = await createMoneyFeed(opened).update();
    expect(update).toMatchObject({ budgets: [], rules: [], dearest: [], problem: null });
  });
});

describe('a store that fails', () => {
  it('leaves the last figures, and says so until it answers', async () => {
    const rig = await openMoney({ budgets: [DAILY] });
    let isDown = false;
    let askedCount = 0;
    const board = {
      costs: rig.board.costs,
      budgets() {
        askedCount += 1;
        return isDown ? Promise.reject(new Error('the disk is gone')) : rig.board.budgets();
      },
    };
    const feed = createMoneyFeed({ board, clock: rig.clock });
    await rig.spend(5);
    await feed.update();
    isDown = true;
    await rig.clock.advanceAsync(MINUTE_MS);
    const [update, same] = await Promise.all([feed.update(), feed.update()]);
    expect(same).toBe(update);
    expect(askedCount).toBe(2);
    expect(update).toMatchObject({ problem: 'the disk is gone', booksAtMs: NOON_MS });
    expect(dollars(update.budgets[0]?.summary.spentNanoUsd ?? 0)).toBe(5);
    isDown = false;
    expect((await feed.update()).problem).toBeNull();
  });
});
