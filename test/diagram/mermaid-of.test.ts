/** Mermaid's text keeps to the grammar of stateDiagram-v2, whatever names a machine has. */
import { expect, test } from 'vitest';

import { chartOf } from '../../visualizations/diagram/chart-of.ts';
import { mermaidOf } from '../../visualizations/diagram/mermaid-of.ts';
import { deep, hostile, light, MACHINES, player } from './machines.ts';

const WORDS = String.raw`(?:[\p{L}\p{N} _.,()[\]/+*'!?=-]|#\d+;|<br/>)+`;
const ID = '(?:any_)?s\\d+_\\w*';
/** Every line that may stand in it. */
const LINES = [
  /^stateDiagram-v2$/,
  /^ {2}acc(Title|Descr): [^\n:;#<>{}"]+$/,
  new RegExp(`^ +state "${WORDS}" as ${ID}( \\{)?$`, 'u'),
  new RegExp(`^ +\\[\\*\\] --> ${ID}$`, 'u'),
  new RegExp(`^ +${ID} --> \\[\\*\\]$`, 'u'),
  new RegExp(`^ {2}${ID} --> ${ID} : ${WORDS}$`, 'u'),
  /^ +\}$/,
  /^ {4,}--$/,
];

test.each(Object.entries(MACHINES))('%s: each line is one that Mermaid reads', (_, machine) => {
  const lines = mermaidOf(chartOf(machine)).trimEnd().split('\n');
  expect(lines.filter((line) => !LINES.some((each) => each.test(line)))).toEqual([]);
  const depth = lines.reduce(
    (sum, line) => sum + (line.endsWith('{') ? 1 : 0) - (/^ +\}$/.test(line) ? 1 : 0),
    0,
  );
  expect(depth).toBe(0);
  const known = new Set(lines.flatMap((line) => / as (\w+)/.exec(line)?.[1] ?? []));
  const named = lines.flatMap((line) => / (\w+) --> (\w+) :/.exec(line)?.slice(1) ?? []);
  expect(named.filter((id) => !known.has(id))).toEqual([]);
});

test('states, first states, ends and arrows are there', () => {
  expect(mermaidOf(chartOf(light))).toBe(`stateDiagram-v2
  accTitle: light
  [*] --> s1_green
  state "green" as s1_green
  state "yellow" as s2_yellow
  state "red" as s3_red
  state "broken" as s4_broken
  s4_broken --> [*]
  s1_green --> s2_yellow : after 1000 ms
  s2_yellow --> s3_red : after 500 ms
  s3_red --> s4_broken : BREAK
  s3_red --> s1_green : after 1500 ms
`);
});

test('regions are kept apart, and what is taken anywhere starts at a state of its own', () => {
  const text = mermaidOf(chartOf(player));
  expect(text.match(/^ +--$/gm)).toHaveLength(3);
  expect(text).toMatch(/state "any state" as any_s0_player/);
  expect(text).toMatch(/any_s0_player --> s3_track_playing : BOTH/);
});

test('no arrow joins a state and what stands in it', () => {
  const text = mermaidOf(chartOf(deep));
  expect(text).toContain('any_s1_a --> s5_a_b_c_e : IN');
  expect(text).toContain('s4_a_b_c_d --> any_s0_deep : ROOT');
});

test('marks of the grammar in a name are escaped', () => {
  const text = mermaidOf(chartOf(hostile));
  expect(text).not.toMatch(/<(?!br\/>)|%%|\{(?!$)/m);
  expect(text).toContain('a b#58; c#59; #37;#37; d --#62;');
});
