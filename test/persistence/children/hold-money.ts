/** Joins the money of a file, draws, and then does what it is told, line by line. */
import { createInterface } from 'node:readline';

import { holderIdentity } from '../../../persistence/money/process-life.ts';
import { sqliteMoney } from '../../../persistence/money/sqlite-money.ts';
import { openSqlite } from '../../../persistence/sqlite.ts';
import { systemClock } from '../../../services/clock.ts';
import { batchMaker, budget, item } from '../money-holder.ts';

const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const [path = '', limit = '0', amount = '0'] = process.argv.slice(2);
const engine = sqliteMoney(openSqlite(path), systemClock);
const { holder } = engine.join(holderIdentity(), [budget('daily', Number(limit))]);
const batch = batchMaker(holder, () => systemClock.nowMs());
const { drawnNanoUsd, accounts } = engine.draw([item('daily', Number(amount))]);
const account = accounts[0]?.account ?? 0;
say(drawnNanoUsd);
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, number = '0'] = line.split(' ');
  if (verb === 'settle') {
    const rows = [{ accounts: [account], costNanoUsd: Number(number) }];
    say(engine.commit(batch({ rows })).overspent.map(({ amountNanoUsd }) => amountNanoUsd));
  } else if (verb === 'draw') {
    say(engine.draw([item('daily', Number(number))]).drawnNanoUsd);
  } else {
    engine.leave();
    say('left');
  }
}
