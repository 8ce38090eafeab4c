/** XState inspection of the board's actors: those there are, and those to come. */
import type { AnyActorRef, InspectionEvent } from 'xstate';
import { describe, expect, test } from 'vitest';

import { crash } from './crash.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';

const line = (event: InspectionEvent): string => {
  const { id } = event.actorRef as AnyActorRef;
  return event.type === '@xstate.event' ? `${id} ${event.event.type}` : `${id} ${event.type}`;
};

describe('an inspector', () => {
  test('sees actors that live and actors that come', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    failTimes(board.breaker('present'), 1);
    const seen: string[] = [];
    board.inspectActors((event) => seen.push(line(event)));
    expect(seen).toEqual(['present @xstate.actor']);
    board.breaker('present').reset('again');
    failTimes(board.breaker('future'), 1);
    expect(seen).toEqual(
      expect.arrayContaining([
        'present operator.reset',
        'present @xstate.snapshot',
        'future @xstate.actor',
        'future trip',
        'future @xstate.snapshot',
      ]),
    );
  });

  test('may be an observer with a next of its own', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    const recorder = {
      lines: [] as string[],
      next(event: InspectionEvent) {
        this.lines.push(line(event));
      },
    };
    board.inspectActors(recorder);
    failTimes(board.breaker('api'), 1);
    expect(recorder.lines).toContain('api trip');
    board.inspectActors({});
  });

  test('sees the actor that takes the place of a crashed one', async () => {
    const { board } = await openVirtualBoard();
    const api = board.breaker('api');
    const ids = new Set<string>();
    board.inspectActors((event) => {
      if (event.type === '@xstate.actor') ids.add(event.rootId);
    });
    crash(api.actor);
    api.forceOpen('after the crash');
    expect(ids.size).toBe(2);
  });

  test('that throws is contained, named, and hurts nobody', async () => {
    const { board, factsOf } = await openVirtualBoard({ defaults: QUICK });
    const seen: string[] = [];
    board.inspectActors(() => {
      throw new RangeError('mine');
    });
    board.inspectActors((event) => seen.push(line(event)));
    failTimes(board.breaker('api'), 1);
    expect(board.breaker('api').state).toBe('open');
    expect(seen).toContain('api trip');
    board.flush();
    expect(factsOf('callback.failed')[0]).toMatchObject({
      breaker: null,
      callback: 'inspectActors',
      errorName: 'RangeError',
    });
  });

  test('sees nothing more after it unsubscribed, from actors of before or after', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    const seen: string[] = [];
    const subscription = board.inspectActors((event) => seen.push(line(event)));
    failTimes(board.breaker('before'), 1);
    const count = seen.length;
    subscription.unsubscribe();
    subscription.unsubscribe();
    board.breaker('before').reset('again');
    failTimes(board.breaker('after'), 1);
    expect(seen).toHaveLength(count);
  });

  test('may unsubscribe while it is told', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    let count = 0;
    const subscription = board.inspectActors(() => {
      count++;
      subscription.unsubscribe();
    });
    failTimes(board.breaker('api'), 1);
    failTimes(board.breaker('other'), 1);
    expect(count).toBe(1);
  });

  test.each([[null], [undefined], [7]])('cannot be %o', async (observer) => {
    const { board } = await openVirtualBoard();
    expect(() => board.inspectActors(observer as never)).toThrow(
      expect.objectContaining({
        code: 'invalid_argument',
        message: expect.stringContaining('inspectActors(observer) must be a function'),
      }),
    );
  });
});
