/** Every example runs as its header says, and prints what its reader is told. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { PROJECT, startNode } from '../cli/process.ts';

const FOLDER = join(PROJECT, 'examples');

const PRINTED: Readonly<Record<string, readonly string[]>> = {
  'fetch-through-a-breaker.ts': [
    'call 1 failed: HTTP 503',
    'call 2 failed: HTTP 503',
    'call 3 failed: HTTP 503',
    'call 4 refused: breaker "weather" is open',
    'call 5 refused: breaker "weather" is open',
    'later: sunny, and the breaker is closed',
    'the server got 4 requests for 6 calls',
  ],
  'fourth-provider.ts': [
    'translated: bonjour',
    'detected: en',
    'spent: $0.00024',
    'call 1: 500, its own error',
    '  hoarse',
    'call 2: 500, its own error',
    'call 3: 503, circuit_open',
    '4 requests arrived for 5 calls',
  ],
  'state-survives-a-restart.ts': [
    'search: closed → open.cooling',
    'after the restart: open, because of consecutive_failures',
    'same instant of the next probe: true',
    'an operator may know better: closed',
  ],
  'layers-around-a-function.ts': [
    'first try fails (de) after 2 attempts',
    'one (fr)',
    'two (fr)',
    'three (fr)',
    'four (fr)',
    'FuseboardError bulkhead_full',
    'FuseboardError timeout',
  ],
  'budget-that-holds.ts': [
    'a call costs at most $0.0025',
    '8 of 20 calls ran at once',
    'budget_exceeded of tenants',
    'they cost $0.01232, 62 % of it: ok',
    '4 more, one after another; then warned',
    'with a higher limit: true',
    'acme: 13 calls, $0.02002; 13 refused',
  ],
  'costs-from-elsewhere.ts': [
    'o3 answered',
    'the day has spent $6.01',
    '  look: alert (o3)',
    'o3 answered',
    'the day has spent $7.52',
    '  dear-calls-wait: block (o3)',
    '  look: alert (o3)',
    'o3 was refused',
    '  look: alert (gpt-4o-mini)',
    'gpt-4o-mini answered',
    'booked $7.53, billed $7.75',
  ],
  'failures-from-elsewhere.ts': [
    'payments: closed → open.cooling',
    'circuit_open: nothing was sent',
  ],
  'machine-that-calls.ts': [
    'summarising 1',
    'summarising 2',
    'summarising 3',
    'shortened 3',
    '"Every call you do no…" after 3 attempts',
    'the breaker is open',
  ],
};

test('every example has its output written down here', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(PRINTED).sort());
});

test.each(Object.entries(PRINTED))('%s', async (file, lines) => {
  expect(readFileSync(join(FOLDER, file), 'utf8')).toContain(`npx tsx examples/${file}`);
  const args = ['--import', 'tsx', join(FOLDER, file)];
  const { code, stdout, stderr } = await startNode(args, { cwd: PROJECT }).ended;
  expect(stdout.trimEnd().split('\n')).toEqual(lines);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
