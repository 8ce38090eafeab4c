/** `fuseboard costs` as its users run it: real processes on the files that boards write. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';

import { usd, type Board, type CostReport } from '../../index.ts';
import { callOnce, openIn, STORE } from './books.ts';
import { CLI, runCli, scratchFolder, startNode } from './process.ts';

const cwd = scratchFolder();
let report: CostReport;
const costs = (...args: string[]) => runCli(['costs', ...args], { cwd });

const NASTY = '=cmd|"x",\u001b[31m\n';

beforeAll(async () => {
  await using board = await openIn(cwd, {
    budgets: [
      { id: 'lab', limit: usd('0.003'), period: 'total', scope: { tags: { team: 'lab' } } },
    ],
  });
  for (let call = 0; call < 3; call++) await callOnce(board, 'o3', { team: 'app' });
  for (let call = 0; call < 2; call++) await callOnce(board, 'o3', { team: 'lab' });
  await callOnce(board, 'mini', { team: NASTY });
  await callOnce(board, 'mini');
  board.ingest.next(outside('abroad', { costNanoUsd: usd('0.25') }));
  board.ingest.next(outside('invoice', { costNanoUsd: usd('0.3'), isBill: true }));
  report = await board.costs.report({ by: 'model' });
});

const outside = (id: string, fields: object) =>
  ({ kind: 'cost', id, operation: 'batch', model: 'sonar', ...fields }) as const;

/** A table's lines as cells, the notes below it left out. */
const cellsOf = (table: string): string[][] =>
  (table.split('\n\n', 1)[0] ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));

describe('fuseboard costs', () => {
  test('shows what was spent by model, dearest first, and the sum', async () => {
    const { code, stdout, stderr } = await costs();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [titles, ...rows] = cellsOf(stdout);
    expect(titles).toEqual([
      ...['model', 'calls', 'ok', 'cost', 'per success', 'expected', 'off'],
      ...['tokens in', 'out', 'refused', 'spared', 'from outside', 'billed'],
    ]);
    expect(rows.map(([model]) => model)).toEqual(['sonar', 'o3', 'mini', 'total']);
    expect(rows[1]?.slice(0, 5)).toEqual(['o3', '4', '4', '$0.0072', '$0.0018']);
    expect(rows[2]?.slice(0, 5)).toEqual(['mini', '2', '2', '$0.0012', '$0.0006']);
    expect(rows[0]).toEqual(expect.arrayContaining(['$0.25', '$0.30']));
    expect(rows[3]?.slice(0, 4)).toEqual(['total', '6', '6', '$0.2584']);
    expect(stdout).toContain('\n What refused calls spared is what they were expected to cost.\n');
  });

  test('as JSON says what the board says, in nano-dollars', async () => {
    const { code, stdout } = await costs('--json');
    expect(code).toBe(0);
    const told = JSON.parse(stdout) as Record<string, unknown>;
    expect(told).toMatchObject({ store: 'sqlite:fuseboard.db', by: 'model', since: null });
    expect(told).toMatchObject(report);
    expect(told).toMatchObject({ total: { costPerSuccessNanoUsd: 1_400_000 } });
    expect((await costs('--format', 'json')).stdout).toBe(stdout);
  });

  test('by a tag, and with the names of strangers, as comma-separated values', async () => {
    const { code, stdout, stderr } = await costs('--by', 'tag:team', '--format', 'csv');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toBe(
      'group,callCount,succeededCount,costNanoUsd,expectedNanoUsd,costPerSuccessNanoUsd,' +
        'assumedCount,inputTokens,outputTokens,refusedCount,refusedNanoUsd,outsideNanoUsd,' +
        'billedNanoUsd',
    );
    const of = (start: string): string[] =>
      lines.find((line) => line.startsWith(start))?.split(',') ?? [];
    expect(of('app,').slice(0, 4)).toEqual(['app', '3', '3', '5400000']);
    expect(of('lab,').slice(0, 4)).toEqual(['lab', '1', '1', '1800000']);
    expect(of('lab,')[9]).toBe('1');
    expect(of(',').slice(1, 4)).toEqual(['1', '1', '250600000']);
    expect(
      lines.filter((line) => line.startsWith(`"'=cmd|""x"",\\u001b[31m\\u000a",1,1,`)),
    ).toEqual([expect.anything()]);
  });

  test('in a table shows the names of strangers as they are, and runs none of them', async () => {
    const { stdout } = await costs('--by', 'tag:team');
    expect(stdout).toContain(' =cmd|"x",\\u001b[31m\\u000a ');
    expect(stdout).toMatch(/^ \(none\) /m);
    expect(stdout).not.toContain('\u001b');
  });

  test('since an hour, and since a day that is still to come', async () => {
    const { stdout } = await costs('--since', '1h');
    expect(cellsOf(stdout).at(-1)?.slice(0, 2)).toEqual(['total', '6']);
    expect(stdout).toMatch(/\n Since \d{4}-\d\d-\d\d \d\d:00 UTC, in full hours\.\n/);
    const later = await costs('--since', '2999-01-01');
    expect(later).toMatchObject({
      code: 0,
      stdout: 'Nothing is booked in sqlite:fuseboard.db since 2999-01-01 00:00 UTC.\n',
    });
    const none = JSON.parse((await costs('--since', '2999-01-01', '--json')).stdout) as CostReport;
    expect(none.rows).toEqual([]);
    const csv = (await costs('--since', '2999-01-01', '--format', 'csv')).stdout;
    expect(csv.split('\n')).toHaveLength(2);
  });

  test('does not colour or cut, whatever is asked of it', async () => {
    const env = { FORCE_COLOR: '1', COLUMNS: '40' };
    const { stdout } = await runCli(['costs'], { cwd, env });
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('…');
  });

  test('a reader that has seen enough is no failure', async () => {
    const script = `
      import { spawn } from 'node:child_process';
      const args = [${JSON.stringify(CLI)}, 'costs'];
      const child = spawn(process.execPath, args);
      child.stdout.destroy();
      child.stderr.pipe(process.stderr);
      child.on('close', (code) => console.log('ended with', code));
    `;
    const { stdout, stderr } = await startNode(['--input-type=module', '-e', script], { cwd })
      .ended;
    expect({ stdout, stderr }).toEqual({ stdout: 'ended with 0\n', stderr: '' });
  });
});

