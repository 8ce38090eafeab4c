/** A picture carries what is marked, and nothing that a name could smuggle in. */
import { beforeAll, expect, test } from 'vitest';

import { chartOf } from '../../visualizations/diagram/chart-of.ts';
import { FILE_STYLE, PAGE_STYLE } from '../../visualizations/diagram/diagram-style.ts';
import type { Drawing } from '../../visualizations/diagram/drawing.ts';
import { layoutOf } from '../../visualizations/diagram/layout-of.ts';
import { pictureOf } from '../../visualizations/diagram/picture-of.ts';
import type { PictureNode } from '../../visualizations/diagram/picture.ts';
import { svgText } from '../../visualizations/diagram/svg-text.ts';
import { hostile, light } from './machines.ts';

const PATH = ['green --after 1000 ms--> yellow', 'yellow --after 500 ms--> red'] as const;

let drawing: Drawing;
beforeAll(async () => {
  drawing = await layoutOf(chartOf(light));
});

const all = (node: PictureNode): PictureNode[] => [
  node,
  ...node.children.flatMap((child) => (typeof child === 'string' ? [] : all(child))),
];
const text = (node: PictureNode): string =>
  node.children.map((child) => (typeof child === 'string' ? child : text(child))).join('');
const classesOf = (node: PictureNode | undefined): string[] =>
  String(node?.attributes['class']).split(' ');
const rowOf = (picture: PictureNode, id: string): PictureNode | undefined =>
  all(picture).find(({ attributes }) => attributes['data-transition'] === id);
const edgeOf = (picture: PictureNode, id: string): PictureNode | undefined =>
  all(picture).find((node) => classesOf(node).includes('edge') && rowOf(node, id) !== undefined);
const numberIn = (row: PictureNode | undefined): string | undefined =>
  row &&
  all(row)
    .filter((node) => classesOf(node).includes('number'))
    .map(text)[0];

test('it says what it shows, and every transition has a tooltip', () => {
  const picture = pictureOf(drawing);
  expect(picture.attributes).toMatchObject({
    role: 'img',
    'aria-label': 'Statechart of light: 5 states, 4 transitions',
  });
  const row = rowOf(picture, PATH[0]);
  expect(row && all(row).find(({ tag }) => tag === 'title')?.children).toEqual([
    'after 1000 ms\ngreen → yellow',
  ]);
});

test('it carries classes and data only: no style, no script, no handler', () => {
  const names = all(pictureOf(drawing)).flatMap(({ attributes }) => Object.keys(attributes));
  expect(names.filter((name) => name === 'style' || name.startsWith('on'))).toEqual([]);
});

test('an active state is marked, with a lamp, not by colour alone', () => {
  const picture = pictureOf(drawing, { activeIds: new Set(['light', 'light.red']) });
  const red = all(picture).find(({ attributes }) => attributes['data-state'] === 'light.red');
  expect(classesOf(red)).toContain('active');
  expect(red && all(red).some((node) => classesOf(node).includes('lamp'))).toBe(true);
  expect(picture.attributes['aria-label']).toContain('active: red');
});

test('counts are numbers and widths; what was never taken is marked as that', () => {
  const hits = new Map<string, number>([
    [PATH[0], 12_345],
    [PATH[1], 3],
  ]);
  const picture = pictureOf(drawing, { hits });
  expect(numberIn(rowOf(picture, PATH[0]))).toBe('12k');
  expect(classesOf(edgeOf(picture, PATH[0]))).toContain('heat-5');
  expect(classesOf(edgeOf(picture, PATH[1]))).toContain('heat-1');
  const never = edgeOf(picture, 'red --BREAK--> broken');
  expect(classesOf(never)).toContain('never');
  expect(never && text(never)).toContain('Never taken.');
  expect(FILE_STYLE).toMatch(/\.never > \.line \{[^}]*stroke-dasharray/);
});

test('a path is numbered in its order, the transition just taken stands out', () => {
  const picture = pictureOf(drawing, { path: PATH, taken: new Set([PATH[1]]) });
  expect(PATH.map((id) => numberIn(rowOf(picture, id)))).toEqual(['1', '2']);
  expect(classesOf(rowOf(picture, PATH[1]))).toEqual(expect.arrayContaining(['on-path', 'taken']));
});

test('covered and uncovered transitions are told apart by a tick and a cross', () => {
  const picture = pictureOf(drawing, { covered: new Set([PATH[0]]) });
  expect(classesOf(edgeOf(picture, PATH[0]))).toContain('covered');
  expect(classesOf(edgeOf(picture, PATH[1]))).toContain('uncovered');
  const ticks = PATH.map((id) =>
    all(rowOf(picture, id) ?? picture).find((node) => classesOf(node).includes('tick')),
  );
  expect(ticks[0]?.attributes['d']).not.toEqual(ticks[1]?.attributes['d']);
});

test('names, descriptions and guards stay text in a file', async () => {
  const svg = svgText(pictureOf(await layoutOf(chartOf(hostile))));
  const tags = [...svg.matchAll(/<\/?([a-zA-Z!?][^\s/>]*)/g)].map(([, name]) => name);
  expect([...new Set(tags)].sort()).toEqual(
    ['circle', 'g', 'path', 'rect', 'style', 'svg', 'text', 'title', 'tspan'].sort(),
  );
  const outside = svg.replace(/"[^"]*"/g, '""').replace(/>[^<]*</g, '><');
  expect(outside).not.toMatch(/\son\w+=/i);

  expect(svg).not.toMatch(/[\u0000-\u0008\u007f-\u009f\u202a-\u202e]/);
  expect(svg.length).toBeLessThan(60_000);
});

test('a file knows light and dark; a page can switch', () => {
  expect(FILE_STYLE).toContain('@media (prefers-color-scheme: dark)');
  expect(FILE_STYLE).not.toMatch(/@(?!media)[a-z]|var\(/);
  expect(PAGE_STYLE).toContain(":root[data-theme='dark']");
  const used = new Set([...PAGE_STYLE.matchAll(/var\((--[a-z-]+)\)/g)].map(([, name]) => name));
  for (const name of used) expect(PAGE_STYLE).toContain(`${name}:`);
});
