/** Saves a pair of rows of one generation again and again, and writes the number after each. */
import { writeSync } from 'node:fs';

import { openStore } from '../../../persistence/open-store.ts';
import { coolingRow } from '../rows.ts';

const [path = '', first = '0'] = process.argv.slice(2);
const { breakerStates } = openStore(`sqlite:${path}`);
for (let generation = Number(first); ; generation++) {
  const pair = ['left', 'right'].map((name) => coolingRow(name, generation, { generation }));
  breakerStates.save(pair, 0);
  writeSync(1, `${generation}\n`);
}