describe('a store that is only looked at', () => {
  test('stays as it is: not a byte is changed, and nothing is left beside it', async () => {
    const before = readFileSync(join(cwd, STORE));
    for (const command of [['costs'], ['budgets'], ['ledger', 'verify']]) {
      expect((await runCli(command, { cwd })).code).toBe(0);
    }
    expect(readFileSync(join(cwd, STORE)).equals(before)).toBe(true);
    expect(readdirSync(cwd)).toEqual([STORE]);
  });

  test('may be in use: what is settled is shown, and the board goes on', async () => {
    const folder = scratchFolder();
    await using board = await openIn(folder, {
      budgets: [{ id: 'all', limit: usd(1), period: 'total' }],
    });
    await callOnce(board, 'o3');
    await board.costs.report();
    const { stdout } = await runCli(['costs'], { cwd: folder });
    expect(cellsOf(stdout)[1]?.slice(0, 4)).toEqual(['o3', '1', '1', '$0.0018']);
    expect((await runCli(['ledger', 'verify'], { cwd: folder })).code).toBe(0);
    expect(await callOnce(board, 'o3')).toBe(true);
  });

  test('with nothing in it says so', async () => {
    const folder = scratchFolder();
    await (await openIn(folder, { prices: {} })).close();
    expect(await runCli(['costs'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: 'Nothing is booked in sqlite:fuseboard.db yet.\n',
      stderr: '',
    });
  });
});

describe('a store that cannot be read is said in a line and a hint, exit code 1', () => {
  test.each([[['costs']], [['budgets']], [['ledger', 'verify']]])('%j', async (command) => {
    const folder = scratchFolder();
    const problem = async (store: string): Promise<string> => {
      const args = [...command, '--store', `sqlite:${store}`];
      const { code, stdout, stderr } = await runCli(args, { cwd: folder });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^fuseboard: [^\n]+\nhint: [^\n]+\n$/);
      return stderr;
    };
    expect(await problem('missing.db')).toContain(`There is no file ${join(folder, 'missing.db')}`);
    expect(await problem('no/where.db')).toContain('There is no file');
    expect(readdirSync(folder)).toEqual([]);

    writeFileSync(join(folder, 'notes.db'), 'buy milk, and then some more of it\n'.repeat(200));
    expect(await problem('notes.db')).toContain('is not a SQLite database');
    writeFileSync(join(folder, 'empty.db'), '');
    expect(await problem('empty.db')).toContain('is empty: no board has used it yet');
    const theirs = new Database(join(folder, 'theirs.db'));
    theirs.exec('CREATE TABLE theirs (id)');
    theirs.close();
    expect(await problem('theirs.db')).toContain('a database of another application');
    expect(await problem('.')).toContain('is a directory');
  });

  test('also one of an earlier version, which a board would bring up to date', async () => {
    const folder = scratchFolder();
    const board: Board = await openIn(folder);
    await board.close();
    const file = new Database(join(folder, STORE));
    file.pragma('user_version = 1');
    file.close();
    const { code, stderr } = await runCli(['costs'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/an earlier version[^\n]+number 1,[^\n]+\nhint: Open a board of this/);
  });
});
