/** `board.guard`: a breaker around the promises that a user's own machine invokes or spawns. */
import { assign, createActor, setup, waitFor, type ActorRefFrom } from 'xstate';
import { describe, expect, test } from 'vitest';

import { isFuseboardError, type Board } from '../../index.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';

type Ask = (input: { question: string }, signal: AbortSignal) => PromiseLike<string>;

/** A machine of a user's: asks when told to, and can be told to stop waiting. */
function assistant(board: Board, ask: Ask) {
  return setup({
    types: {
      context: {} as { answer: string; error: unknown },
      events: {} as { type: 'ask'; question: string } | { type: 'give.up' },
    },
    actors: {
      ask: board.guard<string, { question: string }>('llm', ({ input, signal }) =>
        ask(input, signal),
      ),
    },
  }).createMachine({
    context: { answer: '', error: undefined },
    initial: 'idle',
    states: {
      idle: { on: { ask: 'asking' } },
      asking: {
        invoke: {
          src: 'ask',
          input: ({ event }) => ({ question: event.type === 'ask' ? event.question : '' }),
          onDone: { target: 'idle', actions: assign({ answer: ({ event }) => event.output }) },
          onError: { target: 'failed', actions: assign({ error: ({ event }) => event.error }) },
        },
        on: { 'give.up': 'idle' },
      },
      failed: { on: { ask: 'asking' } },
    },
  });
}

describe('a guarded promise, invoked', () => {
  test('gets its input and answers', async () => {
    const { board } = await openVirtualBoard();
    const actor = createActor(assistant(board, async ({ question }) => `${question}!`)).start();
    actor.send({ type: 'ask', question: 'why' });
    const idle = await waitFor(actor, (snapshot) => snapshot.matches('idle'));
    expect(idle.context.answer).toBe('why!');
  });

  test('fails with the original error, which counts', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    const error = new TypeError('mine');
    const actor = createActor(assistant(board, () => Promise.reject(error))).start();
    actor.send({ type: 'ask', question: 'why' });
    const failed = await waitFor(actor, (snapshot) => snapshot.matches('failed'));
    expect(failed.context.error).toBe(error);
    expect(board.breaker('llm').state).toBe('open');
  });

  test('is refused with a typed error when the breaker is open', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    failTimes(board.breaker('llm'), 1);
    let askCount = 0;
    const actor = createActor(assistant(board, async () => `${askCount++}`)).start();
    actor.send({ type: 'ask', question: 'why' });
    const { context } = await waitFor(actor, (snapshot) => snapshot.matches('failed'));
    expect(isFuseboardError(context.error)).toBe(true);
    expect(context.error).toMatchObject({
      code: 'circuit_open',
      breaker: 'llm',
      retryAtMs: board.breaker('llm').snapshot().probeAtMs,
    });
    expect(askCount).toBe(0);
  });

  test('is refused when the board cannot give a breaker', async () => {
    const { board } = await openVirtualBoard();
    const machine = assistant(board, async () => 'yes');
    await board.close();
    const actor = createActor(machine).start();
    actor.send({ type: 'ask', question: 'why' });
    const { context } = await waitFor(actor, (snapshot) => snapshot.matches('failed'));
    expect(context.error).toMatchObject({ code: 'board_closed' });
  });

  test('is cancelled when its actor is stopped, which says nothing about the dependency', async () => {
    const { board, clock, factsOf } = await openVirtualBoard({ defaults: QUICK });
    const signals: AbortSignal[] = [];
    const actor = createActor(
      assistant(board, (_, signal) => {
        signals.push(signal);
        return new Promise((_, reject) => signal.addEventListener('abort', reject));
      }),
    ).start();
    actor.send({ type: 'ask', question: 'why' });
    await clock.settle();
    expect(board.breaker('llm').snapshot().inFlightCount).toBe(1);
    actor.send({ type: 'give.up' });
    await clock.settle();
    expect(signals[0]?.aborted).toBe(true);
    expect(factsOf('call.finished')).toMatchObject([{ breaker: 'llm', outcome: 'cancelled' }]);
    expect(board.breaker('llm').snapshot()).toMatchObject({ state: 'closed', inFlightCount: 0 });
  });

  test('has its time limit from the breaker', async () => {
    const { board, clock } = await openVirtualBoard();
    board.breaker('llm', { timeoutMs: 100 });
    const actor = createActor(assistant(board, () => new Promise(() => {}))).start();
    actor.send({ type: 'ask', question: 'why' });
    await clock.advanceAsync(100);
    const { context } = await waitFor(actor, (snapshot) => snapshot.matches('failed'));
    expect(context.error).toMatchObject({ code: 'timeout', breaker: 'llm' });
  });
});

describe('a guarded promise, spawned', () => {
  const parent = (board: Board, create: (signal: AbortSignal) => Promise<string>) => {
    const logic = board.guard<string>('llm', ({ signal }) => create(signal));
    return setup({
      types: { context: {} as { children: ActorRefFrom<typeof logic>[] } },
      actors: { ask: logic },
    }).createMachine({
      context: { children: [] },
      on: {
        spawn: {
          actions: assign(({ context, spawn }) => ({
            children: [...context.children, spawn('ask', { id: `${context.children.length}` })],
          })),
        },
      },
    });
  };

  test('runs beside others and answers each', async () => {
    const { board } = await openVirtualBoard();
    const actor = createActor(parent(board, async () => 'yes')).start();
    actor.send({ type: 'spawn' });
    actor.send({ type: 'spawn' });
    for (const child of actor.getSnapshot().context.children) {
      const done = await waitFor(child, (snapshot) => snapshot.status === 'done');
      expect(done.output).toBe('yes');
    }
  });

  test('ends with its parent', async () => {
    const { board, clock, factsOf } = await openVirtualBoard();
    const endless = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', reject));
    const actor = createActor(parent(board, endless)).start();
    actor.send({ type: 'spawn' });
    await clock.settle();
    actor.stop();
    await clock.settle();
    expect(factsOf('call.finished')).toMatchObject([{ outcome: 'cancelled' }]);
  });
});

test('what cannot be guarded is said at once', async () => {
  const { board } = await openVirtualBoard();
  const invalid = (message: string): unknown =>
    expect.objectContaining({
      code: 'invalid_argument',
      message: expect.stringContaining(message),
    });
  expect(() => board.guard('', async () => 1)).toThrow(invalid('the name of a breaker'));
  expect(() => board.guard('llm', undefined as never)).toThrow(invalid('a function'));
});
