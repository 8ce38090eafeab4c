/** Which tiles the board shows, in which order and where: plain arithmetic, without a browser. */
import { describe, expect, it, test } from 'vitest';

import type { BoardRow } from '../../visualizations/inspector/board-rows.ts';
import { arrange, rankNames } from '../../visualizations/page/board/arrange.ts';
import { formatQuery, parseQuery } from '../../visualizations/page/board/board-query.ts';
import {
  geometryOf,
  placeOf,
  stepOf,
  TILE_GAP,
  TILE_HEIGHT,
  visibleRange,
} from '../../visualizations/page/board/grid-geometry.ts';

const row = (name: string, more: Partial<BoardRow> = {}): BoardRow => ({
  number: 0,
  name,
  state: 'closed',
  path: 'closed',
  cause: null,
  latches: [],
  reason: '',
  probeAtMs: null,
  changedAtMs: 0,
  isQuarantined: false,
  callsPerS: 0,
  failedPerS: 0,
  refusedPerS: 0,
  spentNanoUsd: null,
  traffic: null,
  ...more,
});

const ROWS: readonly BoardRow[] = [
  row('svc-10', { callsPerS: 5, changedAtMs: 3 }),
  row('svc-2', { spentNanoUsd: 7, changedAtMs: 9 }),
  row('failing', { failedPerS: 0.1, callsPerS: 5 }),
  row('limited', { state: 'budget_limited', reason: 'A budget passed' }),
  row('probing', { state: 'half_open', spentNanoUsd: 9 }),
  row('down', { state: 'open' }),
  row('broken', { isQuarantined: true }),
];

const shown = (query: string): string[] =>
  arrange(ROWS, parseQuery(query), rankNames(ROWS.map(({ name }) => name)));

test.each([
  ['', 'broken down probing limited failing svc-2 svc-10'],
  ['sort=name', 'broken down failing limited probing svc-2 svc-10'],
  ['sort=calls', 'failing svc-10 broken down limited probing svc-2'],
  ['sort=spend', 'probing svc-2 broken down failing limited svc-10'],
  ['sort=changed', 'svc-2 svc-10 broken down failing limited probing'],
  ['sort=toString', 'broken down probing limited failing svc-2 svc-10'],
  ['state=open,half_open', 'down probing'],
  ['q=%20SVC-%20', 'svc-2 svc-10'],
  ['q=budget', 'limited'],
  ['q=svc&state=open', ''],
])('what is asked for as %j is %s', (query, names) => {
  expect(shown(query).join(' ')).toBe(names);
});

test('a query is written as it is read, and of what nobody knows nothing is kept', () => {
  const text = 'q=a%26b&state=open%2Cclosed&sort=spend';
  expect(formatQuery(parseQuery(text))).toBe(text);
  expect(formatQuery(parseQuery('state=none&sort=none&more=1'))).toBe('');
  expect(parseQuery(`q=${'x'.repeat(300)}`).text).toHaveLength(256);
});

describe('a grid', () => {
  it.each([
    [256, 1],
    [256 + TILE_GAP + 255, 1],
    [256 + TILE_GAP + 256, 2],
    [100, 1],
    [0, 1],
  ])('%i pixels wide has %i columns', (width, columns) => {
    const geometry = geometryOf(width, 10);
    expect(geometry.columns).toBe(columns);
    const [x] = placeOf(columns - 1, geometry);
    expect(x + geometry.tileWidth).toBeCloseTo(width);
  });

  it('is as high as its rows, without a gap below the last', () => {
    expect(geometryOf(256, 0).height).toBe(0);
    expect(geometryOf(256, 1).height).toBe(TILE_HEIGHT);
    expect(geometryOf(600, 3).height).toBe(2 * TILE_HEIGHT + TILE_GAP);
  });

  it('shows every tile that can be seen, with two rows to spare on either side', () => {
    const step = TILE_HEIGHT + TILE_GAP;
    const geometry = geometryOf(600, 100);
    expect(visibleRange(0, 2 * step, 100, geometry)).toEqual([0, 8]);
    expect(visibleRange(10 * step, 12 * step + 1, 100, geometry)).toEqual([16, 30]);
    expect(visibleRange(1e6, 2e6, 100, geometry)).toEqual([100, 100]);
    expect(visibleRange(-2e6, -1e6, 100, geometry)).toEqual([0, 0]);
  });

  it.each([
    ['ArrowLeft', 0, 0],
    ['ArrowLeft', 4, 3],
    ['ArrowRight', 9, 9],
    ['ArrowDown', 5, 9],
    // Below there is none in that column.
    ['ArrowDown', 6, 6],
    ['ArrowUp', 4, 0],
    ['ArrowUp', 3, 3],
    ['PageDown', 1, 9],
    ['PageDown', 3, 9],
    ['PageUp', 9, 1],
    ['PageUp', 3, 0],
    ['Home', 7, 0],
    ['End', 7, 9],
    ['x', 7, null],
  ])('%s leads from tile %i of ten in four columns to %s', (key, from, to) => {
    expect(stepOf(key, from, 10, 4, 2)).toBe(to);
  });
});
