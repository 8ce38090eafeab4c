/**
 * Which arrows a chart has: transitions of a kind between the same two states share one, with a
 * line for each in its label. What is drawn without an arrow from state to state:
 *
 *   inside      a transition that stays where it is: a line inside its state
 *   from-label  one of a state into its own inside: it can be taken wherever in that state one is,
 *               so it starts at its label, `from any state`, beside its target
 */
import type { Chart, ChartState, ChartTransition } from './chart.ts';
import type { DrawnEdge, DrawnTransition } from './drawing.ts';
import { LABEL } from './measures.ts';
import { clipped, textWidth } from './text-width.ts';

/** An edge that has no place yet; its label has a size. */
export interface Arrow extends Omit<DrawnEdge, 'points' | 'label'> {
  readonly size: { readonly width: number; readonly height: number } | null;
}

/** Lines of a label; where more are needed, the last one says how many. */
const LINES_MAX = 8;
const EVENT_MAX = 36;
const GUARD_MAX = 32;

/** Parents of states, by ids. */
export type Parents = ReadonlyMap<string, ChartState>;

export function arrowsOf(chart: Chart): readonly Arrow[] {
  const parents = parentsOf(chart.root);
  const names = new Map(statesOf(chart.root).map(({ id, name }) => [id, name]));
  const merged = new Map<string, { from: string; to: string; all: ChartTransition[] }>();
  for (const transition of chart.transitions) {
    const { sourceId: from, targetIds, kind } = transition;
    for (const to of targetIds.length === 0 ? [from] : new Set(targetIds)) {
      const key = JSON.stringify([kind, from, to]);
      const arrow = merged.get(key) ?? { from, to, all: [] };
      arrow.all.push(transition);
      merged.set(key, arrow);
    }
  }
  const arrows = [...merged.values()].map(({ from, to, all }, index): Arrow => {
    const form = from === to ? 'inside' : isWithin(to, from, parents) ? 'from-label' : 'arrow';
    const heading = form === 'from-label' ? headingOf(chart, from) : null;
    const transitions = all.map((each) => drawn(each, names));
    const shownCount = all.length > LINES_MAX ? LINES_MAX - 1 : all.length;
    const label = { transitions, shownCount, heading };
    const id = `e${index}`;
    return {
      id,
      sourceId: from,
      targetId: to,
      kind: all[0]?.kind ?? 'event',
      form,
      ...label,
      size: sizeOf(label),
    };
  });
  return [...initialArrows(chart.root), ...arrows];
}

const headingOf = (chart: Chart, id: string): string =>
  id === chart.root.id ? 'from any state' : `from any in ${clipped(keyOf(chart, id), 24)}`;

const keyOf = (chart: Chart, id: string): string =>
  statesOf(chart.root).find((state) => state.id === id)?.key ?? id;

/** The lines that a label shows below its heading. */
export function linesOf(
  label: Pick<DrawnEdge, 'transitions' | 'shownCount'>,
): readonly { readonly text: string; readonly transition: DrawnTransition | null }[] {
  const { transitions, shownCount } = label;
  const shown = transitions
    .slice(0, shownCount)
    .map((transition) => ({ text: transition.text, transition }));
  const hiddenCount = transitions.length - shownCount;
  return hiddenCount > 0 ? [...shown, { text: `+${hiddenCount} more`, transition: null }] : shown;
}

function sizeOf(label: Pick<DrawnEdge, 'transitions' | 'shownCount' | 'heading'>) {
  const texts = linesOf(label).map(({ text }) => text);
  const lines = label.heading === null ? texts : [label.heading, ...texts];
  const width = Math.max(...lines.map((text) => textWidth(text, LABEL.fontPx)));
  return {
    width: width + 2 * LABEL.sidePx + LABEL.countPx,
    height: lines.length * LABEL.linePx + 2 * LABEL.paddingPx,
  };
}

function drawn(transition: ChartTransition, names: ReadonlyMap<string, string>): DrawnTransition {
  const { id, event, guard, actions, description, sourceId, targetIds } = transition;
  const shownEvent = clipped(event, EVENT_MAX);
  const targets = targetIds.map((target) => names.get(target) ?? target).join(' + ');
  const told = [
    guard === null ? event : `${event} [${guard}]`,
    `${names.get(sourceId) ?? sourceId} → ${targets === '' ? '(stays)' : targets}`,
    ...(actions.length > 0 ? [`does ${actions.join(', ')}`] : []),
    ...(description === null ? [] : [description]),
  ];
  return {
    id,
    text: guard === null ? shownEvent : `${shownEvent} [${clipped(guard, GUARD_MAX)}]`,
    eventLength: shownEvent.length,
    title: told.join('\n'),
  };
}

/** From the dot of a compound state, or from a history that has nothing to recall. */
const initialArrows = (root: ChartState): readonly Arrow[] =>
  statesOf(root)
    .filter(({ initialId }) => initialId !== null)
    .map(({ id, initialId }, index) => ({
      id: `i${index}`,
      sourceId: id,
      targetId: initialId ?? id,
      kind: 'initial',
      form: 'arrow',
      transitions: [],
      shownCount: 0,
      heading: null,
      size: null,
    }));

/** The state and all below it, outer before inner. */
export const statesOf = (state: ChartState): readonly ChartState[] => [
  state,
  ...state.states.flatMap(statesOf),
];

export const parentsOf = (root: ChartState): Parents =>
  new Map(statesOf(root).flatMap((state) => state.states.map(({ id }) => [id, state] as const)));

export function isWithin(id: string, ancestorId: string, parents: Parents): boolean {
  for (let at = parents.get(id); at !== undefined; at = parents.get(at.id)) {
    if (at.id === ancestorId) return true;
  }
  return false;
}
