/** Whether anything in a drawing stands on something else: labels on labels, labels on states. */
import type { Box, Drawing } from './drawing.ts';

export function overlapCount(drawing: Drawing): number {
  const labels = drawing.edges.flatMap(({ form, label }) =>
    form === 'inside' || label === null ? [] : [label],
  );
  // A label may stand within a state that has others inside, on its free ground.
  const leaves = drawing.states.filter(({ hasStates }) => !hasStates);
  return (
    countPairs(labels, labels, (a, b) => a < b) + countPairs(labels, leaves, () => true)
  );
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
