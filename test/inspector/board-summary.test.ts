/** How often the summary looks at every breaker of the board. */
import { expect, test } from 'vitest';

import type { Health } from '../../services/board-health.ts';
import type { FactBody } from '../../services/facts.ts';
import { Summary, type SummaryParts } from '../../visualizations/inspector/board-summary.ts';
import type { BoardSummary } from '../../visualizations/inspector/protocol.ts';
import { columnAt, Traffic } from '../../visualizations/inspector/traffic.ts';
import { VirtualClock } from '../kit/virtual-clock.ts';

function summaryOf() {
  const clock = new VirtualClock();
  const board = { open: 0, asked: 0 };
  const health = (): Health => {
    board.asked++;
    const counts = { closed: 1, open: board.open, half_open: 0, budget_limited: 0, total: 1 };
    return { status: 'healthy', reasons: [], breakers: counts } as unknown as Health;
  };
  const registry = { size: 1 };
  const summary = new Summary({
    board: { health },
    registry,
    runtime: { clock },
    spend: { total: null, hasMoney: false },
    traffic: new Traffic(columnAt(0)),
  } as unknown as SummaryParts);
  const told = (): number => (JSON.parse(summary.json) as BoardSummary).counts.open;
  return { clock, board, registry, summary, told };
}

const heard = (type: FactBody['type']): FactBody => ({ type }) as FactBody;

test('while calls end, are refused and cost, every breaker is looked at once a second', () => {
  const { clock, board, summary } = summaryOf();
  for (let tick = 0; tick < 12; tick++) {
    for (const type of ['call.finished', 'call.refused', 'cost.settled'] as const) {
      summary.hear(heard(type));
    }
    summary.advance(tick);
    clock.advance(250);
  }
  expect(board.asked).toBe(3);
});

test('a breaker that opened is told with the next tick', () => {
  const { clock, board, summary, told } = summaryOf();
  summary.advance(1);
  clock.advance(250);
  board.open = 1;
  summary.hear(heard('state.changed'));
  summary.advance(2);
  expect([told(), summary.tick]).toEqual([1, 2]);
});

test('a breaker that was made without a fact is counted with the next tick', () => {
  const { clock, board, registry, summary } = summaryOf();
  summary.advance(1);
  clock.advance(250);
  registry.size = 2;
  summary.advance(2);
  summary.advance(3);
  expect(board.asked).toBe(2);
});

test('what no fact told of is seen within a second', () => {
  const { clock, board, summary, told } = summaryOf();
  summary.advance(1);
  board.open = 1;
  clock.advance(999);
  summary.advance(2);
  expect(told()).toBe(0);
  clock.advance(1);
  summary.advance(3);
  expect(told()).toBe(1);
});
