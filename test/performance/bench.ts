/**
 * `npm run bench`: builds the package and the cases into a scratch folder, runs every case in
 * processes of its own under plain Node, prints the results and writes RESULTS.md beside this file.
 *
 * `--processes 1` runs each case once instead of three times, which takes a quarter of an hour
 * instead of forty minutes. `--quick` takes a quarter of the time and writes nothing. Words that
 * are no flags choose cases by the beginning of their ids (`npm run bench -- closed`), and then
 * nothing is written either. With `--minutes 10` cases that look at a page look at it for so long.
 *
 * What is built is measured, not what tsx makes of the sources: tsx names functions at run time.
 * Processes of different cases take turns, so that a busy minute of the machine does not fall on
 * one case alone. How a race is timed is said in rounds.ts, what the figures mean in report.ts.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';

import { isRace, type Pace, type Reading } from './case.ts';
import { CASES } from './cases.ts';
import { markdown, readingLine, verdictLine } from './report.ts';
import type { Timing } from './rounds.ts';
import { judge, worstOf, type Verdict } from './verdict.ts';

const HERE = import.meta.dirname;
const PROJECT = resolve(HERE, '../..');
/** A case that takes longer holds its process alive with something it left behind. */
const CASE_MAX_MS = 300_000;
/** How long a page is looked at. */
const LOOK_MS = 20_000;
const run = promisify(execFile);

const { values: flags, positionals: wanted } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    processes: { type: 'string', default: '3' },
  },
  allowPositionals: true,
});
const lookMs = flags.minutes === undefined ? LOOK_MS : Number(flags.minutes) * 60_000;
if (!(lookMs > 0)) throw new Error(`--minutes takes a number above 0, not ${flags.minutes}`);
const isQuick = flags.quick || flags.minutes !== undefined;
const pace: Pace = isQuick
  ? { turns: 5, burstMs: 8, warmUpMs: 200, lookMs }
  : { turns: 15, burstMs: 8, warmUpMs: 300, lookMs };
const processCount = isQuick ? 1 : Number(flags.processes);
if (!Number.isInteger(processCount) || processCount < 1) {
  throw new Error(`--processes takes an integer from 1, not ${flags.processes}`);
}
const cases = CASES.filter(
  ({ id }) => wanted.length === 0 || wanted.some((beginning) => id.startsWith(beginning)),
);
if (cases.length === 0) throw new Error(`no case begins with ${wanted.join(' or ')}`);

const scratch = await mkdtemp(join(tmpdir(), 'fuseboard-bench-'));
try {
  await build();
  const results = new Map<string, unknown[]>(cases.map(({ id }) => [id, []]));
  for (let number = 1; number <= processCount; number++) {
    for (const one of cases) {
      const { id } = one;
      if (number > 1 && !isRace(one) && one.isLong === true) continue;
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${number}/${processCount} ${id}`);
      results.get(id)?.push(await measure(id));
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const verdicts: Verdict[] = [];
  const readings: Reading[] = [];
  for (const one of cases) {
    const processes = results.get(one.id) as unknown[];
    if (!isRace(one)) readings.push(...worstOf(processes as Reading[][]));
    else {
      for (const comparison of one.comparisons) {
        verdicts.push(judge(one.title, comparison, processes as Timing[][]));
      }
    }
  }
  console.log([...verdicts.map(verdictLine), ...readings.map(readingLine)].join('\n'));
  if (!isQuick && wanted.length === 0) {
    const rivals = await Promise.all(['cockatiel', 'opossum', 'better-sqlite3'].map(named));
    const text = markdown({ verdicts, readings, processCount, rivals });
    await writeFile(join(HERE, 'RESULTS.md'), text);
  }
} finally {
  await rm(scratch, { recursive: true });
}

async function build(): Promise<void> {
  const tsc = join(PROJECT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', join(HERE, 'tsconfig.build.json'), '--outDir', scratch]);
  await run('npm', ['run', '--silent', 'build:page'], { cwd: PROJECT });
  const page = 'visualizations/page';
  await cp(join(PROJECT, 'dist', page), join(scratch, page), { recursive: true });
  await cp(join(PROJECT, 'package.json'), join(scratch, 'package.json'));
  await symlink(join(PROJECT, 'node_modules'), join(scratch, 'node_modules'), 'junction');
}

/** One case in a process that knows nothing of tsx. */
async function measure(id: string): Promise<unknown> {
  const child = join(scratch, 'test/performance/child.js');
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = ['--expose-gc', child, id, JSON.stringify(pace)];
  const { stdout } = await run(process.execPath, args, { env, timeout: CASE_MAX_MS + lookMs });
  return JSON.parse(stdout);
}

/** A package's name with its installed version. */
async function named(name: string): Promise<string> {
  const text = await readFile(join(PROJECT, 'node_modules', name, 'package.json'), 'utf8');
  return `${name} ${(JSON.parse(text) as { version: string }).version}`;
}
