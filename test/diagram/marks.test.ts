/** What marks say of a line that stands for several transitions, and how names are written out. */
import { createMachine } from 'xstate';
import { describe, expect, it, test } from 'vitest';

import { chartOf } from '../../visualizations/diagram/chart-of.ts';
import type { Drawing, DrawnEdge } from '../../visualizations/diagram/drawing.ts';
import {
  heatMax,
  markedRows,
  rowsOf,
  shortCount,
} from '../../visualizations/diagram/edge-marks.ts';
import { mermaidOf } from '../../visualizations/diagram/mermaid-of.ts';
import { pictureOfEdge } from '../../visualizations/diagram/picture-edge.ts';
import { svgText } from '../../visualizations/diagram/svg-text.ts';
import { pictureHtml } from '../../visualizations/paths/report/html.ts';

const transition = (id: string) => ({ id, text: id, eventLength: id.length, title: id });
const edge: DrawnEdge = {
  id: 'e0',
  sourceId: 'a',
  targetId: 'b',
  kind: 'event',
  form: 'arrow',
  transitions: ['t1', 't2', 't3'].map(transition),
  shownCount: 1,
  heading: null,
  points: [],
  label: { x: 0, y: 0, width: 100, height: 40 },
};

describe('a line for several transitions', () => {
  it('stands for those that have no line of their own', () => {
    expect(rowsOf(edge).map((row) => row.map(({ id }) => id))).toEqual([['t1'], ['t2', 't3']]);
  });

  it('is covered when all of them are, and taken as often as they are together', () => {
    const covered = new Set(['t1', 't2']);
    const hits = new Map([
      ['t2', 3],
      ['t3', 4],
    ]);
    const marks = markedRows({ covered, hits, path: ['t3', 't1', 't2', 't3'] });
    expect(rowsOf(edge).map(marks)).toMatchObject([
      { isCovered: true, hitCount: 0, steps: [2] },
      { isCovered: false, hitCount: 7, steps: [1, 3, 4] },
    ]);
    expect(heatMax({ edges: [edge] } as unknown as Drawing, { hits })).toBe(7);
  });

  it.each([
    [[], false],
    [['t1'], true],
    [['t1', 't2', 't3'], false],
  ])('where %j are covered it is partly so: %s', (covered, isPartly) => {
    const picture = pictureOfEdge(edge, markedRows({ covered: new Set(covered) }), 0);
    expect(String(picture.attributes['class']).split(' ').includes('partly')).toBe(isPartly);
  });
});

test.each([
  [999, '999'],
  [1_999, '1.9k'],
  [12_999, '12k'],
  [999_999, '999k'],
  [1_000_000, '1M'],
  [2_500_000_000, '2.5G'],
])('%i in four characters at most is %s', (count, text) => {
  expect(shortCount(count)).toBe(text);
});

test('no name leaves the attribute that holds it', () => {
  const name = `"><img src=x onerror="x"> onload='x' &quot;`;
  const picture = { tag: 'g', attributes: { 'data-state': name }, children: [name] };
  for (const text of [svgText(picture), pictureHtml(picture).text]) {
    const [, value = ''] = /data-state="([^"]*)"/.exec(text) ?? [];
    expect(value).toMatch(
      /^&quot;&gt;&lt;img src=x onerror=&quot;x&quot;&gt; onload=.*&amp;quot;$/,
    );
    expect(text).not.toContain('<img');
  }
});

test.each([
  [8, 8, null],
  [9, 9, null],
  [12, 8, '+4 more'],
])('of %i transitions between two states Mermaid shows %i', (count, shownCount, more) => {
  const events = Array.from({ length: count }, (_, index) => [`E${index}`, 'b'] as const);
  const machine = createMachine({
    initial: 'a',
    states: { a: { on: Object.fromEntries(events) }, b: {} },
  });
  const [, label = ''] = /s1_a --> s2_b : (.*)/.exec(mermaidOf(chartOf(machine))) ?? [];
  const lines = label.split('<br/>');
  expect(lines.filter((line) => /^E\d+$/.test(line))).toHaveLength(shownCount);
  expect(lines.filter((line) => !/^E\d+$/.test(line))).toEqual(more === null ? [] : [more]);
});
