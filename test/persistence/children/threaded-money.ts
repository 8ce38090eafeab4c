/** Uses the money of a file through its thread, and ends in the way it is told. */
import { holderIdentity } from '../../../persistence/money/process-life.ts';
import { threadedMoney } from '../../../persistence/money/threaded-money.ts';
import { openSqlite } from '../../../persistence/sqlite.ts';
import { systemClock } from '../../../services/clock.ts';
import { batchMaker, budget, item } from '../money-holder.ts';

const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** The main thread stands still. */
const pause = (forMs: number): void =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);

const [path = '', way = ''] = process.argv.slice(2);
const store = await threadedMoney(path);
const { holder } = await store.join(holderIdentity(), [budget('daily', 100)]);
const { accounts } = await store.draw([item('daily', 60)]);
const batch = batchMaker(holder, () => systemClock.nowMs());
const settle = (costNanoUsd: number) =>
  batch({ rows: [{ accounts: [accounts[0]?.account ?? 0], costNanoUsd }] });
const owed = [settle(10), settle(7)];
say('drawn');

if (way === 'waits for an answer') {
  for (const one of owed) say((await store.commit(one)).accounts[0]?.settledNanoUsd);
} else if (way === 'stalls') {
  pause(35_000);
  say('awake');
} else if (way === 'exits while the thread waits for a lock') {
  openSqlite(path).prepare('BEGIN IMMEDIATE').run();
  store.draw([item('daily', 20)]).catch(() => {});
  pause(300);
  process.exit(7);
} else if (way === 'leaves at exit') {
  process.once('exit', () => store.leaveNow(owed));
} else if (way === 'leaves while the thread is writing') {
  process.once('exit', () => store.leaveNow(owed));
  for (const one of owed) store.commit(one).catch(() => {});
  store.draw([item('daily', 20)]).catch(() => {});
  process.exit();
}
