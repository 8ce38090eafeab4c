/** Every machine gets a drawing in which nothing lies on anything else. */
import * as fc from 'fast-check';
import { createMachine, type AnyStateMachine } from 'xstate';
import { expect, test } from 'vitest';

import { chartOf } from '../../visualizations/diagram/chart-of.ts';
import { layoutOf } from '../../visualizations/diagram/layout-of.ts';
import { faultsOf } from './drawing-checks.ts';
import { alone, deep, fifty, MACHINES, player } from './machines.ts';

const drawn = (machine: AnyStateMachine) => layoutOf(chartOf(machine));

test.each(Object.entries(MACHINES))(
  '%s: labels lie on nothing, states in one another, arrows reach their states',
  async (_, machine) => {
    const chart = chartOf(machine);
    const drawing = await layoutOf(chart);
    expect(faultsOf(drawing)).toEqual([]);
    const ids = drawing.edges.flatMap(({ transitions }) => transitions.map(({ id }) => id));
    expect(new Set(ids)).toEqual(new Set(chart.transitions.map(({ id }) => id)));
  },
  60_000,
);

test('the same chart gives the same drawing', async () => {
  expect(await drawn(deep)).toEqual(await drawn(deep));
});

test('transitions between the same states share an arrow, and a long label is cut', async () => {
  const { edges } = await drawn(fifty);
  const many = edges.find(({ transitions }) => transitions.length === 11);
  expect(many).toMatchObject({ shownCount: 7, form: 'arrow' });
});

test('a transition into its own inside starts at a label that says so', async () => {
  const { edges } = await drawn(deep);
  expect(edges.filter(({ form }) => form === 'from-label').map(({ heading }) => heading)).toEqual([
    'from any in a',
    'from any in b',
  ]);
});

test('what stays where it is has no arrow', async () => {
  const { edges } = await drawn(player);
  const tick = edges.find(({ transitions }) => transitions[0]?.text === 'TICK');
  expect(tick).toMatchObject({ form: 'inside', points: [] });
});

test('a chart that is too large is refused with what can be drawn', async () => {
  const states = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`s${index}`, {}]));
  const many = createMachine({ id: 'many', initial: 's0', states });
  await expect(drawn(many)).rejects.toMatchObject({
    code: 'drawing_failed',
    message: expect.stringContaining('at most 1000 states'),
  });
});

test('many drawings asked for at once all come', async () => {
  const drawings = await Promise.all(Array.from({ length: 8 }, () => drawn(alone)));
  expect(drawings.map(({ states }) => states.length)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
});

interface Tree {
  readonly kind: 'atomic' | 'compound' | 'parallel';
  readonly inner: readonly Tree[];
}

const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constant({ kind: 'atomic' as const, inner: [] }),
    fc.record({
      kind: fc.constantFrom('compound' as const, 'parallel' as const),
      inner: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
    }),
  ),
})).tree;

const config = (node: Tree, id: string): { ids: string[]; config: Record<string, unknown> } => {
  const inner = node.inner.map((each, index) => config(each, `${id}_${index}`));
  const states = Object.fromEntries(inner.map((each, index) => [`k${index}`, each.config]));
  const kind = node.kind === 'parallel' ? { type: 'parallel' } : { initial: 'k0' };
  return {
    ids: [id, ...inner.flatMap(({ ids }) => ids)],
    config: { id, ...(inner.length > 0 ? { ...kind, states } : {}) },
  };
};

const ARROWS = fc.array(
  fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('go', 'come.back', 'a rather long name of it')),
  { maxLength: 14 },
);

test('random machines are drawn without one thing on another', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(tree, { minLength: 1, maxLength: 4 }),
      ARROWS,
      async (inner, arrows) => {
        const { ids, config: root } = config({ kind: 'compound', inner }, 'r');
        const on = new Map<string, Record<string, string>>();
        for (const [from, to, event] of arrows) {
          const source = ids[from % ids.length] ?? 'r';
          on.set(source, { ...on.get(source), [event]: `#${ids[to % ids.length]}` });
        }
        const withArrows = (node: Record<string, unknown>): Record<string, unknown> => ({
          ...node,
          on: on.get(node['id'] as string) ?? {},
          ...(node['states'] === undefined
            ? {}
            : {
                states: Object.fromEntries(
                  Object.entries(node['states'] as Record<string, Record<string, unknown>>).map(
                    ([key, each]) => [key, withArrows(each)],
                  ),
                ),
              }),
        });
        const machine = createMachine(withArrows(root) as Parameters<typeof createMachine>[0]);
        expect(faultsOf(await drawn(machine))).toEqual([]);
      },
    ),
    { numRuns: process.env['FUSEBOARD_LONG'] === '1' ? 200 : 12, seed: 20_261_122 },
  );
}, 300_000);
