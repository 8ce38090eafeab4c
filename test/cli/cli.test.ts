/** The command line as it is installed: help, version, and what it says to whoever mistypes. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { CLI, PROJECT, runCli, scratchFolder, startNode } from './process.ts';

const cwd = scratchFolder();
const cli = (...args: string[]) => runCli(args, { cwd });

test('the program that npm links begins with the line that makes it one', () => {
  expect(readFileSync(CLI, 'utf8').split('\n', 1)).toEqual(['#!/usr/bin/env node']);
});

test.each([[[]], [['--help']], [['-h']], [['help']]])('%j shows the help', async (args) => {
  const { code, stdout, stderr } = await cli(...args);
  expect(stdout).toMatch(/fuseboard <command>[^]*demo[^]*paths[^]*Examples[^]*Exit codes/);
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
  const { code, stdout, stderr } = await startNode(['cli.js', '--help'], { cwd: copy }).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('fuseboard <command>');
});

describe('what is wrong with a call is said in one line, with a hint, and exit code 2', () => {
  test.each([
    [['dmo'], "there is no command 'dmo'", 'The commands are demo and paths'],
    [['--bogus'], "there is no flag '--bogus'", 'The commands are demo and paths'],
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
