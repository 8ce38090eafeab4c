/** The inward end of the bus: outcomes of calls that others made. */
import { EMPTY, interval, map, of, Subject, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';

import type { IngestEvent, OutcomeEvent } from '../../index.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';

let nextId = 0;
const outcome = (event: Partial<OutcomeEvent> = {}): OutcomeEvent => ({
  kind: 'outcome',
  id: `event ${nextId++}`,
  breaker: 'api',
  outcome: 'failed',
  ...event,
});

describe('a valid outcome', () => {
  test('counts as the breaker’s own do', async () => {
    const { board } = await openVirtualBoard();
    const api = board.breaker('api', { failureThreshold: 3 });
    failTimes(api, 1);
    board.ingest.next(outcome());
    expect(api.snapshot().consecutiveFailures).toBe(2);
    board.ingest.next(outcome({ outcome: 'succeeded' }));
    expect(api.snapshot().consecutiveFailures).toBe(0);
    for (let event = 0; event < 3; event++) board.ingest.next(outcome());
    expect(api.snapshot()).toMatchObject({ state: 'open', cause: 'consecutive_failures' });
  });

  test('counts in a window, with its duration', async () => {
    const { board } = await openVirtualBoard();
    const trip = { policy: 'count', calls: 10, slowCallMs: 100 } as const;
    const api = board.breaker('api', { trip });
    board.ingest.next(outcome({ outcome: 'succeeded', durationMs: 100 }));
    board.ingest.next(outcome({ outcome: 'succeeded', durationMs: 99 }));
    board.ingest.next(outcome());
    board.ingest.next(outcome({ outcome: 'ignored' }));
    expect(api.snapshot().window).toEqual({ calls: 3, failures: 1, slow: 1 });
  });

  test('makes the breaker that it names', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    board.ingest.next(outcome({ breaker: 'elsewhere' }));
    expect(board.breaker('elsewhere').state).toBe('open');
  });

  test('may be any outcome', async () => {
    const { board, clock } = await openVirtualBoard();
    const retryAtMs = clock.nowMs() + 5_000;
    board.ingest.next(outcome({ breaker: 'paused', outcome: 'rate_limited', retryAtMs }));
    board.ingest.next(outcome({ breaker: 'key', outcome: 'unauthorized' }));
    board.ingest.next(outcome({ breaker: 'credit', outcome: 'over_quota' }));
    expect(board.breaker('paused').snapshot()).toMatchObject({ probeAtMs: retryAtMs });
    expect(board.breaker('key').snapshot().latches).toEqual(['unauthorized']);
    expect(board.breaker('credit').snapshot().latches).toEqual(['quota']);
  });

  test('is said as a fact, with what became of it', async () => {
    const { board, factsOf } = await openVirtualBoard({ defaults: QUICK });
    board.ingest.next(outcome({ durationMs: 7 }));
    board.ingest.next(outcome());
    board.flush();
    expect(factsOf('call.finished')).toMatchObject([
      { breaker: 'api', outcome: 'failed', durationMs: 7, recorded: 'counted' },
      { breaker: 'api', outcome: 'failed', durationMs: 0, recorded: 'late' },
    ]);
  });

  test('counts once, however often it comes', async () => {
    const { board } = await openVirtualBoard();
    const api = board.breaker('api', { failureThreshold: 3 });
    const event = outcome();
    for (let time = 0; time < 5; time++) board.ingest.next(event);
    expect(api.snapshot().consecutiveFailures).toBe(1);
  });

  test('that could not be counted counts when it comes again', async () => {
    const { board, clock, factsOf } = await openVirtualBoard({ breakersMax: 1, defaults: QUICK });
    const other = board.breaker('other');
    failTimes(other, 1);
    const event = outcome();
    board.ingest.next(event);
    board.flush();
    expect(factsOf('ingest.refused')).toMatchObject([
      { problem: 'the board holds 1 breakers, breakersMax, and none is pristine' },
    ]);
    await clock.advanceAsync(QUICK.recoveryTimeoutMs);
    other.acquire().succeed();
    board.flush();
    board.ingest.next(event);
    expect(board.breaker('api').state).toBe('open');
  });
});

describe('time', () => {
  test('makes an event late that is older than the breaker’s last change', async () => {
    const { board, clock } = await openVirtualBoard();
    const api = board.breaker('api', { failureThreshold: 2 });
    clock.advance(1_000);
    api.reset('begin anew');
    const changedAtMs = clock.nowMs();
    clock.advance(1_000);
    board.ingest.next(outcome({ atMs: changedAtMs - 1 }));
    expect(api.snapshot().consecutiveFailures).toBe(0);
    board.ingest.next(outcome({ atMs: changedAtMs }));
    expect(api.snapshot().consecutiveFailures).toBe(1);
  });

  test('of an event does not matter to a breaker that never changed', async () => {
    const { board, clock } = await openVirtualBoard();
    const api = board.breaker('api');
    void api.actor;
    board.ingest.next(outcome({ atMs: clock.nowMs() - 86_400_000 }));
    expect(api.snapshot().consecutiveFailures).toBe(1);
  });

  test('keeps an event out of a window that it is too old for', async () => {
    const { board, clock } = await openVirtualBoard();
    const api = board.breaker('api', { trip: { policy: 'time', windowMs: 1_000 } });
    board.ingest.next(outcome({ atMs: clock.nowMs() - 1_000 }));
    expect(api.snapshot().window).toMatchObject({ calls: 0 });
    board.ingest.next(outcome({ atMs: clock.nowMs() - 999 }));
    expect(api.snapshot().window).toMatchObject({ calls: 1 });
  });

  test('a breaker that is open or half open listens to no outcome but a longer pause', async () => {
    const { board, clock } = await openVirtualBoard({ defaults: QUICK });
    const api = board.breaker('api');
    failTimes(api, 1);
    const { probeAtMs } = api.snapshot();
    board.ingest.next(outcome({ outcome: 'unauthorized' }));
    board.ingest.next(outcome({ outcome: 'succeeded' }));
    expect(api.snapshot()).toMatchObject({ path: 'open.cooling', probeAtMs });
    const retryAtMs = clock.nowMs() + 90_000;
    board.ingest.next(outcome({ outcome: 'rate_limited', retryAtMs }));
    expect(api.snapshot()).toMatchObject({ path: 'open.cooling', probeAtMs: retryAtMs });
    clock.advance(90_000);
    for (const other of ['succeeded', 'failed', 'rate_limited', 'unauthorized'] as const) {
      board.ingest.next(outcome({ outcome: other, retryAtMs: clock.nowMs() + 5_000 }));
      expect(api.state).toBe('half_open');
    }
  });
});

