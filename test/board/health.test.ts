/** How a board fares: one word, reasons that a program can read, and the counts behind them. */
import { describe, expect, test } from 'vitest';

import type { Board, BreakerEvent, Health } from '../../index.ts';
import type { BreakerCore } from '../../services/breaker-core.ts';
import { loadSqlite } from '../../persistence/native-guard.ts';
import { atEnd, scratchFile } from '../persistence/scratch.ts';
import { failTimes, openVirtualBoard, QUICK } from './open-boards.ts';

const codesOf = ({ reasons }: Health): string[] => reasons.map(({ code }) => code);

/** Breakers that have had a call each. */
async function used(board: Board, count: number) {
  const breakers = Array.from({ length: count }, (_, number) => board.breaker(`api ${number}`));
  for (const breaker of breakers) await breaker.call(() => 1);
  return breakers;
}

const warned = (atMs: number): BreakerEvent => ({ type: 'budget.warned', atMs });

describe('COST-44 system health assessment', () => {
  test('COST-44 system health assessment: a board on which nothing is wrong is healthy', async () => {
    const { board, clock } = await openVirtualBoard();
    await used(board, 3);
    board.breaker('never called');
    expect(board.health()).toEqual({
      status: 'healthy',
      reasons: [],
      omittedCount: 0,
      breakers: {
        closed: 4,
        open: 0,
        half_open: 0,
        budget_limited: 0,
        total: 4,
        used: 3,
        usedOpen: 0,
        quarantined: 0,
      },
      store: 'ok',
      emergency: null,
      droppedFactCount: 0,
      atMs: clock.nowMs(),
    });
  });

  test('COST-44 system health assessment: an empty board is healthy', async () => {
    const { board } = await openVirtualBoard();
    expect(board.health()).toMatchObject({ status: 'healthy', breakers: { total: 0 } });
  });

  test.each([
    [1, 3, 'degraded'],
    [1, 2, 'critical'],
    [2, 4, 'critical'],
    [3, 3, 'critical'],
  ])(
    'COST-44 system health assessment: %d of %d breakers in use that are open make it %s',
    async (open, count, status) => {
      const { board } = await openVirtualBoard({ defaults: QUICK });
      // Breakers that nobody calls say nothing about the others.
      for (let number = 0; number < 20; number++) board.breaker(`idle ${number}`);
      const breakers = await used(board, count);
      for (const breaker of breakers.slice(0, open)) failTimes(breaker, 1);
      const health = board.health();
      expect(health.status).toBe(status);
      expect(health.breakers).toMatchObject({ used: count, usedOpen: open, open });
      expect(codesOf(health).includes('breakers_mostly_open')).toBe(status === 'critical');
    },
  );

  test('COST-44 system health assessment: an emergency is critical, and the one reason', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    const breakers = await used(board, 3);
    failTimes(breakers[0]!, 1);
    board.emergencyShutdown('the bill explodes', { by: 'ann' });
    expect(board.health()).toMatchObject({
      status: 'critical',
      reasons: [
        {
          code: 'emergency',
          subject: 'ann',
          severity: 'critical',
          words: 'The board was shut down by ann: the bill explodes.',
        },
      ],
      breakers: { open: 3, closed: 0 },
      emergency: { by: 'ann' },
    });
    board.resume('over', { by: 'ann' });
    expect(board.health()).toMatchObject({ status: 'degraded', breakers: { open: 1, closed: 2 } });
  });
});

