/** What the marks of a picture say of one transition, and of all that share an arrow. */
import type { Drawing, DrawnEdge, DrawnTransition } from './drawing.ts';
import type { Marks } from './picture.ts';

export interface RowMarks {
  readonly isTaken: boolean;
  /** Null where nobody counts. */
  readonly hitCount: number | null;
  /** Its places in the path, from 1. */
  readonly steps: readonly number[];
  /** Null where coverage is not asked for. */
  readonly isCovered: boolean | null;
}

export type MarkedRows = (transitions: readonly DrawnTransition[]) => RowMarks;

/** Reads the marks; what is said of several transitions is said of their line as a whole. */
export function markedRows(marks: Marks): MarkedRows {
  const { taken, hits, covered, path = [] } = marks;
  const steps = new Map<string, number[]>();
  path.forEach((id, index) => steps.set(id, [...(steps.get(id) ?? []), index + 1]));
  return (transitions) => ({
    isTaken: transitions.some(({ id }) => taken?.has(id)),
    hitCount: hits === undefined ? null : sum(transitions.map(({ id }) => hits.get(id) ?? 0)),
    steps: transitions.flatMap(({ id }) => steps.get(id) ?? []).sort((a, b) => a - b),
    isCovered: covered === undefined ? null : transitions.every(({ id }) => covered.has(id)),
  });
}

const sum = (counts: readonly number[]): number =>
  counts.reduce((total, count) => total + count, 0);

/** The most that any arrow was taken; arrows are drawn as wide as they come near it. */
export const heatMax = ({ edges }: Drawing, { hits }: Marks): number =>
  Math.max(
    0,
    ...edges.map(({ transitions }) => sum(transitions.map(({ id }) => hits?.get(id) ?? 0))),
  );

/** Five widths: each step is a like factor. */
export const heatStep = (count: number, most: number): number =>
  count <= 0
    ? 0
    : Math.max(1, Math.ceil((5 * Math.log1p(count)) / Math.log1p(Math.max(most, count))));

/** Classes of an arrow, or of a line of its label. */
export function markClasses(row: RowMarks): readonly string[] {
  const { isTaken, hitCount, steps, isCovered } = row;
  return [
    ...(isTaken ? ['taken'] : []),
    ...(hitCount === 0 ? ['never'] : []),
    ...(steps.length > 0 ? ['on-path'] : []),
    ...(isCovered === null ? [] : [isCovered ? 'covered' : 'uncovered']),
  ];
}

/** In words, for the tooltip. */
export function markWords({ isTaken, hitCount, steps, isCovered }: RowMarks): readonly string[] {
  return [
    ...(hitCount === null
      ? []
      : [
          hitCount === 0 ? 'Never taken.' : `Taken ${hitCount} times.`.replace(' 1 times', ' once'),
        ]),
    ...(isTaken ? ['Taken last.'] : []),
    ...(steps.length > 0 ? [`Step ${steps.join(', ')} of the path.`] : []),
    ...(isCovered === null ? [] : [isCovered ? 'Covered.' : 'Not covered.']),
  ];
}

/** At most four characters: 999, 12k, 1.2M. */
export function shortCount(count: number): string {
  for (const [size, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (count < size) continue;
    const scaled = count / size;
    return `${scaled < 10 ? Math.floor(scaled * 10) / 10 : Math.floor(scaled)}${letter}`;
  }
  return String(count);
}

/** The transitions of each line of a label, in order. */
export const rowsOf = ({
  transitions,
  shownCount,
}: DrawnEdge): readonly (readonly DrawnTransition[])[] => {
  const hidden = transitions.slice(shownCount);
  const shown = transitions.slice(0, shownCount).map((each) => [each]);
  return hidden.length > 0 ? [...shown, hidden] : shown;
};
