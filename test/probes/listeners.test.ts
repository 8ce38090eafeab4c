/** Probes C9, O11, O12, R1–R3: who listens, and who feeds, cannot hurt. */
import { interval, map, Subject, VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';

import type { IngestEvent } from '../../index.ts';
import { openVirtualBoard, QUICK } from '../board/open-boards.ts';
import { uncaughtErrors } from '../board/uncaught-errors.ts';

const throwIt = (): never => {
  throw new RangeError('the listener’s own');
};

const failure = (id: string): IngestEvent => ({
  kind: 'outcome',
  id,
  breaker: 'api',
  outcome: 'failed',
});

test('C9 a listener that throws when the breaker opens leaves callers their own error', async () => {
  const errors = uncaughtErrors();
  const { board, clock } = await openVirtualBoard({ defaults: QUICK });
  const api = board.breaker('api');
  board.facts$.subscribe(throwIt);
  board.inspectActors(throwIt);
  api.actor.subscribe(throwIt);
  const own = new TypeError('the call’s own');
  await expect(api.call(() => Promise.reject(own))).rejects.toBe(own);
  expect(api.state).toBe('open');
  await clock.settle();
  expect(await errors()).toEqual([]);
});

test('O11 a listener that throws at a success makes no failure of it', async () => {
  const errors = uncaughtErrors();
  const { board, clock } = await openVirtualBoard({ defaults: QUICK });
  const api = board.breaker('api');
  board.facts$.subscribe(throwIt);
  for (let call = 0; call < 5; call++) {
    await expect(api.call(() => 'fine')).resolves.toBe('fine');
    await clock.settle();
  }
  expect(api.state).toBe('closed');
  expect(await errors()).toEqual([]);
});

test('O12 a closed board is revived by no health check', async () => {
  const { board } = await openVirtualBoard({ defaults: QUICK });
  const api = board.breaker('api');
  const scheduler = new VirtualTimeScheduler();
  const checks = interval(10, scheduler).pipe(map((number) => failure(`check ${number}`)));
  const subscription = checks.subscribe(board.ingest);
  await board.close();
  scheduler.maxFrames = 1_000;
  scheduler.flush();
  expect(api.snapshot()).toMatchObject({ state: 'closed', consecutiveFailures: 0, generation: 1 });
  await expect(api.call(() => 1)).rejects.toMatchObject({ code: 'board_closed' });
  subscription.unsubscribe();
});

test('R1 a subscriber that throws is contained: others hear, and the process lives', async () => {
  const errors = uncaughtErrors();
  const { board, clock, facts } = await openVirtualBoard({ observed: false });
  board.facts$.subscribe(throwIt);
  board.facts$.subscribe((fact) => facts.push(fact));
  board.breaker('api').forceOpen('stop');
  await clock.settle();
  expect(facts.map(({ type }) => type)).toEqual([
    'operator.acted',
    'state.changed',
    'subscriber.failed',
  ]);
  expect(await errors()).toEqual([]);
});

test('R2 a subscriber that causes another fact does not turn the order round', async () => {
  const { board, clock } = await openVirtualBoard({ observed: false });
  const seqs: number[] = [];
  board.facts$.subscribe(({ seq }) => seq === 0 && board.breaker('api').reset('no'));
  board.facts$.subscribe(({ seq }) => seqs.push(seq));
  board.breaker('api').forceOpen('yes');
  await clock.settle();
  expect(seqs).toEqual([0, 1, 2, 3]);
});

test('R3 the ends of the bus outlive an error and a completion', async () => {
  const { board } = await openVirtualBoard();
  const api = board.breaker('api', { failureThreshold: 9 });
  const source$ = new Subject<IngestEvent>();
  source$.subscribe(board.ingest);
  source$.next(failure('first'));
  source$.error(new Error('the source’s own'));
  board.ingest.complete();
  board.ingest.next(failure('second'));
  expect(api.snapshot().consecutiveFailures).toBe(2);
});
