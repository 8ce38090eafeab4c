/** How well a drawing reads: whether anything stands on something else, how far arrows lead. */
import type { Box, Drawing, Point } from './drawing.ts';

/** The room that a drawing is usually shown in. */
const SCREEN = { width: 1280, height: 860 } as const;
/** So many crossings weigh as much as all arrows being twice as long. */
const CROSSINGS_DOUBLE = 50;

/** The smaller, the better to read. */
export function hardship(drawing: Drawing): number {
  const { width, height, edges } = drawing;
  const lines = edges.flatMap(({ points }) => segmentsOf(points));
  const length = lines.reduce((sum, [a, b]) => sum + Math.abs(a.x - b.x) + Math.abs(a.y - b.y), 0);
  const crossed = 1 + crossingCount(drawing) / CROSSINGS_DOUBLE;
  const shrunk = Math.max(1, width / SCREEN.width, height / SCREEN.height);
  return (length + width + height) * crossed * shrunk * (1 + 100 * overlapCount(drawing));
}

type Segment = readonly [Point, Point];

const segmentsOf = (points: readonly Point[]): readonly Segment[] =>
  points.slice(1).map((point, index) => [points[index] ?? point, point]);

/** Where a level line of one arrow meets an upright one of another. */
function crossingCount({ edges }: Drawing): number {
  const lines = edges.flatMap(({ id, points }) =>
    segmentsOf(points).map(([a, b]) => ({ id, a, b, isLevel: a.y === b.y })),
  );
  const levels = lines.filter(({ isLevel }) => isLevel);
  const uprights = lines.filter(({ isLevel }) => !isLevel);
  let count = 0;
  for (const level of levels) {
    for (const upright of uprights) {
      if (level.id === upright.id) continue;
      const isCrossed =
        isBetween(upright.a.x, level.a.x, level.b.x) &&
        isBetween(level.a.y, upright.a.y, upright.b.y);
      if (isCrossed) count += 1;
    }
  }
  return count;
}

const isBetween = (value: number, one: number, other: number): boolean =>
  Math.min(one, other) < value && value < Math.max(one, other);

/** How many labels stand on labels, or on states that have no others inside. */
export function overlapCount(drawing: Drawing): number {
  const labels = drawing.edges.flatMap(({ form, label }) =>
    form === 'inside' || label === null ? [] : [label],
  );
  // A label may stand within a state that has others inside, on its free ground.
  const leaves = drawing.states.filter(({ hasStates }) => !hasStates);
  return countPairs(labels, labels, (a, b) => a < b) + countPairs(labels, leaves, () => true);
}

function countPairs(
  ones: readonly Box[],
  others: readonly Box[],
  isMeant: (one: number, other: number) => boolean,
): number {
  let count = 0;
  ones.forEach((one, a) => {
    others.forEach((other, b) => {
      if (isMeant(a, b) && isOver(one, other)) count += 1;
    });
  });
  return count;
}

const isOver = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
