/**
 * A statechart of your own that calls through a breaker: `board.guard` gives actor logic that a
 * machine can invoke. A refusal arrives as the actor's error, so the chart says what happens then.
 *
 *   npm run build && npx tsx examples/machine-that-calls.ts
 */
import { assign, createActor, setup, waitFor } from 'xstate';

import { isFuseboardError, openBoard } from 'fuseboard';

await using board = await openBoard({ defaults: { failureThreshold: 2 } });

/** Stands for the provider, which is down. */
async function summarise(text: string): Promise<string> {
  await Promise.resolve();
  throw new Error(`cannot summarise ${text.length} characters`);
}

const articleMachine = setup({
  types: {
    context: {} as { text: string; summary: string; attempts: number },
    input: {} as { text: string },
  },
  actors: {
    summarise: board.guard<string, { text: string }>('summaries', ({ input }) =>
      summarise(input.text),
    ),
  },
  guards: {
    isRefused: ({ event }) => 'error' in event && isFuseboardError(event.error),
  },
}).createMachine({
  id: 'article',
  context: ({ input }) => ({ ...input, summary: '', attempts: 0 }),
  initial: 'summarising',
  states: {
    summarising: {
      entry: assign({ attempts: ({ context }) => context.attempts + 1 }),
      invoke: {
        src: 'summarise',
        input: ({ context }) => ({ text: context.text }),
        onDone: { target: 'summarised', actions: assign({ summary: ({ event }) => event.output }) },
        onError: [
          { guard: 'isRefused', target: 'shortened' },
          { target: 'summarising', reenter: true },
        ],
      },
    },
    shortened: {
      entry: assign({ summary: ({ context }) => `${context.text.slice(0, 20)}…` }),
      type: 'final',
    },
    summarised: { type: 'final' },
  },
});

const article = createActor(articleMachine, {
  input: { text: 'Every call you do not make is a call you do not wait for.' },
});
article.subscribe(({ value, context }) => console.log(value, context.attempts));
article.start();
const { context } = await waitFor(article, ({ status }) => status === 'done');

console.log(`"${context.summary}" after ${context.attempts} attempts`);
console.log(`the breaker is ${board.breaker('summaries').state}`);
