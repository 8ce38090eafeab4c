/** Holders in processes of their own: killed, stopped and woken for real. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from 'vitest';

import { holderIdentity, isGone } from '../../persistence/money/process-life.ts';
import { sqliteMoney } from '../../persistence/money/sqlite-money.ts';
import { openSqlite } from '../../persistence/sqlite.ts';
import { systemClock } from '../../services/clock.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';
import { startChild } from './child.ts';
import { batchMaker, budget, entry, item, keyOf } from './money-holder.ts';
import { atEnd, scratchFile } from './scratch.ts';

const LIMIT = 100;

function openHere(path: string, clock: VirtualClock) {
  const file = openSqlite(path);
  atEnd(() => file.close());
  const engine = sqliteMoney(file, clock);
  return {
    engine,
    join: () => engine.join(holderIdentity(), [budget('daily', LIMIT)]),
    draw: (need: number, want = need) => engine.draw([item('daily', need, want)]).drawnNanoUsd,
    account: () => engine.accounts(null)[0],
  };
}

async function childWith(path: string, amount: number) {
  const child = startChild('hold-money.ts', path, String(LIMIT), String(amount));
  expect(await child.line()).toBe(`[${amount}]`);
  return {
    ...child,
    async ask(line: string): Promise<unknown> {
      child.tell(line);
      return JSON.parse(await child.line());
    },
  };
}

const nowClock = () => new VirtualClock({ startMs: systemClock.nowMs() });

describe.runIf(process.platform === 'linux')('a process that is killed', () => {
  it('forfeits what it held as soon as another joins, and no more can be drawn', async () => {
    const path = scratchFile();
    const child = await childWith(path, 60);
    expect(await child.ask('settle 25')).toEqual([]);
    await child.kill();
    const here = openHere(path, nowClock());
    expect(here.join().forfeits).toMatchObject([{ budget: 'daily', amountNanoUsd: 35 }]);
    expect(here.draw(41)).toBeNull();
    expect(here.draw(1, 1_000)).toEqual([40]);
    expect(here.account()).toMatchObject({
      settledNanoUsd: 25,
      forfeitedNanoUsd: 35,
      heldNanoUsd: 40,
      overspentNanoUsd: 0,
    });
    expect(here.engine.verify().mismatches).toEqual([]);
  });

  it('forfeits at the next renewal or look of whoever is there, each time once', async () => {
    const path = scratchFile();
    const here = openHere(path, nowClock());
    const there = openHere(path, nowClock());
    here.join();
    there.join();
    here.draw(1);
    there.draw(1);
    const child = await childWith(path, 30);
    expect(here.engine.changes().forfeits).toEqual([]);
    await child.kill();
    const forfeits = [expect.objectContaining({ budget: 'daily', amountNanoUsd: 30 })];
    here.engine.renew();
    expect(here.engine.changes()).toMatchObject({ forfeits, accounts: [{ forfeitedNanoUsd: 30 }] });
    expect(there.engine.changes()).toMatchObject({
      forfeits,
      accounts: [{ forfeitedNanoUsd: 30 }],
    });
    expect(here.engine.changes().forfeits).toEqual([]);
    expect(there.engine.changes().forfeits).toEqual([]);
  });

  it('forfeits nothing when it had left', async () => {
    const path = scratchFile();
    const child = await childWith(path, 60);
    expect(await child.ask('leave')).toBe('left');
    await child.kill();
    const here = openHere(path, nowClock());
    expect(here.join().forfeits).toEqual([]);
    expect(here.draw(LIMIT)).toEqual([LIMIT]);
  });
});

describe('a process that is silent', () => {
  const silent = async () => {
    const path = scratchFile();
    const child = await childWith(path, 60);
    const clock = nowClock();
    const here = openHere(path, clock);
    expect(here.join().forfeits).toEqual([]);
    clock.advance(31_000);
    expect(here.engine.changes().forfeits).toMatchObject([{ amountNanoUsd: 60 }]);
    return { child, here };
  };

  it('wakes, settles against what it lost, and draws anew', async () => {
    const { child, here } = await silent();
    expect(await child.ask('settle 45')).toEqual([]);
    expect(here.account()).toMatchObject({ settledNanoUsd: 45, forfeitedNanoUsd: 15 });
    expect(await child.ask('draw 41')).toBeNull();
    expect(await child.ask('draw 40')).toEqual([40]);
    expect(await child.ask('settle 55')).toEqual([]);
    expect(await child.ask('settle 1')).toEqual([1]);
    expect(here.account()).toMatchObject({
      settledNanoUsd: 101,
      forfeitedNanoUsd: 0,
      heldNanoUsd: 0,
      overspentNanoUsd: 1,
    });
    expect(here.engine.verify().mismatches).toEqual([]);
  });

  it('overspends when an operator has given away what it lost', async () => {
    const { child, here } = await silent();
    const corrected = here.engine.correctForfeit(keyOf('daily'), 20, entry());
    expect(corrected).toMatchObject({ forfeitedNanoUsd: 40 });
    expect(here.draw(60)).toEqual([60]);
    expect(await child.ask('settle 10')).toEqual([10]);
    expect(here.account()).toMatchObject({
      settledNanoUsd: 10,
      forfeitedNanoUsd: 40,
      heldNanoUsd: 60,
      overspentNanoUsd: 10,
    });
    expect(here.engine.verify().mismatches).toEqual([]);
  });
});

describe('who is gone', () => {
  const self = holderIdentity();

  it('is not this process, nor one that cannot be seen from here', () => {
    expect(isGone(self, self)).toBe(false);
    const gone = { ...self, pid: 2 ** 22 - 1 };
    expect(isGone({ ...gone, bootId: '' }, self)).toBe(false);
    expect(isGone({ ...gone, bootId: 'another machine' }, self)).toBe(false);
    expect(isGone({ ...self, pid: 0 }, self)).toBe(false);
    expect(isGone({ ...self, pid: -1 }, self)).toBe(false);
  });

  it.runIf(process.platform === 'linux')('is a process whose number is free or used again', () => {
    expect(isGone({ ...self, pid: 2 ** 22 - 1 }, self)).toBe(true);
    expect(isGone({ ...self, processStart: '1' }, self)).toBe(true);
  });

  it.runIf(process.platform === 'linux')(
    'is one whose parent took no notice of its end',
    async () => {
      // It ends once its parent is a program that waits for nobody: a shell might have noticed.
      const untilThen = '(while [ "$(cat /proc/$$/comm)" != sleep ]; do :; done)';
      const script = `${untilThen} & echo $!; exec sleep 600 >/dev/null`;
      const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      atEnd(() => void parent.kill('SIGKILL'));
      const pid = Number(await text(parent.stdout));
      await expect.poll(() => isGone({ ...self, pid, processStart: '' }, self)).toBe(true);
      expect(existsSync(`/proc/${pid}`)).toBe(true);
    },
  );
});

it('settles a batch once, through whichever connection it comes, and goes on there', () => {
  const path = scratchFile();
  const here = openHere(path, nowClock());
  const { holder } = here.join();
  here.draw(50);
  const account = here.account()?.account ?? 0;
  const batch = batchMaker(holder, () => 1_000);
  const first = batch({ rows: [{ accounts: [account], costNanoUsd: 10 }] });
  const second = batch({ rows: [{ accounts: [account], costNanoUsd: 7 }] });
  here.engine.commit(first);
  const resume = here.engine.resumePoint;
  const file = openSqlite(path);
  atEnd(() => file.close());
  const elsewhere = sqliteMoney(file, nowClock(), { resume });
  expect(elsewhere.commit(first)).toMatchObject({ overspent: [] });
  expect(elsewhere.commit(second)).toMatchObject({
    accounts: [{ settledNanoUsd: 17, heldNanoUsd: 33 }],
    overspent: [],
  });
  elsewhere.leave();
  here.engine.commit(second);
  expect(here.account()).toMatchObject({ settledNanoUsd: 17, heldNanoUsd: 0 });
  expect(() => here.draw(1)).toThrow(expect.objectContaining({ code: 'store_unavailable' }));
  const third = batch({ rows: [{ accounts: [account], costNanoUsd: 1 }] });
  expect(() => here.engine.commit(third)).toThrow(
    expect.objectContaining({ code: 'store_unavailable' }),
  );
  expect(here.account()).toMatchObject({ settledNanoUsd: 17, heldNanoUsd: 0 });
});
