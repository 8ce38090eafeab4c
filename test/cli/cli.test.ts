/** The command line as it is installed: help, version, and what it says to whoever mistypes. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { CLI, PROJECT, runCli, scratchFolder, startNode } from './process.ts';

const HELPED = [
  ...['demo', 'inspect', 'status', 'costs', 'budgets', 'ledger verify', 'paths', 'diagram'],
];
const COMMANDS_HINT =
  'The commands are demo, inspect, status, costs, budgets, ledger, paths, diagram';

const cwd = scratchFolder();
const cli = (...args: string[]) => runCli(args, { cwd });

test('the program that npm links begins with the line that makes it one', () => {
  expect(readFileSync(CLI, 'utf8').split('\n', 1)).toEqual(['#!/usr/bin/env node']);
});

test.each([[[]], [['--help']], [['-h']], [['help']]])('%j shows the help', async (args) => {
  const { code, stdout, stderr } = await cli(...args);
  expect(stdout).toMatch(/fuseboard <command>[^]*Examples[^]*Exit codes/);
  for (const command of HELPED) {
    expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  }
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test.each([[['demo', '--help']], [['help', 'demo']], [['demo', '--seconds', '5', '-h']]])(
  '%j shows the help of the command',
  async (args) => {
    const { code, stdout, stderr } = await cli(...args);
    for (const flag of ['--seconds N', '--seed N', '--rate N', '--db FILE', '--fresh', '--json']) {
      expect(stdout).toContain(flag);
    }
    expect(stdout).toMatch(/Examples[^]*Exit codes/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  },
);

test.each(['--version', '-v'])('%s prints the version of the package', async (flag) => {
  const manifest = readFileSync(join(PROJECT, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  expect(await cli(flag)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('help comes without loading any package', async () => {
  const copy = scratchFolder();
  cpSync(dirname(CLI), copy, { recursive: true });
  writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
  const help = async (...args: string[]) => {
    const all = ['cli.js', ...args, '--help'];
    const { code, stdout, stderr } = await startNode(all, { cwd: copy }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  expect(await help()).toContain('fuseboard <command>');
  expect(await help('costs')).toContain('fuseboard costs [flags]');
  expect(await help('budgets')).toContain('fuseboard budgets [flags]');
  expect(await help('status')).toContain('fuseboard status [flags]');
  expect(await help('inspect')).toContain('fuseboard inspect [flags]');
  expect(await help('ledger')).toContain('fuseboard ledger verify [flags]');
  expect(await help('ledger', 'verify')).toContain('fuseboard ledger verify [flags]');
});

describe('what is wrong with a call is said in one line, with a hint, and exit code 2', () => {
  test.each([
    [['dmo'], "there is no command 'dmo'", COMMANDS_HINT],
    [['--bogus'], "there is no flag '--bogus'", COMMANDS_HINT],
    [['demo', '--sed', '3'], 'demo has no flag --sed', '--seconds, --seed, --rate, --db'],
    [['demo', '-s'], 'demo has no flag -s', '--seconds, --seed, --rate, --db'],
    [['demo', 'now'], "demo takes no argument, got 'now'", 'Its flags are'],
    [['demo', '--seconds', '3'], "from 4 to 3600, got '3'", 'For example --seconds 20.'],
    [['demo', '--seconds'], 'from 4 to 3600, got nothing', 'For example --seconds 20.'],
    [['demo', '--seconds='], "from 4 to 3600, got ''", 'For example --seconds 20.'],
    [['demo', '--seconds', 'NaN'], "from 4 to 3600, got 'NaN'", 'For example --seconds 20.'],
    [['demo', '--seed', '-5'], "an integer from 0 to 9007199254740991, got '-5'", '--seed 20'],
    [['demo', '--seed', '1.5'], "an integer from 0 to 9007199254740991, got '1.5'", '--seed 20'],
    [['demo', '--rate', '1e9'], "from 10 to 500, got '1e9'", 'For example --rate 20.'],
    [['demo', '--db', ' '], '--db needs a value', 'For example --db FILE.'],
    [['demo', '--json=yes'], "--json takes no value, got 'yes'", 'Give --json alone.'],
    [['demo', '--constructor'], 'demo has no flag --constructor', 'Its flags are'],
    [['costs', '--sort'], 'costs has no flag --sort', '--store, --by, --since, --format, --json'],
    [['costs', 'today'], "costs takes no argument, got 'today'", 'Its flags are'],
    [['costs', '--by', 'day'], "provider or tag:NAME, got 'day'", 'For example --by tag:tenant.'],
    [['costs', '--by', 'tag:'], "provider or tag:NAME, got 'tag:'", '--by tag:tenant'],
    [['costs', '--since', '1w'], "instant with its zone, got '1w'", '--since 24h, --since 7d'],
    [['costs', '--since', '2026-02-30'], "got '2026-02-30'", '--since 2026-11-01'],
    [['costs', '--format', 'xml'], "one of table, csv, json, got 'xml'", '--format table'],
    [['costs', '--format'], 'one of table, csv, json, got nothing', '--format table'],
    [['costs', '--json', '--format', 'csv'], '--json and --format csv', 'Give one of the two.'],
    [['costs', '--store', 'board.db'], "sqlite:PATH, got 'board.db'", 'sqlite:fuseboard.db'],
    [['costs', '--store', 'memory:'], "sqlite:PATH, got 'memory:'", 'sqlite:fuseboard.db'],
    [['budgets', '--by', 'model'], 'budgets has no flag --by', '--store, --format, --json'],
    [['budgets', '--store', 'sqlite: '], "sqlite:PATH, got 'sqlite:'", 'sqlite:fuseboard.db'],
    [['ledger'], 'ledger must be told what to do, got nothing', 'fuseboard ledger verify'],
    [['ledger', 'fix'], "ledger must be told what to do, got 'fix'", 'fuseboard ledger verify'],
    [['ledger', 'verify', '--csv'], 'ledger verify has no flag --csv', '--store, --json'],
  ])('%j', async (args, problem, hint) => {
    const { code, stdout, stderr } = await cli(...args);
    const lines = stderr.split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^fuseboard: /);
    expect(lines[0]).toContain(problem);
    expect(lines[1]).toMatch(/^hint: /);
    expect(lines[1]).toContain(hint);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
