/** Reads a drawing out of the graph that the layout kernel has given places. */
import { parentsOf, statesOf, type Arrow, type Parents } from './arrows.ts';
import type { Chart, ChartState } from './chart.ts';
import type { Box, Drawing, DrawnEdge, DrawnState, Point } from './drawing.ts';
import { nodeId, type ElkEdge, type ElkLabel, type ElkNode } from './elk-graph.ts';
import { LABEL, STATE } from './measures.ts';
import { shownName, stateLines, stateRoom, stateTitle } from './state-box.ts';

export function drawingOf(chart: Chart, arrows: readonly Arrow[], graph: ElkNode): Drawing {
  const boxes = new Map(nodesOf(graph).map((node) => [node.id, boxOf(node)]));
  const edges = new Map(
    nodesOf(graph)
      .flatMap((node) => node.edges ?? [])
      .map((e) => [e.id, e]),
  );
  const parents = parentsOf(chart.root);
  const states = statesOf(chart.root);
  const place = (id: string): Box => boxes.get(nodeId.state(id)) ?? NOWHERE;
  return {
    chartId: chart.id,
    width: rounded(graph.width ?? 0),
    height: rounded(graph.height ?? 0),
    states: states.map((state) => drawnState(state, place(state.id), parents)),
    edges: [
      ...arrows
        .filter(({ form }) => form !== 'inside')
        .map((arrow) => {
          const start = boxes.get(nodeId.label(arrow.id));
          return drawnEdge(arrow, edges.get(arrow.id), start);
        }),
      ...states.flatMap((state) => insideOf(state, place(state.id), arrows)),
    ],
    dots: states.flatMap(({ id }) => {
      const box = boxes.get(nodeId.dot(id));
      return box === undefined ? [] : [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
    }),
  };
}

const NOWHERE: Box = { x: 0, y: 0, width: 0, height: 0 };

/** Half pixels: enough for the eye, and the same on every machine. */
const rounded = (length: number): number => Math.round(length * 2) / 2;

const boxOf = (placed: ElkNode | ElkLabel): Box => ({
  x: rounded(placed.x ?? 0),
  y: rounded(placed.y ?? 0),
  width: rounded(placed.width ?? 0),
  height: rounded(placed.height ?? 0),
});

const nodesOf = (node: ElkNode): readonly ElkNode[] => [
  node,
  ...(node.children ?? []).flatMap(nodesOf),
];

function drawnState(state: ChartState, box: Box, parents: Parents): DrawnState {
  let depth = 0;
  for (let at = parents.get(state.id); at !== undefined; at = parents.get(at.id)) depth += 1;
  return {
    id: state.id,
    key: shownName(state),
    name: state.name,
    kind: state.kind,
    isRegion: parents.get(state.id)?.kind === 'parallel' && state.kind !== 'history',
    history: state.history,
    hasStates: state.states.length > 0,
    depth,
    lines: state.kind === 'history' ? [] : stateLines(state),
    description: state.description,
    title: stateTitle(state),
    ...box,
  };
}

function drawnEdge(arrow: Arrow, edge: ElkEdge | undefined, start: Box | undefined): DrawnEdge {
  const [label] = edge?.labels ?? [];
  return {
    ...withoutSize(arrow),
    points: pointsOf(edge),
    label: start ?? (label === undefined ? null : boxOf(label)),
  };
}

function pointsOf(edge: ElkEdge | undefined): readonly Point[] {
  const points = (edge?.sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
    startPoint,
    ...(bendPoints ?? []),
    endPoint,
  ]);
  const all = points.map(({ x, y }) => ({ x: rounded(x), y: rounded(y) }));
  return all.filter((point, index) => {
    const before = all[index - 1];
    return before === undefined || before.x !== point.x || before.y !== point.y;
  });
}

/** What a state answers to without leaving stands in it, below its lines. */
function insideOf(state: ChartState, box: Box, arrows: readonly Arrow[]): readonly DrawnEdge[] {
  const inside = arrows.filter(({ form, sourceId }) => form === 'inside' && sourceId === state.id);
  const { insideY } = stateRoom(state, inside);
  return inside.map((arrow, index) => ({
    ...withoutSize(arrow),
    points: [],
    label: {
      x: box.x + STATE.loopPx,
      y: box.y + (insideY[index] ?? 0) - LABEL.paddingPx / 2,
      width: box.width - STATE.loopPx,
      height: (arrow.size?.height ?? 0) - LABEL.paddingPx,
    },
  }));
}

function withoutSize({ size: _, ...arrow }: Arrow): Omit<Arrow, 'size'> {
  return arrow;
}
