/** The criteria on many callers: nothing is counted twice or lost, nobody pays for the crowd. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { openBoard, type Breaker } from '../../index.ts';
import { due, ending, pending, rig, tripped, WAYS } from '../breaker/rig.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

test.each(WAYS)(
  'CRIT-10 in whatever order a hundred calls end, each is counted once, %s',
  async (_way, options) => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.infiniteStream(fc.boolean()), async (s, failures) => {
        const roomy = { minimumCalls: 1_000, calls: 1_000 };
        const { breaker } = rig({
          ...options,
          ...(options.trip === undefined ? { failureThreshold: 1_000 } : {}),
          ...(options.trip?.policy === 'count' ? { trip: { ...options.trip, ...roomy } } : {}),
          ...(options.trip?.policy === 'time'
            ? { trip: { ...options.trip, minimumCalls: 1_000 } }
            : {}),
        });
        let failed = 0;
        let run = 0;
        const calls = Array.from({ length: 100 }, () => {
          const isFailure = failures.next().value;
          return ending(
            breaker.call(async () => {
              await s.schedule(Promise.resolve());
              failed += isFailure ? 1 : 0;
              run = isFailure ? run + 1 : 0;
              if (isFailure) throw new Error('down');
              return 'ok';
            }),
          );
        });
        await s.waitIdle();
        const ends = await Promise.all(calls);
        expect(ends.filter((end) => end === 'down')).toHaveLength(failed);
        const { consecutiveFailures, inFlightCount, window } = breaker.snapshot();
        expect(inFlightCount).toBe(0);
        expect(consecutiveFailures).toBe(run);
        if (window !== null) expect(window).toMatchObject({ calls: 100, failures: failed });
      }),
      { numRuns: 25 },
    );
  },
);

test('CRIT-10 in whatever order probes end, no more run at once than may', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 4 }), async (s, probesMax) => {
      const { breaker } = await due({ probesMax, probesNeeded: 6, probeWait: {} });
      let running = 0;
      let most = 0;
      const calls = Array.from({ length: 40 }, () =>
        ending(
          breaker.call(async () => {
            const { isProbe } = { isProbe: breaker.state === 'half_open' };
            running += isProbe ? 1 : 0;
            most = Math.max(most, running);
            await s.schedule(Promise.resolve());
            running -= isProbe ? 1 : 0;
            return 'ok';
          }),
        ),
      );
      await s.waitIdle();
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['ok']));
      expect(most).toBe(probesMax);
      expect(breaker.state).toBe('closed');
    }),
    { numRuns: 25 },
  );
});

test('CRIT-11 boards of several threads on one file come to the same state', async () => {
  const { mkdtempSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const folder = mkdtempSync(join(tmpdir(), 'fuseboard-criteria-'));
  const clock = new VirtualClock();
  const store = `sqlite:${join(folder, 'states.db')}`;
  const boards = await Promise.all([1, 2, 3].map(() => openBoard({ store, clock })));
  const breakers = boards.map((board) => board.breaker('api', { failureThreshold: 1 }));
  const agree = async (path: string): Promise<void> => {
    for (const board of boards) board.flush();
    await clock.advanceAsync(300);
    expect(breakers.map((breaker) => breaker.snapshot().path)).toEqual([path, path, path]);
  };
  await ending((breakers[1] as Breaker).call(() => Promise.reject(new Error('down'))));
  await agree('open.cooling');
  breakers[2]?.forceOpen('maintenance', { by: 'ann' });
  await agree('open.latched');
  breakers[0]?.reset('over', { by: 'ann' });
  await agree('closed');
  await Promise.all(boards.map((board) => board.close()));
  rmSync(folder, { recursive: true });
});

describe('CRIT-12 under contention', () => {
  /** How many times the microtask queue must turn before a call has ended. */
  async function turnsOf(breaker: Breaker): Promise<number> {
    let isOver = false;
    void ending(breaker.call(() => 'ok')).then(() => (isOver = true));
    for (let turns = 0; ; turns += 1) {
      if (isOver) return turns;
      await Promise.resolve();
    }
  }

  test.each([...WAYS, ['open', null] as const])(
    'a call takes as many turns in a crowd as alone, %s',
    async (_way, options) => {
      const { breaker } = options === null ? await tripped() : rig({ ...options });
      const alone = await turnsOf(breaker);
      const crowd = Array.from({ length: 900 }, () => pending());
      const ends = crowd.map(({ promise }) => ending(breaker.call(() => promise)));
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      expect(await turnsOf(breaker)).toBe(alone);
      for (const call of crowd) call.resolve('ok');
      await Promise.all(ends);
    },
  );

  test('ten thousand refused callers leave no timer and nothing that waits', async () => {
    const { breaker, clock } = await tripped();
    const timers = clock.pendingCount;
    const ends = Array.from({ length: 10_000 }, () => ending(breaker.call(() => 'ok')));
    expect(clock.pendingCount).toBe(timers);
    expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, waitingCount: 0 });
    expect(new Set(await Promise.all(ends))).toEqual(new Set(['circuit_open']));
  });

  test('callers beyond a bound are refused at once instead of piling up', async () => {
    const { breaker } = rig({ bulkhead: { callsMax: 10, queueMax: 90 } });
    const call = pending();
    const ends = Array.from({ length: 1_000 }, () => ending(breaker.call(() => call.promise)));
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect(breaker.snapshot()).toMatchObject({ inFlightCount: 10, waitingCount: 90 });
    call.resolve('ok');
    const all = await Promise.all(ends);
    expect(all.filter((end) => end === 'ok')).toHaveLength(100);
    expect(all.filter((end) => end === 'bulkhead_full')).toHaveLength(900);
  });
});
