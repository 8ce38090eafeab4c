/**
 * The picture of a drawing: a tree of SVG elements that carries classes and data attributes only.
 * Colours are the style's (diagram-style.ts). Pure, and without anything of Node or the layout
 * kernel: the page bundles it.
 *
 *   svg.diagram > g.state[data-state], g.edge[data-edge] > g.row[data-transition]
 */
import type { Drawing, DrawnState, Point } from './drawing.ts';
import { heatMax, markedRows } from './edge-marks.ts';
import { STATE } from './measures.ts';
import { pictureOfEdge } from './picture-edge.ts';
import { classes, node } from './picture-node.ts';
import type { Marks, PictureNode } from './picture.ts';

export function pictureOf(drawing: Drawing, marks: Marks = {}): PictureNode {
  const { width, height, states, edges, dots } = drawing;
  const rows = markedRows(marks);
  const most = heatMax(drawing, marks);
  return node(
    'svg',
    {
      class: classes(
        'diagram',
        marks.activeIds !== undefined && 'is-live',
        marks.hits !== undefined && 'has-hits',
      ),
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': told(drawing, marks),
    },
    [
      node(
        'g',
        { class: 'states' },
        states.map((state) => stateOf(state, marks)),
      ),
      node('g', { class: 'dots' }, dots.map(dotOf)),
      node(
        'g',
        { class: 'edges' },
        edges.map((edge) => pictureOfEdge(edge, rows, most)),
      ),
      // Arrows may lead over the head of a state that holds others: its name stays readable.
      node('g', { class: 'heads' }, states.filter(({ hasStates }) => hasStates).map(headOf)),
    ],
  );
}

/** What the picture shows, in a sentence. */
function told({ chartId, states, edges }: Drawing, { activeIds, path, hits }: Marks): string {
  const ids = new Set(edges.flatMap(({ transitions }) => transitions.map(({ id }) => id)));
  const active = states.filter(({ id, hasStates }) => !hasStates && activeIds?.has(id));
  const takenCount = [...ids].filter((id) => (hits?.get(id) ?? 0) > 0).length;
  const parts = [
    `Statechart of ${chartId}: ${counted(states.length, 'state')}, ${counted(ids.size, 'transition')}`,
    ...(active.length > 0 ? [`active: ${active.map(({ name }) => name).join(', ')}`] : []),
    ...(hits === undefined ? [] : [`${takenCount} of ${ids.size} transitions taken`]),
    ...(path === undefined ? [] : [`a path of ${counted(path.length, 'transition')}`]),
  ];
  return parts.join('; ');
}

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

const dotOf = ({ x, y }: Point): PictureNode =>
  node('circle', { class: 'dot', cx: x, cy: y, r: 5 });

function stateOf(state: DrawnState, { activeIds }: Marks): PictureNode {
  const { id, kind, isRegion, hasStates, title } = state;
  const isActive = activeIds?.has(id) === true;
  return node(
    'g',
    {
      class: classes(
        'state',
        kind,
        hasStates ? 'holder' : 'leaf',
        isRegion && 'region',
        isActive && 'active',
      ),
      'data-state': id,
    },
    [
      node('title', {}, [isActive ? `${title}\nActive now.` : title]),
      ...(state.history === null ? boxParts(state, isActive) : historyParts(state)),
    ],
  );
}

function historyParts({ x, y, width, history }: DrawnState): readonly PictureNode[] {
  const r = width / 2;
  return [
    node('circle', { class: 'box', cx: x + r, cy: y + r, r }),
    node('text', { class: 'name', x: x + r, y: y + r + 5, 'text-anchor': 'middle' }, [
      history === 'deep' ? 'H*' : 'H',
    ]),
  ];
}

function boxParts(state: DrawnState, isActive: boolean): readonly PictureNode[] {
  const { x, y, width, height, kind, lines, hasStates } = state;
  const linesHeight = lines.length * STATE.linePx + (lines.length > 0 ? STATE.gapPx : 0);
  const rule = y + STATE.headPx + linesHeight;
  return [
    node('rect', { class: 'box', x, y, width, height, rx: hasStates ? 12 : 9 }),
    ...(kind === 'final'
      ? [
          node('rect', {
            class: 'ring',
            x: x + 4,
            y: y + 4,
            width: width - 8,
            height: height - 8,
            rx: 6,
          }),
        ]
      : []),
    ...(hasStates ? [] : headParts(state)),
    ...(isActive ? [node('circle', { class: 'lamp', cx: x + width - 15, cy: y + 16, r: 5 })] : []),
    ...(hasStates ? [node('path', { class: 'rule', d: `M${x} ${rule}h${width}` })] : []),
  ];
}

const headOf = (state: DrawnState): PictureNode =>
  node('g', { class: 'holder', 'data-state': state.id }, headParts(state));

function headParts({ x, y, kind, key, lines }: DrawnState): readonly PictureNode[] {
  return [
    node('text', { class: 'name', x: x + STATE.sidePx, y: y + 21 }, [
      key,
      ...(kind === 'parallel' ? [node('tspan', { class: 'kind', dx: 8 }, ['parallel'])] : []),
    ]),
    ...lines.map((line, index) =>
      node(
        'text',
        {
          class: classes('line', line.startsWith('#') && 'tag'),
          x: x + STATE.sidePx,
          y: y + 40 + index * STATE.linePx,
        },
        [line],
      ),
    ),
  ];
}
