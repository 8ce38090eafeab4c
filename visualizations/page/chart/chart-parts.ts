/** What a chart is made of, for those who point at it, walk through it with keys, or listen. */
import type { ChartTransition } from '../../diagram/chart.ts';
import type { DrawnEdge, DrawnState } from '../../diagram/drawing.ts';
import type { DrawnChart } from './drawn-chart.ts';

export interface PartLine {
  /** What happens: the event and its guard; empty for a state. */
  readonly head: string;
  readonly text: string;
  /** How often it was taken, in words; null where nobody counts. */
  readonly count: string | null;
}

/** A state, an arrow, or one of the transitions that share an arrow. */
export interface Part {
  readonly key: string;
  /** Whether keys walk to it: they do to states and arrows. */
  readonly isStop: boolean;
  readonly title: string;
  readonly lines: readonly PartLine[];
  /** All of it, to be read out. */
  readonly label: string;
}

export interface PartMarks {
  readonly activeIds: ReadonlySet<string>;
  /** How often each transition was taken; null where nobody counts. */
  readonly hits: ReadonlyMap<string, number> | null;
}

export const stateKey = (id: string): string => `state ${id}`;
export const edgeKey = (id: string): string => `edge ${id}`;
export const rowKey = (id: string): string => `row ${id}`;

/**
 * By key, in the order in which keys walk through them: each state, then the arrows that leave it.
 */
export function partsOf(drawn: DrawnChart, marks: PartMarks): ReadonlyMap<string, Part> {
  const { drawing, chart } = drawn;
  const transitions = new Map(chart.transitions.map((one) => [one.id, one]));
  const names = new Map(drawing.states.map(({ id, name }) => [id, name]));
  const parts = new Map<string, Part>();
  const put = (part: Part): unknown => parts.set(part.key, part);
  for (const state of drawing.states) {
    put(statePart(state, marks));
    for (const edge of drawing.edges) {
      if (edge.sourceId !== state.id || edge.transitions.length === 0) continue;
      const part = edgePart(edge, { names, transitions, hits: marks.hits });
      put(part);
      edge.transitions.forEach(({ id }, index) =>
        put({ ...part, key: rowKey(id), isStop: false, lines: part.lines.slice(index, index + 1) }),
      );
    }
  }
  return parts;
}

function statePart(state: DrawnState, { activeIds }: PartMarks): Part {
  const title = `${state.name}${activeIds.has(state.id) ? ' (active)' : ''}`;
  const lines = [state.description ?? '', state.lines.join('; ')]
    .filter((text) => text !== '')
    .map((text) => ({ head: '', text, count: null }));
  return {
    key: stateKey(state.id),
    isStop: true,
    title,
    lines,
    label: [`State ${title}`, ...lines.map(({ text }) => text)].join('. '),
  };
}

interface EdgeFrom {
  readonly names: ReadonlyMap<string, string>;
  readonly transitions: ReadonlyMap<string, ChartTransition>;
  readonly hits: ReadonlyMap<string, number> | null;
}

function edgePart(edge: DrawnEdge, { names, transitions, hits }: EdgeFrom): Part {
  const from = names.get(edge.sourceId) ?? edge.sourceId;
  const to = names.get(edge.targetId) ?? edge.targetId;
  const title = edge.form === 'inside' ? `${from}, stays` : `${from} → ${to}`;
  const lines = edge.transitions.map(({ id, text }) => {
    const transition = transitions.get(id);
    return {
      head: transition === undefined ? text : headOf(transition),
      text: transition?.description ?? '',
      count: hits === null ? null : countText(hits.get(id) ?? 0),
    };
  });
  const said = lines.map(({ head, text, count }) =>
    [head, text, count].filter((word) => word !== null && word !== '').join(', '),
  );
  return { key: edgeKey(edge.id), isStop: true, title, lines, label: [title, ...said].join('. ') };
}

/** The event and what must hold: `probe.due, when isDue`. */
export const headOf = ({ event, guard }: ChartTransition): string =>
  guard === null ? event : `${event} [${guard}]`;

/** `never taken`, `taken once`, `taken 12 times`. */
export function countText(count: number): string {
  if (count === 0) return 'never taken';
  return count === 1 ? 'taken once' : `taken ${count} times`;
}
