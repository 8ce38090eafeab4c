/**
 * The chart as a graph of the Eclipse Layout Kernel (algorithm `layered`): states are nodes within
 * nodes, labels stand in the middle of their edges, and all places are asked for from the root.
 */
import { isWithin, parentsOf, type Arrow, type Parents } from './arrows.ts';
import type { Chart, ChartState } from './chart.ts';
import { STATE } from './measures.ts';
import { stateRoom, type StateRoom } from './state-box.ts';

type LayoutOptions = Readonly<Record<string, string>>;

export interface ElkPoint {
  readonly x: number;
  readonly y: number;
}

export interface ElkLabel {
  readonly text: string;
  readonly width: number;
  readonly height: number;
  readonly layoutOptions: LayoutOptions;
  /** Given by the layout, as are `x`, `y` and `sections` elsewhere. */
  readonly x?: number;
  readonly y?: number;
}

export interface ElkEdge {
  readonly id: string;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly labels: readonly ElkLabel[];
  readonly layoutOptions: LayoutOptions;
  readonly sections?: readonly {
    readonly startPoint: ElkPoint;
    readonly bendPoints?: readonly ElkPoint[];
    readonly endPoint: ElkPoint;
  }[];
}

export interface ElkNode {
  readonly id: string;
  readonly width?: number;
  readonly height?: number;
  readonly x?: number;
  readonly y?: number;
  readonly children?: readonly ElkNode[];
  readonly edges?: readonly ElkEdge[];
  readonly layoutOptions: LayoutOptions;
}

/** One way of laying out; which is best, only trying shows. */
export interface LayoutTry {
  readonly direction: 'RIGHT' | 'DOWN';
  /**
   * How far the order of the config decides places: everywhere, at the root, nowhere. The kernel
   * fails on some graphs where it does.
   */
  readonly modelOrder: 'everywhere' | 'root' | 'nowhere';
  /** How arrows that lead back are found. */
  readonly cycles: 'GREEDY' | 'DEPTH_FIRST';
  readonly seed: number;
  /** Whether what is left free is closed up, which the kernel cannot do on some graphs. */
  readonly isCompact: boolean;
}

export const nodeId = {
  state: (id: string): string => `s:${id}`,
  dot: (id: string): string => `d:${id}`,
  label: (id: string): string => `l:${id}`,
};

const COMMON = {
  'elk.layered.spacing.nodeNodeBetweenLayers': '22',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '12',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '6',
  'elk.layered.spacing.edgeNodeBetweenLayers': '10',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};
const COMPACT = {
  'elk.layered.compaction.postCompaction.strategy': 'EDGE_LENGTH',
  'elk.layered.thoroughness': '20',
};
const PADDING = 18;

export function elkGraph(
  chart: Chart,
  arrows: readonly Arrow[],
  { direction, modelOrder, cycles, seed, isCompact }: LayoutTry,
): ElkNode {
  const parents = parentsOf(chart.root);
  const order = new Map([...orderOf(chart.root)].map((id, index) => [id, index]));
  const edges = new Map<string, ElkEdge[]>();
  for (const arrow of arrows) {
    if (arrow.form === 'inside') continue;
    const box = boxOf(arrow, parents);
    edges.set(box, [...(edges.get(box) ?? []), edgeOf(arrow, order)]);
  }
  const options = (isRoot: boolean): LayoutOptions => ({
    'elk.direction': direction,
    'elk.randomSeed': `${seed}`,
    'elk.layered.cycleBreaking.strategy': cycles,
    ...COMMON,
    ...(isCompact ? COMPACT : {}),
    ...(modelOrder === 'everywhere' || (modelOrder === 'root' && isRoot)
      ? { 'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES' }
      : {}),
  });
  const nodeOf = (state: ChartState): ElkNode => {
    const inside = arrows.filter((arrow) => arrow.form === 'inside' && arrow.sourceId === state.id);
    const room = stateRoom(state, inside);
    if (state.states.length === 0) {
      const { width, height } = room;
      return { id: nodeId.state(state.id), width, height, layoutOptions: {} };
    }
    return {
      id: nodeId.state(state.id),
      layoutOptions: { ...options(false), ...containerOptions(room) },
      children: [...helpersOf(state, arrows), ...state.states.map(nodeOf)],
      edges: edges.get(state.id) ?? [],
    };
  };
  return {
    id: 'root',
    layoutOptions: {
      ...options(true),
      'elk.algorithm': 'layered',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.padding': '[top=12,left=12,right=12,bottom=12]',
      'elk.json.shapeCoords': 'ROOT',
      'elk.json.edgeCoords': 'ROOT',
    },
    children: [nodeOf(chart.root)],
    edges: edges.get('root') ?? [],
  };
}

const containerOptions = ({ width, height }: StateRoom): LayoutOptions => ({
  'elk.padding': `[top=${height + PADDING},left=${PADDING},right=${PADDING},bottom=${PADDING}]`,
  'elk.nodeSize.constraints': 'MINIMUM_SIZE',
  'elk.nodeSize.minimum': `(${width},${height + PADDING})`,
});

/** Nodes that are no states: the dot before the initial state, labels at which edges start. */
function helpersOf(state: ChartState, arrows: readonly Arrow[]): readonly ElkNode[] {
  const dot: ElkNode = {
    id: nodeId.dot(state.id),
    width: STATE.dotPx,
    height: STATE.dotPx,
    layoutOptions: {},
  };
  const labels = arrows
    .filter((arrow) => arrow.form === 'from-label' && arrow.sourceId === state.id)
    .map(({ id, size }) => ({ id: nodeId.label(id), ...size, layoutOptions: {} }));
  return [...(state.initialId === null ? [] : [dot]), ...labels];
}

function edgeOf(arrow: Arrow, order: ReadonlyMap<string, number>): ElkEdge {
  const { id, sourceId, targetId, kind, form, size } = arrow;
  const isForward = (order.get(sourceId) ?? 0) < (order.get(targetId) ?? 0);
  const source =
    form === 'from-label'
      ? nodeId.label(id)
      : kind === 'initial' && order.has(nodeId.dot(sourceId))
        ? nodeId.dot(sourceId)
        : nodeId.state(sourceId);
  const priority = kind === 'initial' || form === 'from-label' ? 20 : isForward ? 10 : 0;
  return {
    id,
    sources: [source],
    targets: [nodeId.state(targetId)],
    labels:
      size === null || form !== 'arrow'
        ? []
        : [{ text: id, ...size, layoutOptions: LABEL_OPTIONS }],
    layoutOptions: {
      'elk.layered.priority.direction': `${priority}`,
      ...(kind === 'initial' ? { 'elk.layered.priority.straightness': '20' } : {}),
    },
  };
}

const LABEL_OPTIONS = { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' };

/** Ids in document order; also of the dots there are. */
function* orderOf(state: ChartState): Generator<string> {
  yield state.id;
  if (state.kind !== 'history' && state.initialId !== null) yield nodeId.dot(state.id);
  for (const inner of state.states) yield* orderOf(inner);
}

/** The innermost state around both ends: the node that an edge must be listed in. */
function boxOf({ sourceId, targetId, kind, form }: Arrow, parents: Parents): string {
  const startsInside =
    form === 'from-label' || (kind === 'initial' && isWithin(targetId, sourceId, parents));
  if (startsInside) return sourceId;
  for (let at = parents.get(sourceId); at !== undefined; at = parents.get(at.id)) {
    if (at.id !== targetId && isWithin(targetId, at.id, parents)) return at.id;
  }
  return 'root';
}
