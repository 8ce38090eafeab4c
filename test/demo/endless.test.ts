/** The demo without an end: day after day, with a page to look at. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { statusesOfPage } from '../../visualizations/commands/status-of-page.ts';
import { positionPath, readPosition, writePosition } from '../../visualizations/demo/position.ts';
import { runCli, scratchFolder, startCli } from '../cli/process.ts';
import { DATABASE, POSITION } from './runs.ts';

/** A folder in which a day is about to end. */
function lateInTheDay(): string {
  const cwd = scratchFolder();
  mkdirSync(join(cwd, dirname(POSITION)));
  writePosition(join(cwd, POSITION), {
    ...{ version: 1, seed: 7, run: 3, durationMs: 60_000, elapsedMs: 58_500, atMs: 0, pid: null },
    ...{ isComplete: false, isEndless: true },
  });
  return cwd;
}

test('after a day comes another; Ctrl-C sums up and leaves right books', async () => {
  const cwd = lateInTheDay();
  const demo = startCli(['demo', '--port', '0'], { cwd });
  onTestFinished(() => demo.signal('SIGKILL'));
  await demo.seen(/resuming at 58\.5 s of 60\.0 s, seed 7; every breaker is closed/);
  const [, url = ''] = await demo.seen(/watch it in a browser: (http:\S+)#token=[\w-]{12}\n/);
  expect(await (await fetch(url)).text()).toContain('<script type="module" src="page.js">');
  await demo.seen(/another day begins, seed 8\n/);
  await demo.seen(/upstream +recovery[^]*upstream +healthy[^]*calls [1-9]/);
  // The page has lived through the night.
  const ending = new AbortController();
  for await (const { breakers, health } of statusesOfPage(url, ending.signal)) {
    expect(health).not.toBeNull();
    expect(breakers).toHaveLength(5);
    if (breakers.some(({ callsPerS }) => (callsPerS ?? 0) > 0)) break;
  }
  demo.signal('SIGINT');
  const { code, stdout, stderr } = await demo.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/Summary: stopped at \d\.\d s of 60\.0 s, seed 8\n/);
  expect(stdout).toMatch(/\n run 3 +the minute began +\$\d+\.\d+ +\$0\.\d+ /);
  expect(readPosition(positionPath(join(cwd, DATABASE)))).toMatchObject({
    ...{ seed: 8, run: 3, durationMs: 60_000, isComplete: false, isEndless: true, pid: null },
  });
  const verified = await runCli(['ledger', 'verify', '--store', `sqlite:${DATABASE}`], { cwd });
  expect(verified).toMatchObject({ code: 0, stderr: '' });
});

test('a port that is taken is said to be, and another one is used where none was named', async () => {
  const first = startCli(['demo', '--port', '0', '--db', 'a.db'], { cwd: scratchFolder() });
  onTestFinished(() => first.signal('SIGKILL'));
  const [, port = ''] = await first.seen(/http:\/\/127\.0\.0\.1:(\d+)\/#token/);
  const { code, stderr } = await runCli(['demo', '--port', port, '--db', 'b.db'], {
    cwd: scratchFolder(),
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    new RegExp(`^fuseboard: .*${port}.*\nhint: Name another port with --port`),
  );
});

test('--no-page serves none', async () => {
  const { code, stdout } = await runCli(['demo', '--seconds', '4', '--no-page'], {
    cwd: scratchFolder(),
  });
  expect(code).toBe(0);
  expect(stdout).not.toContain('http://');
});
