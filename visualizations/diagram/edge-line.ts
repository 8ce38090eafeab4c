/** The line of an arrow, with rounded corners, and its head. */
import type { Point } from './drawing.ts';

const CORNER_PX = 8;
const HEAD_PX = 9;

/** Rounded where it turns, and ending within the head, so that a wide line does not stick out. */
export function linePath(points: readonly Point[]): string {
  const [start = NOWHERE] = points;
  const parts = [`M${xy(start)}`];
  points.slice(1, -1).forEach((corner, index) => {
    const before = points[index] ?? corner;
    const after = points[index + 2] ?? corner;
    const radius = Math.min(CORNER_PX, distance(before, corner) / 2, distance(corner, after) / 2);
    parts.push(
      `L${xy(towards(corner, before, radius))}Q${xy(corner)} ${xy(towards(corner, after, radius))}`,
    );
  });
  const last = points.at(-1) ?? start;
  const beforeLast = points.at(-2) ?? start;
  parts.push(
    `L${xy(towards(last, beforeLast, Math.min(HEAD_PX - 2, distance(last, beforeLast))))}`,
  );
  return parts.join('');
}

export function headPath(points: readonly Point[]): string {
  const tip = points.at(-1) ?? NOWHERE;
  const from = points.at(-2) ?? tip;
  const base = towards(tip, from, HEAD_PX);
  const length = distance(tip, from) || 1;
  const across = { x: ((tip.y - from.y) / length) * 4.5, y: ((from.x - tip.x) / length) * 4.5 };
  const left = { x: base.x + across.x, y: base.y + across.y };
  const right = { x: base.x - across.x, y: base.y - across.y };
  return `M${xy(tip)}L${xy(left)}L${xy(right)}Z`;
}

const NOWHERE: Point = { x: 0, y: 0 };
const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

function towards(from: Point, to: Point, length: number): Point {
  const share = length / (distance(from, to) || 1);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

const xy = ({ x, y }: Point): string => `${short(x)} ${short(y)}`;
/** To a tenth of a pixel. */
export const short = (length: number): number => Math.round(length * 10) / 10;
