/** What must hold of every drawing, looked for without the code that draws. */
import type { Box, Drawing, DrawnState, Point } from '../../visualizations/diagram/drawing.ts';

const overlaps = (a: Box, b: Box): boolean =>
  Math.min(a.x + a.width, b.x + b.width) > Math.max(a.x, b.x) &&
  Math.min(a.y + a.height, b.y + b.height) > Math.max(a.y, b.y);

const contains = (outer: Box, inner: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

const isOnBorder = ({ x, y }: Point, box: Box): boolean => {
  const near = (one: number, other: number): boolean => Math.abs(one - other) <= 1;
  const isAcross = x >= box.x - 1 && x <= box.x + box.width + 1;
  const isAlong = y >= box.y - 1 && y <= box.y + box.height + 1;
  const onSide = near(x, box.x) || near(x, box.x + box.width);
  const onEnd = near(y, box.y) || near(y, box.y + box.height);
  return isAcross && isAlong && (onSide || onEnd);
};

/** What is wrong with it, in words; nothing when it is right. */
export function faultsOf(drawing: Drawing): readonly string[] {
  const faults: string[] = [];
  const states = new Map(drawing.states.map((state) => [state.id, state]));
  const pills = drawing.edges.flatMap((e) => (e.form === 'inside' || !e.label ? [] : [e]));
  pills.forEach((one, index) => {
    for (const other of pills.slice(index + 1)) {
      if (one.label && other.label && overlaps(one.label, other.label)) {
        faults.push(`labels of ${one.id} and ${other.id} overlap`);
      }
    }
    for (const state of drawing.states) {
      if (one.label && !state.hasStates && overlaps(one.label, state)) {
        faults.push(`the label of ${one.id} lies on ${state.id}`);
      }
    }
  });
  for (const [index, one] of drawing.states.entries()) {
    for (const other of drawing.states.slice(index + 1)) {
      if (overlaps(one, other) && !contains(one, other)) faults.push(`${one.id} on ${other.id}`);
    }
  }
  const whole = { x: 0, y: 0, width: drawing.width, height: drawing.height };
  for (const edge of drawing.edges) {
    const source: DrawnState | undefined = states.get(edge.sourceId);
    const target = states.get(edge.targetId);
    const end = edge.points.at(-1);
    if (edge.form === 'inside') {
      if (!source || !edge.label || !contains(source, edge.label)) faults.push(`${edge.id} is out`);
    } else if (!target || !end || !isOnBorder(end, target)) {
      faults.push(`${edge.id} does not reach ${edge.targetId}`);
    }
    for (const box of [...(edge.label ? [edge.label] : []), ...edge.points.map(dot)]) {
      if (!contains(whole, box)) faults.push(`${edge.id} leaves the picture`);
    }
  }
  return faults;
}

const dot = ({ x, y }: Point): Box => ({ x, y, width: 0, height: 0 });
