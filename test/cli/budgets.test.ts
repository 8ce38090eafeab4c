/** `fuseboard budgets` as its users run it, on files that boards write. */
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';

import { usd } from '../../index.ts';
import type { BudgetRecord } from '../../visualizations/commands/budget-records.ts';
import { callOnce, openIn, STORE } from './books.ts';
import { runCli, scratchFolder } from './process.ts';

const cwd = scratchFolder();
const budgets = (...args: string[]) => runCli(['budgets', ...args], { cwd });

/** Each call costs $0.0018, and $0.0026 at most. */
beforeAll(async () => {
  await using board = await openIn(cwd, {
    timeZone: 'Asia/Tokyo',
    budgets: [
      { id: 'all', limit: usd(1), period: 'total' },
      { id: 'daily', limit: usd(1), period: 'day', warnAt: 0.005 },
      { id: 'teams', limit: usd('0.0053'), period: 'month', per: 'tag:team', exhaustedBelow: 0.4 },
      { id: 'quiet', limit: usd(2), period: 'hour', per: 'tag:nobody', scope: { model: 'none' } },
    ],
  });
  for (const team of ['app', 'app', '@lab']) await callOnce(board, 'o3', { team });
  await board.budget('all').setLimit(usd('1.5'), { reason: 'more work', by: 'ops' });
});

async function records(): Promise<BudgetRecord[]> {
  const { code, stdout, stderr } = await budgets('--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const told = JSON.parse(stdout) as { store: string; budgets: BudgetRecord[] };
  expect(told.store).toBe('sqlite:fuseboard.db');
  return told.budgets;
}

describe('fuseboard budgets', () => {
  test('shows each budget with its limit in force, its spending and its next period', async () => {
    const { code, stdout, stderr } = await budgets();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [titles, ...rows] = stdout.trimEnd().split('\n');
    expect(titles?.trim().split(/ {2,}/)).toEqual([
      ...['budget', 'of', 'period', 'limit', 'spent', 'forfeited', 'reserved', 'left', '%'],
      ...['level', 'next period'],
    ]);
    const nextDay = '\\d{4}-\\d\\d-\\d\\d 15:00 UTC';
    const money = '\\$0\\.00 +\\$0\\.00';
    for (const row of [
      `all +total +\\$1\\.50 +\\$0\\.0054 +${money} +\\$1\\.4946 +0\\.4 +ok +never`,
      `daily +day:Asia/Tokyo:[\\d-]+ +\\$1\\.00 .* 0\\.5 +warned +${nextDay}`,
      `quiet +not begun +\\$2\\.00 +\\$0\\.00 +${money} +\\$2\\.00 +0\\.0 +ok`,
      `teams +app +month:Asia/Tokyo:[\\d-]+ +\\$0\\.0053 +\\$0\\.0036 .* 67\\.9 +exceeded +${nextDay}`,
      `teams +@lab +month:Asia/Tokyo:[\\d-]+ +\\$0\\.0053 +\\$0\\.0018 .* 34\\.0 +ok +${nextDay}`,
    ]) {
      expect(rows).toContainEqual(expect.stringMatching(new RegExp(`^ ${row}$`)));
    }
    expect(rows).toHaveLength(5);
  });

  test('as JSON has amounts in nano-dollars, instants in ISO 8601, and the board agrees', async () => {
    const told = await records();
    await using board = await openIn(cwd, {
      timeZone: 'Asia/Tokyo',
      budgets: [{ id: 'daily', limit: usd(1), period: 'day', warnAt: 0.005 }],
    });
    const { nextPeriodAtMs, periodKey, limitNanoUsd, spentNanoUsd, level } = await board
      .budget('daily')
      .summary();
    const daily = told.find(({ budget }) => budget === 'daily');
    expect(daily).toEqual({
      budget: 'daily',
      value: '',
      period: periodKey,
      limitNanoUsd,
      spentNanoUsd,
      forfeitedNanoUsd: 0,
      reservedNanoUsd: 0,
      overspentNanoUsd: 0,
      leftNanoUsd: limitNanoUsd - spentNanoUsd,
      spentPercent: 0.54,
      level,
      nextPeriodAt: new Date(nextPeriodAtMs ?? NaN).toISOString(),
    });
    expect(level).toBe('warned');
  });

  test('as comma-separated values has a line for each, names made harmless', async () => {
    const { stdout } = await budgets('--format', 'csv');
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toBe(
      'budget,value,period,limitNanoUsd,spentNanoUsd,forfeitedNanoUsd,reservedNanoUsd,' +
        'overspentNanoUsd,leftNanoUsd,spentPercent,level,nextPeriodAt',
    );
    expect(lines).toContain('all,,total,1500000000,5400000,0,0,0,1494600000,0.36,ok,');
    expect(lines).toContain('quiet,,,2000000000,0,0,0,0,2000000000,0,ok,');
    expect(lines).toContainEqual(
      expect.stringMatching(/^teams,'@lab,month:.*,5300000,1800000,0,0,0,3500000,33\.9623,ok,/),
    );
  });

  test('counts what a killed process held as forfeited, and so as spent', async () => {
    const folder = scratchFolder();
    const all = { id: 'all', limit: usd('0.01'), period: 'total' } as const;
    await (await openIn(folder, { budgets: [all] })).close();
    const file = new Database(join(folder, STORE));
    file.exec(`
      UPDATE accounts SET forfeited_nano_usd = 4000000, held_nano_usd = 1000000;
      UPDATE accounts SET overspent_nano_usd = 7;
    `);
    file.close();
    const { stdout } = await runCli(['budgets'], { cwd: folder });
    expect(stdout).toMatch(/ limit +spent +forfeited +reserved +overspent +left +% /);
    expect(stdout).toMatch(
      /\$0\.01 +\$0\.004 +\$0\.004 +\$0\.001 +\$0\.000000007 +\$0\.005 +40\.0 +ok +never\n/,
    );
  });

  test('says so where there is none', async () => {
    const folder = scratchFolder();
    await (await openIn(folder)).close();
    expect(await runCli(['budgets'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: 'No budget is defined in sqlite:fuseboard.db yet.\n',
    });
    const { stdout } = await runCli(['budgets', '--json'], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual({ store: 'sqlite:fuseboard.db', budgets: [] });
  });
});
