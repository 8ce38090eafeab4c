/**
 * A chart as Mermaid's text (`stateDiagram-v2`), which many places that show Markdown draw.
 * Mermaid has no arrow from a state into its own inside, nor from the inside to the whole: the
 * first starts at a state of its own, `any state`, and the second ends at one. States come first,
 * arrows last: a state that an arrow names elsewhere would move there.
 */
import { arrowsOf, isWithin, parentsOf, statesOf, type Arrow } from './arrows.ts';
import type { Chart, ChartState, ChartTransition } from './chart.ts';

/** Mermaid draws no more than some thousands of letters well; what is left out is counted. */
const LINES_MAX = 8;

interface Naming {
  /** What Mermaid calls each state. */
  readonly ids: ReadonlyMap<string, string>;
  /** States of which a stand-in, `any state`, is needed. */
  readonly stoodFor: ReadonlySet<string>;
  readonly rootId: string;
}

export function mermaidOf(chart: Chart): string {
  const states = statesOf(chart.root);
  const parents = parentsOf(chart.root);
  const ids = new Map(states.map((state, index) => [state.id, idOf(state, index)]));
  const holders = new Set(states.filter((each) => each.states.length > 0).map(({ id }) => id));
  const isWhole = (id: string, other: string): boolean =>
    holders.has(id) && (id === other || isWithin(other, id, parents));
  const drawn = arrowsOf(chart).filter(({ kind }) => kind !== 'initial');
  const stoodFor = new Set(
    drawn.flatMap(({ sourceId, targetId }) => [
      ...(isWhole(sourceId, targetId) ? [sourceId] : []),
      ...(isWhole(targetId, sourceId) ? [targetId] : []),
    ]),
  );
  const naming: Naming = { ids, stoodFor, rootId: chart.root.id };
  const texts = new Map(chart.transitions.map((each) => [each.id, textOf(each)]));
  const lines =
    chart.root.kind === 'compound'
      ? inside(naming, chart.root, '  ')
      : whole(naming, chart.root, '  ');
  return [
    'stateDiagram-v2',
    `  accTitle: ${plain(chart.id)}`,
    ...(chart.description === null ? [] : [`  accDescr: ${plain(chart.description)}`]),
    ...lines,
    ...drawn.map((arrow) => {
      const { sourceId, targetId } = arrow;
      const from = isWhole(sourceId, targetId) ? anyOf(naming, sourceId) : ids.get(sourceId);
      const to = isWhole(targetId, sourceId) ? anyOf(naming, targetId) : ids.get(targetId);
      return `  ${from} --> ${to} : ${labelOf(arrow, texts)}`;
    }),
    '',
  ].join('\n');
}

/** Letters, digits and underscores only; the number keeps apart what would look the same. */
const idOf = ({ name }: ChartState, index: number): string =>
  `s${index}_${name.replace(/[^A-Za-z0-9]+/g, '_').slice(0, 60)}`;

const anyOf = ({ ids }: Naming, id: string): string => `any_${ids.get(id) ?? ''}`;

/** A state with what stands in it. */
function whole(naming: Naming, state: ChartState, indent: string): readonly string[] {
  const head = `${indent}state "${escaped(nameOf(state))}" as ${naming.ids.get(state.id)}`;
  const lines = inside(naming, state, `${indent}  `);
  const end = state.kind === 'final' ? [`${indent}${naming.ids.get(state.id)} --> [*]`] : [];
  return lines.length === 0 ? [head, ...end] : [`${head} {`, ...lines, `${indent}}`];
}

function inside(naming: Naming, state: ChartState, indent: string): readonly string[] {
  const { ids, stoodFor, rootId } = naming;
  const first = state.kind === 'compound' ? ids.get(state.initialId ?? '') : undefined;
  const name = state.id === rootId ? 'any state' : `any in ${state.key}`;
  const standIn =
    stoodFor.has(state.id) && state.states.length > 0
      ? [`${indent}state "${escaped(name)}" as ${anyOf(naming, state.id)}`]
      : [];
  const parts = state.states.map((each) => whole(naming, each, indent));
  if (state.kind !== 'parallel') {
    return [
      ...standIn,
      ...(first === undefined ? [] : [`${indent}[*] --> ${first}`]),
      ...parts.flat(),
    ];
  }
  const regions = standIn.length > 0 ? [...parts, standIn] : parts;
  return regions.flatMap((lines, index) => (index === 0 ? lines : [`${indent}--`, ...lines]));
}

const nameOf = ({ key, history }: ChartState): string =>
  history === null ? key : `${key} (history${history === 'deep' ? ', deep' : ''})`;

const textOf = ({ event, guard, targetIds }: ChartTransition): string =>
  `${guard === null ? event : `${event} [${guard}]`}${targetIds.length === 0 ? ' (stays)' : ''}`;

function labelOf({ transitions }: Arrow, texts: ReadonlyMap<string, string>): string {
  const lines = transitions.map(({ id }) => escaped(texts.get(id) ?? ''));
  const moreCount = lines.length - LINES_MAX;
  const shown = moreCount > 1 ? [...lines.slice(0, LINES_MAX), `+${moreCount} more`] : lines;
  return shown.join('<br/>');
}

/** What means something to Mermaid or to HTML, as its own escapes. */
const escaped = (text: string): string =>
  onOneLine(text).replace(
    /[^\p{L}\p{N} _.,()[\]/+*'!?=-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  ) || '#160;';

/** For its titles, which know no escapes. */
const plain = (text: string): string =>
  onOneLine(text)
    .replace(/[^\p{L}\p{N} _.,()'!?=-]/gu, ' ')
    .trim() || 'chart';

const onOneLine = (text: string): string => text.slice(0, 400).replace(/[\s\p{Cc}\p{Cs}]+/gu, ' ');
