/** The demo as its users run it: real processes, real HTTP, a real database. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import { openBoard } from '../../index.ts';
import { LANES, PACED, SCARCE } from '../../visualizations/demo/lanes.ts';
import type { Position } from '../../visualizations/demo/position.ts';
import type { Summary } from '../../visualizations/demo/summary.ts';
import {
  CLI,
  PROJECT,
  runCli,
  scratchFolder,
  startCli,
  startNode,
  type Ended,
} from '../cli/process.ts';
import { DATABASE, interruptedBefore, POSITION, startOf } from './runs.ts';

const NAMES = LANES.map(({ name }) => name);
/** A breaker that never moved is not in the database. */
const CLOSED = Object.fromEntries(NAMES.map((name) => [name, 'closed']));

const positionIn = (cwd: string): Position =>
  JSON.parse(readFileSync(join(cwd, POSITION), 'utf8')) as Position;

/** Trips a breaker of the database; the wall-clock instant of its first probe. */
async function openFor(name: string, recoveryTimeoutMs: number, cwd: string): Promise<number> {
  await using board = await openBoard({ store: `sqlite:${join(cwd, DATABASE)}` });
  const breaker = board.breaker(name, { failureThreshold: 1, recoveryTimeoutMs });
  await breaker.tryCall(() => Promise.reject(new Error('down')));
  return breaker.snapshot().probeAtMs ?? NaN;
}

/** The breakers' states as the database holds them, by somebody who moves none of them. */
function statesIn(cwd: string): Record<string, string> {
  const database = new Database(join(cwd, DATABASE), { readonly: true });
  const rows = database.prepare('SELECT name, state FROM breaker_states').all();
  database.close();
  const states = rows as { name: string; state: string }[];
  return Object.fromEntries(states.map(({ name, state }) => [name, state.replace(/\..*/, '')]));
}

