/** The money of the demo as its users see it: real processes, real HTTP, a real database. */
import { join } from 'node:path';

import { describe, test } from 'vitest';

import { openBoard, usd, type CostReport } from '../../index.ts';
import type { BudgetRecord } from '../../visualizations/commands/budget-records.ts';
import { SCARCE } from '../../visualizations/demo/lanes.ts';
import { runMoney } from '../../visualizations/demo/run-money.ts';
import type { Summary } from '../../visualizations/demo/summary.ts';
import { runCli, scratchFolder, startCli } from '../cli/process.ts';
import { DATABASE, interruptedBefore } from './runs.ts';

describe.concurrent('the money of fuseboard demo', () => {
  test('a budget that is spent opens its breaker, and an operator raises it', async ({
    expect,
  }) => {
    const cwd = interruptedBefore('healthy');
    const { options } = runMoney({
      run: 1,
      rate: 60,
      durationMs: 20_000,
      pace: 1,
      isEndless: false,
      real: [],
    });
    {
      await using board = await openBoard({ store: `sqlite:${join(cwd, DATABASE)}`, ...options });
      const operation = 'llm_call';
      const costNanoUsd = usd('0.13');
      board.ingest.next({ kind: 'cost', id: 'b', operation, breaker: SCARCE, costNanoUsd });
      expect(await board.budget('run 1 o3').summary()).toMatchObject({ level: 'exceeded' });
      expect(board.breaker(SCARCE).snapshot().state).toBe('open');
    }
    const run = startCli(['demo'], { cwd });
    await run.seen(/resuming at .*; openai o3 is still open\n/);
    await run.seen(/it has spent \$0\.13 of \$1\.05 \(run 1\), \$0\.13 of \$0\.13 \(run 1 o3/);
    await run.seen(/operator +raises run 1 o3 from \$0\.13 to \$0\.26\n/);
    await run.seen(/budget +run 1 o3 has room again: \$0\.13 of \$0\.26 spent\n/);
    await run.seen(/openai o3 +open → closed: its budget has room again\n/);
    run.signal('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      Number(/(\d+) were refused because\s+a\s+budget\s+was\s+spent/.exec(stdout)?.[1]),
    ).toBeGreaterThan(0);
    expect(stdout).toMatch(/\n run 1 o3 +\$0\.26 /);
  });

  test('an account out of credit holds its breaker, until an operator pays it', async ({
    expect,
  }) => {
    const cwd = interruptedBefore('rate_limit');
    const first = startCli(['demo'], { cwd });
    await first.seen(/perplexity sonar +closed → open: held by quota\n/);
    first.signal('SIGINT');
    expect((await first.ended).stdout).not.toContain('pays the account');
    const second = startCli(['demo'], { cwd });
    await second.seen(/resuming at .*perplexity sonar is still open, held by quota/);
    await second.seen(/operator +pays the account at perplexity\n/);
    await second.seen(/perplexity sonar +open → (closed|half_open): /);
    second.signal('SIGINT');
    expect(await second.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('its figures are those of the books, which are right', async ({ expect }) => {
    const cwd = scratchFolder();
    const store = ['--store', 'sqlite:run.db', '--json'];
    const args = ['demo', '--json', '--seconds', '4', '--rate', '150', '--db', 'run.db'];
    const { code, stdout } = await runCli(args, { cwd });
    expect(code).toBe(0);
    const { money, breakers } = JSON.parse(stdout) as Summary;
    const told = async <T>(...command: string[]): Promise<T> => {
      const ended = await runCli([...command, ...store], { cwd });
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      return JSON.parse(ended.stdout) as T;
    };
    const { budgets } = await told<{ budgets: BudgetRecord[] }>('budgets');
    expect(budgets.map(({ budget, limitNanoUsd }) => ({ budget, limitNanoUsd }))).toEqual(
      money.budgets.map(({ budget, limitNanoUsd }) => ({ budget, limitNanoUsd })),
    );
    const { rows, total } = await told<CostReport>('costs', '--by', 'breaker');
    // What was still in flight when the summary was made is booked afterwards.
    expect(total.costNanoUsd).toBe(budgets[0]?.spentNanoUsd);
    expect(money.budgets[0]?.spentNanoUsd).toBeLessThanOrEqual(total.costNanoUsd);
    expect(money.actualNanoUsd).toBeLessThanOrEqual(total.costNanoUsd);
    for (const { name, ok, refusedBy } of breakers) {
      const row = rows.find(({ group }) => group === name);
      expect(row?.succeededCount).toBe(ok);
      // Whoever answered said what was used.
      expect(row?.assumedCount).toBeLessThanOrEqual((row?.callCount ?? 0) - ok);
      const { throttled = 0, budget_exceeded: spent = 0 } = refusedBy;
      expect(row?.refusedCount).toBeLessThanOrEqual(throttled + spent);
      expect(row?.refusedCount).toBeGreaterThanOrEqual(throttled);
    }
    const off = money.actualNanoUsd / money.expectedNanoUsd - 1;
    // In so short a run fees for searches are still being learnt.
    expect(Math.abs(off)).toBeLessThan(0.75);
    expect(await told('ledger', 'verify')).toMatchObject({ isRight: true, mismatches: [] });
  });

  test('a new run has money of its own', async ({ expect }) => {
    const cwd = scratchFolder();
    for (const run of [1, 2]) {
      const demo = startCli(['demo', '--fresh', '--seconds', '20'], { cwd });
      await demo.seen(new RegExp(`may spend \\$1\\.05 \\(run ${run}\\), of it \\$0\\.13`));
      await demo.seen(/calls \d+: [^]*spent\n/);
      demo.signal('SIGINT');
      expect((await demo.ended).code).toBe(0);
    }
  });
});