describe('COST-45 degraded system detection', () => {
  test('COST-45 degraded system detection: a breaker that is not closed, by its name and state', async () => {
    const { board, clock } = await openVirtualBoard({ defaults: QUICK });
    await used(board, 10);
    failTimes(board.breaker('api 1'), 1);
    expect(board.health()).toMatchObject({
      status: 'degraded',
      reasons: [
        {
          code: 'breaker_open',
          subject: 'api 1',
          severity: 'degraded',
          words: 'Breaker "api 1" is open.cooling (consecutive_failures).',
        },
      ],
    });
    clock.advance(60_000);
    board.breaker('api 2').actor.send(warned(clock.nowMs()));
    board.breaker('api 3').forceOpen('maintenance');
    const health = board.health();
    expect(health.reasons.map(({ code, subject }) => `${code} ${subject}`).sort()).toEqual([
      'breaker_half_open api 1',
      'breaker_limited api 2',
      'breaker_open api 3',
    ]);
    expect(health.reasons.map(({ words }) => words)).toContain(
      'Breaker "api 3" is open.latched (operator).',
    );
    expect(health.breakers).toMatchObject({ closed: 7, open: 1, half_open: 1, budget_limited: 1 });
  });

  test('COST-45 degraded system detection: it ends when the breakers recover', async () => {
    const { board, clock } = await openVirtualBoard({ defaults: QUICK });
    await used(board, 5);
    failTimes(board.breaker('api 1'), 1);
    expect(board.health().status).toBe('degraded');
    clock.advance(60_000);
    board.breaker('api 1').acquire().succeed();
    expect(board.health().status).toBe('healthy');
  });

  test('COST-45 degraded system detection: a store that takes no row', async () => {
    const path = scratchFile();
    const { board, clock } = await openVirtualBoard({ store: `sqlite:${path}`, defaults: QUICK });
    await used(board, 5);
    const other = new (loadSqlite())(path, { timeout: 0 });
    atEnd(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    board.breaker('api 0').reset('anew');
    await clock.advanceAsync(1_000);
    expect(board.health()).toMatchObject({
      status: 'degraded',
      store: 'failing',
      reasons: [{ code: 'store_failing', subject: 'store' }],
    });
    other.exec('ROLLBACK');
    await clock.advanceAsync(3_000);
    expect(board.health()).toMatchObject({ status: 'healthy', store: 'ok' });
  });

  test('COST-45 degraded system detection: a table of the board that cannot be read', async () => {
    const path = scratchFile();
    const { board, clock } = await openVirtualBoard({ store: `sqlite:${path}` });
    const other = new (loadSqlite())(path, { timeout: 0 });
    atEnd(() => void other.close());
    other.exec('ALTER TABLE board_state RENAME TO hidden');
    await clock.advanceAsync(250);
    expect(board.health()).toMatchObject({ status: 'degraded', store: 'failing' });
    other.exec('ALTER TABLE hidden RENAME TO board_state');
    await clock.advanceAsync(250);
    expect(board.health()).toMatchObject({ status: 'healthy', store: 'ok' });
  });

  test('COST-45 degraded system detection: an actor in quarantine', async () => {
    const { board } = await openVirtualBoard();
    await used(board, 3);
    const api = board.breaker('api 0');
    for (let crash = 0; crash < 6; crash++) (api.actor as unknown as { stop(): void }).stop();
    expect(board.health()).toMatchObject({
      status: 'degraded',
      reasons: [{ code: 'breaker_quarantined', subject: 'api 0' }],
      breakers: { quarantined: 1 },
    });
  });

  test('COST-45 degraded system detection: facts that were lost', async () => {
    const { board } = await openVirtualBoard();
    const api = board.breaker('api');
    for (let call = 0; call < 10_005; call++) api.acquire().succeed();
    expect(board.health()).toMatchObject({
      status: 'degraded',
      reasons: [{ code: 'facts_dropped', subject: 'facts' }],
      droppedFactCount: 5,
    });
  });
});

describe('COST-46 health status reporting', () => {
  test('COST-46 health status reporting: ten reasons of a kind are named, the others counted', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    const breakers = await used(board, 100);
    for (const breaker of breakers.slice(0, 25)) failTimes(breaker, 1);
    const health = board.health();
    expect(codesOf(health)).toEqual(Array<string>(10).fill('breaker_open'));
    expect(health).toMatchObject({ status: 'degraded', omittedCount: 15, breakers: { open: 25 } });
  });

  test('COST-46 health status reporting: the gravest reason comes first, and a report stays as it was', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK });
    const breakers = await used(board, 2);
    failTimes(breakers[0]!, 1);
    const health = board.health();
    expect(health.reasons.map(({ severity }) => severity)).toEqual(['critical', 'degraded']);
    breakers[0]?.reset('anew');
    expect(health).toMatchObject({ status: 'critical', breakers: { open: 1 } });
    for (const part of [health, health.reasons, health.reasons[0], health.breakers]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test('CRIT-33 accurate health over ten thousand breakers, none of which is woken', async () => {
    const { board } = await openVirtualBoard({ defaults: QUICK, observed: false });
    const breakers = await used(board, 10_000);
    for (const breaker of breakers.slice(0, 100)) failTimes(breaker, 1);
    const awake = (): number => breakers.filter((one) => (one as BreakerCore).isHydrated).length;
    expect(awake()).toBe(100);
    expect(board.health().breakers).toMatchObject({ total: 10_000, closed: 9_900, open: 100 });
    board.emergencyShutdown('stop');
    expect(board.health().breakers).toMatchObject({ total: 10_000, open: 10_000 });
    expect(awake()).toBe(100);
  });
});
