/** The feed of one breaker: its chart, its words, the tape of its events, and what was taken. */
import { expect, test } from 'vitest';

import { TAPE_MAX, type CoverageUpdate } from '../../visualizations/inspector/protocol.ts';
import { configuredTransitions } from '../../machines/transitions.ts';
import { breakerMachine, type BreakerEvent } from '../../index.ts';
import { failTimes, QUICK } from '../board/open-boards.ts';
import { openInspected, watch } from './watching.ts';

test('a breaker in view is told whole: state, context, words, options, events', async () => {
  const { board, clock, url } = await openInspected();
  failTimes(board.breaker('a', QUICK), 1);
  const stream = await watch(url, 'breaker/a');
  const update = await stream.breaker();
  expect(update).toMatchObject({
    name: 'a',
    isThere: true,
    isWhole: true,
    snapshot: { path: 'open.cooling', tripCount: 1 },
    activeIds: ['breaker', 'breaker.open', 'breaker.open.cooling'],
    context: { cause: 'consecutive_failures', probeAtMs: clock.nowMs() + 60_000 },
    reservedNanoUsd: null,
    tape: [],
    hits: {},
    row: { name: 'a', path: 'open.cooling' },
  });
  expect(update.explanation).toContain('The first probe may run in 60.0 s.');
  expect(update.options).toContainEqual(['recoveryTimeoutMs', '60000']);
  expect(update.enabled).toEqual(
    expect.arrayContaining(['probe.due', 'rate_limited', 'operator.reset']),
  );
  expect(update.enabled).not.toContain('probe.succeeded');
  // Every view has the board's summary, and no rows.
  expect(await stream.board()).toMatchObject({ rows: null, summary: { breakerCount: 1 } });
});

test('events reach the tape with what they took and changed', async () => {
  const { board, clock, url } = await openInspected();
  const breaker = board.breaker('a', QUICK);
  const stream = await watch(url, 'breaker/a');
  await stream.breaker();
  failTimes(breaker, 1);
  await clock.advanceAsync(250);
  const { tape, hits, isWhole } = await stream.breaker(({ tape }) => tape.length > 0);
  expect(isWhole).toBe(true);
  expect(tape).toMatchObject([
    {
      seq: 0,
      event: { type: 'trip', cause: 'consecutive_failures' },
      from: 'closed',
      to: 'open.cooling',
      taken: ['closed --trip--> open.cooling'],
      isIgnored: false,
      activeIds: ['breaker', 'breaker.open', 'breaker.open.cooling'],
      context: { generation: 1, tripCount: 1 },
    },
  ]);
  expect(tape[0]?.changed.toSorted()).toEqual(
    ['cause', 'generation', 'probeAtMs', 'trippedAtMs', 'tripCount'].toSorted(),
  );
  expect(hits).toEqual({ 'closed --trip--> open.cooling': 1 });
  breaker.actor.send({ type: 'probe.succeeded', generation: 1, needed: 1 });
  await clock.advanceAsync(250);
  const next = await stream.breaker(({ tape }) => tape[0]?.seq === 1);
  expect(next).toMatchObject({
    isWhole: false,
    tape: [{ event: { type: 'probe.succeeded' }, isIgnored: true, taken: [], changed: [] }],
    hits: { 'closed --trip--> open.cooling': 1 },
  });
});

test('an event that took a transition and changed nothing was not ignored', async () => {
  const { board, url } = await openInspected();
  const breaker = board.breaker('a');
  breaker.forceOpen('drill');
  await (await watch(url)).board();
  breaker.rotateKey();
  const { tape } = await (await watch(url, 'breaker/a')).breaker();
  expect(tape).toMatchObject([
    {
      event: { type: 'key.rotated' },
      isIgnored: false,
      taken: ['open.latched --key.rotated[0]--> (stays)'],
      changed: [],
    },
  ]);
});

test('a breaker that is opened later shows what just happened to it', async () => {
  const { board, url } = await openInspected();
  const breaker = board.breaker('a', QUICK);
  const stream = await watch(url);
  await stream.board();
  failTimes(breaker, 1);
  breaker.reset('fixed', { by: 'ann' });
  const other = await watch(url, 'breaker/a');
  const { tape } = await other.breaker();
  expect(tape.map(({ event, to }) => [event.type, to])).toEqual([
    ['trip', 'open.cooling'],
    ['operator.reset', 'closed'],
  ]);
});

