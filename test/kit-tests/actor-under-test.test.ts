import { assign, createMachine, fromCallback, fromPromise, setup } from 'xstate';
import { describe, expect, it } from 'vitest';

import { actorUnderTest, transitionCoverage, VirtualClock } from '../kit/index.ts';

const lamp = setup({
  types: { input: {} as { ms: number }, context: {} as { ms: number; presses: number } },
  delays: { shine: ({ context }) => context.ms },
}).createMachine({
  id: 'lamp',
  context: ({ input }) => ({ ms: input.ms, presses: 0 }),
  initial: 'off',
  states: {
    off: {
      on: {
        PRESS: {
          target: 'on',
          actions: assign({ presses: ({ context }) => context.presses + 1 }),
        },
      },
    },
    on: { after: { shine: 'off' }, on: { PRESS: 'off' } },
  },
});

describe('a machine as an actor under test', () => {
  it('takes events and time, and says which state follows', async () => {
    const { send, wait, state, actor } = actorUnderTest(lamp, { input: { ms: 100 } });
    expect(state()).toBe('off');
    expect(await send({ type: 'PRESS' })).toBe('on');
    expect(await wait(99)).toBe('on');
    expect(await wait(1)).toBe('off');
    expect(actor.getSnapshot().context.presses).toBe(1);
  });

  it('counts the transitions that it really takes', async () => {
    const coverage = transitionCoverage(lamp);
    const { send, taken } = actorUnderTest(lamp, { input: { ms: 100 }, coverage });
    await send({ type: 'PRESS' });
    await send({ type: 'PRESS' });
    await send({ type: 'unknown' });
    expect(coverage.taken()).toEqual(['off --PRESS--> on', 'on --PRESS--> off']);
    expect(coverage.missing()).toEqual(['on --after shine--> off']);
    expect(coverage.ratio).toBeCloseTo(2 / 3);
    expect(taken()).toEqual(['off --PRESS--> on', 'on --PRESS--> off']);
    expect(taken()).toEqual([]);
  });

  it('may share a clock with the test', async () => {
    const clock = new VirtualClock();
    const { send, state } = actorUnderTest(lamp, { input: { ms: 100 }, clock });
    await send({ type: 'PRESS' });
    clock.advance(100);
    expect(state()).toBe('off');
  });

  it('leaves no timer behind', async () => {
    const clock = new VirtualClock();
    const { send, dispose } = actorUnderTest(lamp, { input: { ms: 100 }, clock });
    await send({ type: 'PRESS' });
    expect(clock.pendingCount).toBe(1);
    dispose();
    expect(clock.pendingCount).toBe(0);
  });

  it('throws what the actor died of, when its state is asked for', async () => {
    const fragile = createMachine({
      id: 'fragile',
      initial: 'a',
      states: {
        a: {
          on: {
            BREAK: {
              actions: () => {
                throw new RangeError('broken');
              },
            },
          },
        },
      },
    });
    const { send, state } = actorUnderTest(fragile);
    await expect(send({ type: 'BREAK' })).rejects.toThrow(RangeError);
    expect(() => state()).toThrow('broken');
  });

  const working = (work: () => Promise<unknown>, onStop = (): void => {}) =>
    createMachine({
      id: 'working',
      initial: 'busy',
      states: {
        busy: {
          invoke: [
            { src: 'named', id: 'job', onDone: 'inline' },
            { src: 'watcher', id: 'watch' },
          ],
        },
        inline: { invoke: { src: fromPromise(work), id: 'again', onDone: 'done' } },
        done: {},
      },
    }).provide({ actors: { named: fromPromise(work), watcher: fromCallback(() => onStop) } });

  it('lets actors that it invokes stand still, so that the test says how they end', async () => {
    let runs = 0;
    const { send, wait } = actorUnderTest(working(() => Promise.resolve((runs += 1))));
    expect(await wait(1_000)).toBe('busy');
    expect(await send({ type: 'xstate.done.actor.job' })).toBe('inline');
    expect(await send({ type: 'xstate.done.actor.again' })).toBe('done');
    expect(runs).toBe(0);
  });

  it('lets them run when it is told to, and stops them in the end', async () => {
    let runs = 0;
    let stopped = 0;
    const machine = working(
      () => Promise.resolve((runs += 1)),
      () => (stopped += 1),
    );
    const { wait, dispose } = actorUnderTest(machine, { actors: 'real' });
    expect(await wait(0)).toBe('done');
    expect([runs, stopped]).toEqual([2, 1]);
    dispose();
    const waiting = actorUnderTest(
      working(
        () => new Promise(() => {}),
        () => (stopped += 1),
      ),
      {
        actors: 'real',
      },
    );
    waiting.dispose();
    expect(stopped).toBe(2);
  });

  it('refuses what is no machine', () => {
    expect(() => actorUnderTest({} as never)).toThrow('must be an XState 5 machine');
  });
});
