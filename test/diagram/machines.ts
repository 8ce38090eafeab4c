/** Machines to draw, each with something that is hard to draw. */
import { and, assign, createMachine, not, setup, type AnyStateMachine } from 'xstate';
import { breakerMachine } from '../../machines/breaker.ts';

export const light = createMachine({
  id: 'light',
  initial: 'green',
  states: {
    green: { after: { 1000: 'yellow' }, entry: () => {}, exit: assign({}) },
    yellow: { after: { 500: 'red' } },
    red: { after: { 1500: 'green' }, on: { BREAK: 'broken' } },
    broken: { type: 'final' },
  },
});

export const player = createMachine({
  id: 'player',
  type: 'parallel',
  description: 'Plays, and tells "how loud": yes',
  states: {
    track: {
      initial: 'paused',
      on: { RESUME: '.recalled', RESET: { target: '.paused', guard: 'canReset' } },
      states: {
        paused: { on: { PLAY: 'playing' } },
        playing: { tags: ['loud'], on: { PAUSE: 'paused', STOP: '#player.track' } },
        recalled: { type: 'history', history: 'deep', target: 'playing' },
      },
    },
    volume: {
      initial: 'normal',
      states: {
        normal: { on: { MUTE: 'muted' } },
        muted: { on: { UNMUTE: 'normal', TICK: { actions: 'count' } } },
      },
    },
    net: {
      initial: 'off',
      states: {
        off: { on: { CONNECT: 'busy' } },
        busy: {
          invoke: {
            src: 'connect',
            onDone: { target: 'on', actions: [{ type: 'save' }, () => {}] },
            onError: [
              { target: 'off', guard: 'givesUp' },
              { target: 'busy', reenter: true },
            ],
          },
        },
        on: { always: { target: 'off', guard: () => false } },
      },
    },
  },
  on: { BOTH: { target: ['.track.playing', '.volume.muted'] } },
});

export const deep = createMachine({
  id: 'deep',
  initial: 'a',
  states: {
    a: {
      initial: 'b',
      onDone: 'z',
      on: { BACK: 'z', SELF: { target: 'a', reenter: true }, IN: '.b.c.e' },
      states: {
        b: {
          initial: 'c',
          on: { X: '.c.e' },
          states: {
            c: {
              initial: 'd',
              states: {
                d: { on: { UP: '#deep.z', OUT: '#deep.a', ROOT: '#deep', SIDE: 'e' } },
                e: {},
              },
            },
          },
        },
        b2: { type: 'final' },
      },
    },
    z: { on: { 'a:b;c': 'a', '*': { target: 'z', reenter: true } } },
  },
});

export const guarded = setup({
  guards: { isDue: () => true, isCurrent: () => true },
}).createMachine({
  id: 'guarded',
  initial: 'one',
  states: {
    one: {
      on: {
        GO: [
          { target: 'two', guard: and(['isDue', not('isCurrent')]) },
          { target: 'two', guard: 'isDue' },
        ],
      },
    },
    two: {},
  },
});

/** Fifty states in a ring, with chords; ten events between two of them. */
export const fifty = createMachine({
  id: 'fifty',
  initial: 's0',
  states: Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => {
      const chord = index % 7 === 0 ? { [`chord.${index}`]: `s${(index * 3 + 5) % 50}` } : {};
      const many = index === 0 ? manyEvents('s1') : {};
      return [`s${index}`, { on: { next: `s${(index + 1) % 50}`, ...chord, ...many } }];
    }),
  ),
});

function manyEvents(target: string): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`one.of.many.events.${index}`, target]),
  );
}

export const alone = createMachine({ id: 'alone' });

/** Names that a page or a parser would trip over. */
export const hostile = createMachine({
  id: '<script>alert(1)</script>',
  description: '"><img src=x onerror=alert(2)> --> \u202e \u0007',
  initial: '</text><script>',
  states: {
    '</text><script>': {
      tags: ['<b>', '"quoted"'],
      description: '<svg onload=alert(3)>',
      on: {
        ']]>&amp;<!--': { target: 'other', guard: { type: '"]{}' }, actions: '<a href="x">' },
        [`${'x'.repeat(5_000)}`]: 'other',
      },
    },
    other: { on: { 'a\nb: c; %% d -->': '</text><script>' } },
  },
});

export const MACHINES: Readonly<Record<string, AnyStateMachine>> = {
  breaker: breakerMachine,
  light,
  player,
  deep,
  guarded,
  fifty,
  alone,
  hostile,
};