test('a tape has a bound, and so has what others write on it', async () => {
  const { board, url } = await openInspected();
  const { actor } = board.breaker('a');
  await (await watch(url)).board();
  const long: Record<string, unknown> = { text: 'x'.repeat(5_000), list: Array(500).fill(1) };
  long['self'] = long;
  long['call'] = () => 1;
  const rude = {
    get text(): string {
      throw new Error('no');
    },
  };
  for (let index = 0; index < TAPE_MAX + 50; index++)
    actor.send({ type: 'probe.due', atMs: index });
  actor.send({ type: 'probe.due', atMs: 1, long, rude } as unknown as BreakerEvent);
  const { tape } = await (await watch(url, 'breaker/a')).breaker();
  expect(tape).toHaveLength(TAPE_MAX);
  expect(tape.at(-1)?.seq).toBe(TAPE_MAX + 50);
  const text = `${'x'.repeat(1_023)}…`;
  const list = Array<number>(32).fill(1);
  expect(tape.at(-1)?.event).toMatchObject({
    long: { text, list, call: 'a function', self: { self: { self: '…' } } },
    rude: 'unreadable',
  });
});

test('who comes back to a breaker is told the rest of the tape', async () => {
  const { board, clock, url } = await openInspected();
  const breaker = board.breaker('a', QUICK);
  const first = await watch(url, 'breaker/a');
  await first.breaker();
  failTimes(breaker, 1);
  await clock.advanceAsync(250);
  await first.breaker(({ tape }) => tape.length > 0);
  first.leave();
  breaker.reset('fixed');
  const again = await watch(url, 'breaker/a', first.lastId);
  const { isWhole, tape } = await again.breaker();
  expect(isWhole).toBe(false);
  expect(tape.map(({ seq }) => seq)).toEqual([1]);
});

test('a breaker that sleeps is shown closed, and sleeps on', async () => {
  const { board, url } = await openInspected();
  board.breaker('a');
  const woken: string[] = [];
  board.inspectActors((event) => void woken.push(event.type));
  const update = await (await watch(url, 'breaker/a')).breaker();
  expect(update).toMatchObject({ activeIds: ['breaker', 'breaker.closed'], tape: [] });
  expect(woken).toEqual([]);
});

test('a breaker that is not there is said not to be, and none is made', async () => {
  const { board, url } = await openInspected();
  const update = await (await watch(url, 'breaker/nobody')).breaker();
  expect(update).toMatchObject({ name: 'nobody', isThere: false, snapshot: null, row: null });
  expect(board.breakers()).toEqual([]);
});

test('hostile names and reasons arrive as the plain texts that they are', async () => {
  const name = `<script>alert("1")</script>\n\ndata: {}\n\n"'&`;
  const { board, url } = await openInspected();
  board.breaker(name).forceOpen(`<img src=x onerror=alert(1)>\n\nevent: board\n\n`, { by: '</b>' });
  const stream = await watch(url, `breaker/${encodeURIComponent(name)}`);
  const update = await stream.breaker();
  expect(update.name).toBe(name);
  expect(update.row?.reason).toBe('</b>: <img src=x onerror=alert(1)>\n\nevent: board\n\n');
  expect((await (await watch(url)).board()).rows?.[0]?.name).toBe(name);
  expect(stream.events.map(({ type }) => type)).toEqual(['board', 'breaker']);
});

test('coverage tells every transition, those that tests take, and those that traffic took', async () => {
  const { board, clock, url } = await openInspected();
  const breakers = ['a', 'b'].map((name) => board.breaker(name, QUICK));
  const stream = await watch(url, 'coverage');
  const first = (await stream.event(({ type }) => type === 'coverage')).data as CoverageUpdate;
  expect(first.transitions).toEqual(configuredTransitions(breakerMachine).map(({ id }) => id));
  expect(first.tested).toEqual(first.transitions);
  expect(first).toMatchObject({ chartId: 'breaker', hits: {}, breakers: {} });
  for (const breaker of breakers) failTimes(breaker, 1);
  breakers[0]?.reset('again');
  failTimes(breakers[0] as (typeof breakers)[0], 1);
  await clock.advanceAsync(250);
  const isLater = ({ type, data }: { type: string; data: unknown }): boolean =>
    type === 'coverage' && Object.keys((data as CoverageUpdate).hits).length > 0;
  const { hits, breakers: by } = (await stream.event(isLater)).data as CoverageUpdate;
  expect(hits['closed --trip--> open.cooling']).toBe(3);
  expect(by['closed --trip--> open.cooling']).toBe(2);
});
