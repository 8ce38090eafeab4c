/** A machine of a user, as the text of a file: guards, payloads, delays. */
export const DOOR = `
import { assign, setup } from 'xstate';

enum Lock { Open, Locked }

export const size = 5;

export const doorMachine = setup({
  types: {
    context: {} as { tries: number; lock: Lock },
    events: {} as { type: 'OPEN' } | { type: 'CLOSE' } | { type: 'LOCK'; code: string },
  },
  guards: { isCode: ({ event }) => event.type === 'LOCK' && event.code.length === 4 },
}).createMachine({
  id: 'door',
  context: { tries: 0, lock: Lock.Open },
  initial: 'closed',
  states: {
    closed: {
      on: {
        OPEN: 'open',
        LOCK: [
          { guard: 'isCode', target: 'locked', description: 'Four digits lock it.' },
          { actions: assign({ tries: 1 }) },
        ],
      },
    },
    open: { on: { CLOSE: 'closed' }, after: { 5000: 'closed' } },
    locked: { after: { 60000: 'closed' } },
  },
});

export const events = [{ type: 'LOCK', code: '1234' }, { type: 'LOCK', code: "it's long" }];
`;