describe('a bad event', () => {
  const long = 'x'.repeat(257);
  const bad: readonly (readonly [title: string, event: unknown, problem: string])[] = [
    ['null', null, 'an event must be an object'],
    ['nothing', undefined, 'an event must be an object'],
    ['a string', 'outcome', 'an event must be an object'],
    ['an empty object', {}, "kind must be 'outcome' or 'cost', got undefined"],
    ['another kind', outcome({ kind: 'bill' as never }), 'got a string of 4 characters'],
    ['a cost, where none are counted', outcome({ kind: 'cost' as never }), 'counts no costs'],
    ['an empty id', outcome({ id: '' }), 'id must be a string of 1 to 256 characters'],
    ['a long id', outcome({ id: long }), 'got a string of 257 characters'],
    ['a number as id', outcome({ id: 7 as never }), 'got 7'],
    ['a huge name', outcome({ breaker: 'x'.repeat(1e7) }), 'got a string of 10000000 characters'],
    ['no name', outcome({ breaker: null as never }), 'breaker must be a string'],
    ['no such outcome', outcome({ outcome: 'x' as never }), 'outcome must be one of succeeded'],
    ['an object as outcome', outcome({ outcome: {} as never }), 'got object'],
    ['an instant that is none', outcome({ atMs: NaN }), 'from 0 to 8640000000000000, got NaN'],
    ['a negative instant', outcome({ atMs: -1 }), 'got -1'],
    ['an endless duration', outcome({ durationMs: Infinity }), 'durationMs must be milliseconds'],
    ['text as instant', outcome({ retryAtMs: '5' as never }), 'got a string of 1 characters'],
    ['a bigint as instant', outcome({ retryAtMs: 5n as never }), 'got bigint'],
    ['an instant past all dates', outcome({ retryAtMs: 1e300 }), 'retryAtMs must be milliseconds'],
    ['a getter that throws', throwing('id'), 'unreadable: RangeError'],
    ['a proxy that throws', new Proxy({}, { get: throwIt }), 'unreadable: RangeError'],
  ];

  test.each(bad)('%s is refused with a fact, and the stream goes on', async (_, event, problem) => {
    const { board, factsOf } = await openVirtualBoard();
    const source$ = new Subject<IngestEvent>();
    source$.subscribe(board.ingest);
    const api = board.breaker('api');
    source$.next(event as IngestEvent);
    source$.next(outcome());
    board.flush();
    expect(factsOf('ingest.refused')).toMatchObject([
      { problem: expect.stringContaining(problem) },
    ]);
    expect(api.snapshot().consecutiveFailures).toBe(1);
  });

  test('is read once: what it says later changes nothing', async () => {
    const { board } = await openVirtualBoard();
    const api = board.breaker('api');
    let reads = 0;
    const event = Object.defineProperty(outcome(), 'breaker', {
      get: () => (reads++ === 0 ? 'api' : 7),
    });
    board.ingest.next(event);
    expect(reads).toBe(1);
    expect(api.snapshot().consecutiveFailures).toBe(1);
  });
});

describe('a source', () => {
  test('that fails or ends leaves the door open for others', async () => {
    const { board, factsOf } = await openVirtualBoard();
    const api = board.breaker('api');
    throwError(() => new TypeError('mine')).subscribe(board.ingest);
    EMPTY.subscribe(board.ingest);
    of(outcome(), outcome()).subscribe(board.ingest);
    board.flush();
    expect(factsOf('ingest.source_failed')).toMatchObject([{ errorName: 'TypeError' }]);
    expect(api.snapshot().consecutiveFailures).toBe(2);
  });

  test('of failures in a rhythm trips the breaker', async () => {
    const { board } = await openVirtualBoard();
    const api = board.breaker('api', { failureThreshold: 4 });
    const scheduler = new VirtualTimeScheduler(undefined, 400);
    interval(100, scheduler)
      .pipe(map((number) => outcome({ id: `probe ${number}` })))
      .subscribe(board.ingest);
    scheduler.maxFrames = 399;
    scheduler.flush();
    expect(api.state).toBe('closed');
    scheduler.maxFrames = 400;
    scheduler.flush();
    expect(api.state).toBe('open');
  });

  test('is refused once the board is closed', async () => {
    const { board, clock, factsOf } = await openVirtualBoard();
    const api = board.breaker('api');
    const permit = api.acquire();
    const closing = board.close();
    board.ingest.next(outcome());
    permit.succeed();
    await closing;
    await clock.settle();
    expect(factsOf('ingest.refused')).toMatchObject([{ problem: 'the board is closed' }]);
    expect(api.snapshot().consecutiveFailures).toBe(0);
  });
});

function throwIt(): never {
  throw new RangeError('mine');
}

function throwing(field: keyof OutcomeEvent): OutcomeEvent {
  return Object.defineProperty(outcome(), field, { get: throwIt });
}
