/** `fuseboard ledger verify` as its users run it: right books, wrong books, and who is told. */
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import { usd, type LedgerVerdict } from '../../index.ts';
import { openBooksToRead } from '../../persistence/open-books.ts';
import { systemClock } from '../../services/clock.ts';
import { runLedger } from '../../visualizations/commands/ledger-command.ts';
import { callOnce, openIn, STORE } from './books.ts';
import { CLI, runCli, scratchFolder, startNode } from './process.ts';

async function booksIn(cwd: string): Promise<void> {
  await using board = await openIn(cwd, {
    budgets: [{ id: 'all', limit: usd(1), period: 'total' }],
  });
  for (let call = 0; call < 4; call++) await callOnce(board, 'o3');
}

function tamper(cwd: string, sql: string): void {
  const file = new Database(join(cwd, STORE));
  file.exec(sql);
  file.close();
}

const verify = (cwd: string, ...args: string[]) => runCli(['ledger', 'verify', ...args], { cwd });

test('books that are right: exit code 0', async () => {
  const cwd = scratchFolder();
  await booksIn(cwd);
  expect(await verify(cwd)).toMatchObject({
    code: 0,
    stdout:
      'The books of sqlite:fuseboard.db are right: 4 rows of the ledger bear out every hour, and' +
      ' every total of 1 account.\n',
    stderr: '',
  });
  const { code, stdout } = await verify(cwd, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    store: 'sqlite:fuseboard.db',
    isRight: true,
    rowCount: 4,
    accountCount: 1,
    mismatches: [],
  });
});

test('books that are wrong: exit code 3, and every total that is wrong by name', async () => {
  const cwd = scratchFolder();
  await booksIn(cwd);
  tamper(cwd, `DELETE FROM ledger WHERE number = 2; UPDATE accounts SET held_nano_usd = 5`);
  const { code, stdout, stderr } = await verify(cwd);
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
  expect(stdout).toMatch(
    /^The books of sqlite:fuseboard\.db are wrong: 3 totals not borne out by the 3 rows of the /,
  );
  expect(stdout).toMatch(/\n settled on 'all' in 'total' +\$0\.0072 +\$0\.0054\n/);
  expect(stdout).toMatch(/\n held on 'all' in 'total' +\$0\.000000005 +\$0\.00\n/);
  expect(stdout).toMatch(/\n cost in the hour \S+ under the labels 1 +\$0\.0072 +\$0\.0054\n/);

  const told = await verify(cwd, '--json');
  expect(told.code).toBe(3);
  const verdict = JSON.parse(told.stdout) as LedgerVerdict & { isRight: boolean };
  expect(verdict).toMatchObject({ isRight: false, rowCount: 3 });
  expect(verdict.mismatches).toContainEqual({
    what: "settled on 'all' in 'total'",
    storedNanoUsd: 7_200_000,
    recomputedNanoUsd: 5_400_000,
  });
});

test('a verdict stands, also when its reader has seen enough', async () => {
  const cwd = scratchFolder();
  await booksIn(cwd);
  tamper(cwd, 'DELETE FROM ledger');
  const script = `
    import { spawn } from 'node:child_process';
    const child = spawn(process.execPath, [${JSON.stringify(CLI)}, 'ledger', 'verify']);
    child.stdout.destroy();
    child.stderr.pipe(process.stderr);
    child.on('close', (code) => console.log('ended with', code));
  `;
  const { stdout, stderr } = await startNode(['--input-type=module', '-e', script], { cwd }).ended;
  expect({ stdout, stderr }).toEqual({ stdout: 'ended with 3\n', stderr: '' });
});

test('names in the books run nothing', async () => {
  const cwd = scratchFolder();
  await booksIn(cwd);
  tamper(cwd, `UPDATE accounts SET value = 'a' || char(27) || '[2J', settled_nano_usd = 1`);
  const { code, stdout } = await verify(cwd);
  expect(code).toBe(3);
  expect(stdout).toContain(`settled on 'all' of 'a\\u001b[2J' in 'total'`);
  expect(stdout).not.toContain('\u001b');
});

test('a terminal is told what is being done, and has its line back afterwards', async () => {
  const cwd = scratchFolder();
  await booksIn(cwd);
  const store = `sqlite:${join(cwd, STORE)}`;
  const shown = async (isTTY: boolean): Promise<string> => {
    let text = '';
    const output = (write: (part: string) => void) => ({ write, isTTY, on() {}, off() {} });
    const stdout = output(() => {});
    const stderr = output((part) => void (text += part));
    const openBooks = (name: string) => Promise.resolve(openBooksToRead(name, systemClock));
    const command = { io: { stdout, stderr }, openBooks, nowMs: () => 0 };
    expect(await runLedger(['verify', '--store', store], command)).toBe(0);
    return text;
  };
  expect(await shown(true)).toMatch(/^reading the whole ledger of sqlite:.*\r\u001b\[2K$/);
  expect(await shown(false)).toBe('');
});