describe.concurrent('fuseboard demo', () => {
  test('without a terminal tells its story in plain lines and exits 0', async ({ expect }) => {
    const cwd = scratchFolder();
    const { code, stdout, stderr } = await runCli(['demo', '--seconds', '6', '--seed', '7'], {
      cwd,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('\u001b');
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(' a new run of 6.0 s, seed 7');
    expect(lines[1]).toBe(' it may spend $0.32 (run 1), of it $0.0516 (run 1 o3)');
    expect(lines[2]).toBe(
      ' openai, perplexity and lightrag are simulated on this machine: no real money is spent',
    );
    const phases = lines.flatMap((line) => / s {2}upstream +(.+)$/.exec(line)?.[1] ?? []);
    expect(phases).toEqual(['healthy', 'slow', 'outage', 'rate limit', 'recovery']);
    expect(stdout).toMatch(/ closed → open: .*probe in \d\.\d s\n/);
    expect(stdout).toMatch(/ open → half_open: time for a probe\n/);
    expect(stdout).toMatch(/ half_open → closed: the probe succeeded\n/);
    // One a second, also while the last calls end, which may take two.
    expect(lines.filter((line) => line.includes('  calls ')).length).toBeLessThanOrEqual(8);
    expect(stdout).toMatch(/Summary: 6\.0 s, seed 7\n\n breaker +calls +ok +failed/);
    for (const name of NAMES) expect(stdout).toMatch(new RegExp(`\n ${name} +\\d+ +\\d+`));
    expect(stdout).toMatch(/\n provider +is +requests +cost\n openai +simulated +\d+ +\$0\.\d+\n/);
    expect(stdout).toMatch(/calls \d+: .* refused; \$0\.\d+ spent\n/);
    expect(stdout).toMatch(/\n budget +limit +spent +% +forfeited +left +level\n run 1 +\$0\.32 /);
    expect(stdout).toMatch(/\n run 1 o3 +\$0\.\d+ +\$0\.\d+ /);
    expect(stdout).toMatch(/Calls that succeeded were expected to cost \$0\.\d+, each before/);
    expect(stdout).toMatch(/\n {3}fuseboard costs --store sqlite:\.fuseboard\/demo\.db --by pr/);
    expect(stdout).toMatch(
      /The states are in \.fuseboard\/demo\.db; the next start begins a new run/,
    );
    expect(positionIn(cwd)).toMatchObject({ isComplete: true, elapsedMs: 6_000, pid: null });
  });

  test('--json writes one summary that adds up, and the rest to stderr', async ({ expect }) => {
    const cwd = scratchFolder();
    const args = ['demo', '--json', '--seconds', '4', '--seed', '7', '--db', 'run.db'];
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect(code).toBe(0);
    expect(stderr).toMatch(/upstream +recovery/);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary).toMatchObject({
      seed: 7,
      durationMs: 4_000,
      fromMs: 0,
      toMs: 4_000,
      isComplete: true,
      database: 'run.db',
    });
    expect(summary.breakers.map(({ name }) => name)).toEqual(NAMES);
    let [ok, sent, unanswered, refused] = [0, 0, 0, 0];
    for (const each of summary.breakers) {
      const made = each.ok + each.failed + each.rateLimited + each.other;
      expect(each.calls).toBe(made + each.refused);
      expect(Object.values(each.refusedBy).reduce((sum, n) => sum + n, 0)).toBe(each.refused);
      ok += each.ok;
      sent += made;
      unanswered += each.failed + each.other;
      refused += each.refused;
    }
    // Providers saw what the breakers let through; of calls that timed out perhaps nothing.
    const requests = summary.providers.reduce((sum, each) => sum + each.requests, 0);
    expect(requests).toBeLessThanOrEqual(sent);
    expect(requests).toBeGreaterThanOrEqual(sent - unanswered);
    expect(summary.providers.map(({ provider, isReal }) => [provider, isReal])).toEqual([
      ['openai', false],
      ['perplexity', false],
      ['lightrag', false],
    ]);
    const costs = summary.providers.map(({ costNanoUsd }) => costNanoUsd);
    expect(Math.min(...costs)).toBeGreaterThan(0);
    expect(costs.reduce((sum, each) => sum + each, 0)).toBe(summary.money.budgets[0]?.spentNanoUsd);
    expect(summary.saved.requests).toBe(refused);
    expect(ok).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    expect(summary.saved.waitingMs).toBeGreaterThan(0);
    const trips = summary.changes.filter(
      ({ from, to, why }) =>
        /closed|limited/.test(from) && to === 'open' && why !== 'its budget is spent',
    );
    expect(trips.length).toBeGreaterThan(0);
    expect(summary.breakers.reduce((sum, each) => sum + each.trips, 0)).toBe(trips.length);
  });

  test('killed in its outage it goes on from there, breakers as they were', async ({ expect }) => {
    const cwd = interruptedBefore('outage');
    // Open for longer than the busiest machine takes to start two processes.
    const probeAtMs = await openFor(SCARCE, 60_000, cwd);
    const first = startCli(['demo'], { cwd });
    await first.seen(/resuming at \d\.\d s of 20\.0 s, seed 7; openai o3 is still open for \d/);
    // A trip is on disk at the end of its turn; what is shown later shows that it has ended.
    await first.seen(/upstream +outage[^]*gpt-4o-mini +closed → open[^]*calls /);
    first.signal('SIGKILL');
    expect(await first.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    const { elapsedMs, isComplete } = positionIn(cwd);
    expect(isComplete).toBe(false);
    expect(elapsedMs).toBeGreaterThanOrEqual(startOf('outage'));
    const left = statesIn(cwd);
    expect(left).toHaveProperty(PACED);

    const startedAtMs = Date.now();
    const second = startCli(['demo'], { cwd });
    const where = (elapsedMs / 1000).toFixed(1);
    const [told] = await second.seen(/resuming at [^]*?upstream/);
    expect(told).toContain(`resuming at ${where} s of 20.0 s, seed 7; `);
    for (const [name, state] of Object.entries(left)) {
      if (state === 'closed') expect(told).not.toContain(name);
      else expect(told).toContain(`${name} is still ${state}`);
    }
    const wait = Number(/openai o3 is still open for (\d+\.\d) s/.exec(told)?.[1]) * 1000;
    expect(wait).toBeGreaterThanOrEqual(probeAtMs - Date.now() - 100);
    expect(wait).toBeLessThanOrEqual(probeAtMs - startedAtMs + 100);
    second.signal('SIGINT');
    const { code, stdout, stderr } = await second.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Summary: stopped at .* of 20\.0 s, resumed at /);
    expect(stdout).toMatch(/the next start goes on from here, --fresh\s+starts over/);
    // What it said last is what the database holds.
    const said = Object.fromEntries(
      NAMES.map((each) => [each, new RegExp(`\n ${each} .* (\\w+)\n`).exec(stdout)?.[1]]),
    );
    expect({ ...CLOSED, ...statesIn(cwd) }).toEqual(said);
    expect(positionIn(cwd)).toMatchObject({ isComplete: false, pid: null });
  });

  test('a second Ctrl-C does not wait for the calls in flight: 130', async ({ expect }) => {
    const cwd = interruptedBefore('slow');
    const run = startCli(['demo'], { cwd });
    await run.seen(/upstream +slow/);
    const other = await runCli(['demo'], { cwd });
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toBe(
      `fuseboard: process ${run.pid} is running the demo on .fuseboard/demo.db\n` +
        'hint: Wait for it to end, or name another database with --db.\n',
    );
    run.signal('SIGINT');
    await run.seen(/stopping once the calls in flight have ended; Ctrl-C again quits at once/);
    run.signal('SIGINT');
    expect(await run.ended).toMatchObject({ code: 130, signal: null });
    expect(positionIn(cwd).isComplete).toBe(false);
  });

  test('a new run closes what an earlier one left open, and says so', async ({ expect }) => {
    const cwd = interruptedBefore('outage');
    {
      await using board = await openBoard({ store: `sqlite:${join(cwd, DATABASE)}` });
      board.breaker(PACED).forceOpen('left so by an earlier run');
    }
    const run = startCli(['demo', '--fresh', '--seed', '8', '--seconds', '20'], { cwd });
    await run.seen(
      /a new run of 20\.0 s, seed 8; from an earlier run openai gpt-4o-mini was still open: r/,
    );
    run.signal('SIGTERM');
    expect((await run.ended).code).toBe(0);
    expect(statesIn(cwd)).toMatchObject({ [PACED]: 'closed' });
  });

  test('a reader that has seen enough is no failure', async ({ expect }) => {
    const script = `
      import { spawn } from 'node:child_process';
      const child = spawn(process.execPath, [${JSON.stringify(CLI)}, 'demo']);
      child.stdout.once('data', () => child.stdout.destroy());
      child.stderr.pipe(process.stderr);
      child.on('close', (code) => console.log('ended with', code));
    `;
    const cwd = scratchFolder();
    const { stdout, stderr } = await startNode(['--input-type=module', '-e', script], { cwd })
      .ended;
    expect({ stdout, stderr }).toEqual({ stdout: 'ended with 0\n', stderr: '' });
  });
});

describe('what keeps the demo from running is said in a line and a hint, exit code 1', () => {
  const problem = ({ code, stdout, stderr }: Ended): string => {
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^fuseboard: [^\n]+\nhint: [^\n]+\n$/);
    return stderr;
  };

  test('a file that is no database', async () => {
    const cwd = scratchFolder();
    writeFileSync(join(cwd, 'notes.db'), 'buy milk, and then some more of it\n');
    const ended = await runCli(['demo', '--db', 'notes.db'], { cwd });
    expect(problem(ended)).toContain('notes.db is not a SQLite database');
    expect(readFileSync(join(cwd, 'notes.db'), 'utf8')).toMatch(/^buy milk/);
  });

  test('a folder that is not there, and one that is a file', async () => {
    const cwd = scratchFolder();
    expect(problem(await runCli(['demo', '--db', 'no/run.db'], { cwd }))).toContain(
      'does not exist',
    );
    writeFileSync(join(cwd, '.fuseboard'), '');
    expect(problem(await runCli(['demo'], { cwd }))).toContain(
      'the folder .fuseboard cannot be made',
    );
  });

  test('a damaged position, which --fresh replaces', async () => {
    const cwd = interruptedBefore('outage');
    writeFileSync(join(cwd, POSITION), '{"version":1');
    expect(problem(await runCli(['demo'], { cwd }))).toContain('Start over with --fresh');
    const run = startCli(['demo', '--fresh'], { cwd });
    await run.seen(/day after day, each in 60\.0 s, seed 4711/);
    run.signal('SIGINT');
    expect((await run.ended).code).toBe(0);
  });
});

test('it runs on what the package depends on, without any SDK', async () => {
  const cwd = scratchFolder();
  cpSync(dirname(CLI), join(cwd, 'dist'), { recursive: true });
  const manifest = readFileSync(join(PROJECT, 'package.json'), 'utf8');
  writeFileSync(join(cwd, 'package.json'), manifest);
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) {
    const link = join(cwd, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules', name), link, 'junction');
  }
  const { code, stdout, stderr } = await startNode(['dist/cli.js', 'demo', '--seconds', '4'], {
    cwd,
  }).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/Summary: 4\.0 s/);
});
