/** What `--help` of each command costs, to starting Node and doing nothing. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import type { Gauge, Reading } from './case.ts';

const ROUNDS = 15;
/** How many times as long as bare Node it may take. */
const RATIO_MAX = 1.8;
const CLI = join(import.meta.dirname, '../../cli.js');
const COMMANDS_WITH_HELP = [
  'demo',
  'inspect',
  'status',
  'costs',
  'budgets',
  'ledger verify',
  'paths',
  'diagram',
] as const;

interface Start {
  readonly what: string;
  readonly args: readonly string[];
  bestMs: number;
}

const bare = (): Start => ({ what: 'starting Node', args: ['-e', '0'], bestMs: Infinity });

function help(command: string): Start {
  const words = command.split(' ').filter((word) => word !== '');
  const what = ['fuseboard', ...words, '--help'].join(' ');
  return { what, args: [CLI, ...words, '--help'], bestMs: Infinity };
}

/** Milliseconds from its start to its end. */
function time({ what, args }: Start): number {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${what} ended with ${status}: ${stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** They take turns; of each the best counts, because all else only adds time. */
function read(): readonly Reading[] {
  const node = bare();
  const helps = ['', ...COMMANDS_WITH_HELP].map(help);
  for (let round = 0; round < ROUNDS; round++) {
    for (const start of [node, ...helps]) start.bestMs = Math.min(start.bestMs, time(start));
  }
  return [
    { what: node.what, value: node.bestMs, unit: 'ms' },
    ...helps.map(({ what, bestMs }) => {
      const value = bestMs / node.bestMs;
      return { what: `${what}, to starting Node`, value, unit: '×', max: RATIO_MAX };
    }),
  ];
}

export const COMMANDS: readonly Gauge[] = [{ id: 'command-help', read }];
