/** One arrow of a picture: its line with rounded corners, its head, and its label. */
import type { Box, DrawnEdge, DrawnTransition, Point } from './drawing.ts';
import {
  heatStep,
  markClasses,
  markWords,
  rowsOf,
  shortCount,
  type MarkedRows,
  type RowMarks,
} from './edge-marks.ts';
import { headPath, linePath, short } from './edge-line.ts';
import { LABEL } from './measures.ts';
import { classes, node } from './picture-node.ts';
import type { PictureNode } from './picture.ts';

/** Characters of the steps beside a line; of more, only the first is named. */
const STEPS_MAX = 4;

export function pictureOfEdge(edge: DrawnEdge, marksOf: MarkedRows, most: number): PictureNode {
  const { id, kind, form, transitions, points, label } = edge;
  const marks = marksOf(transitions);
  const isMarked = transitions.length > 0;
  const rows = rowsOf(edge).map((row) => ({ row, marks: marksOf(row) }));
  const isPartly = marks.isCovered === false && rows.some((each) => each.marks.isCovered);
  const heat = heatStep(marks.hitCount ?? 0, most);
  return node(
    'g',
    {
      class: classes(
        'edge',
        kind,
        form,
        ...(isMarked ? markClasses(marks) : []),
        isPartly && 'partly',
        heat > 0 && `heat-${heat}`,
      ),
      'data-edge': id,
    },
    [
      ...(points.length > 1 ? lineParts(points, transitions) : []),
      ...(label === null ? [] : [labelPart(edge, label, rows)]),
    ],
  );
}

function lineParts(
  points: readonly Point[],
  transitions: readonly DrawnTransition[],
): readonly PictureNode[] {
  const line = linePath(points);
  const titles = transitions.map(({ title }) => title).join('\n\n');
  return [
    ...(titles === '' ? [] : [node('title', {}, [titles])]),
    node('path', { class: 'reach', d: line }),
    node('path', { class: 'line', d: line }),
    node('path', { class: 'head', d: headPath(points) }),
  ];
}

interface Row {
  readonly row: readonly DrawnTransition[];
  readonly marks: RowMarks;
}

function labelPart(edge: DrawnEdge, label: Box, rows: readonly Row[]): PictureNode {
  const { form, heading } = edge;
  const hasNumbers = rows.some(({ marks }) => markText(marks) !== null || marks.isCovered !== null);
  // Without numbers their strip is shared out to both sides; a line that starts here needs the
  // edge.
  const spare = hasNumbers || form === 'inside' ? 0 : LABEL.countPx / 2;
  const cut = form === 'from-label' ? 0 : spare;
  const top = label.y + (form === 'inside' ? LABEL.paddingPx / 2 : LABEL.paddingPx);
  const place = { ...label, x: label.x + spare, y: top + (heading === null ? 0 : LABEL.linePx) };
  return node('g', { class: 'label' }, [
    ...(form === 'inside'
      ? []
      : [
          node('rect', {
            class: 'pill',
            x: label.x + cut,
            y: label.y,
            width: label.width - 2 * cut,
            height: label.height,
            rx: 8,
          }),
        ]),
    ...(heading === null
      ? []
      : [
          node('text', { class: 'heading', x: label.x + spare + LABEL.sidePx, y: top + 12 }, [
            heading,
          ]),
        ]),
    ...rows.map((row, index) =>
      rowPart(row, { ...place, y: place.y + index * LABEL.linePx }, form),
    ),
  ]);
}

function rowPart({ row, marks }: Row, place: Box, form: DrawnEdge['form']): PictureNode {
  const [first] = row;
  const isOne = row.length === 1 && first !== undefined;
  const title = [...row.map((each) => each.title), ...markWords(marks)].join('\n');
  const right = place.x + place.width - LABEL.sidePx;
  return node(
    'g',
    {
      class: classes('row', ...markClasses(marks)),
      ...(isOne ? { 'data-transition': first.id } : {}),
    },
    [
      node('title', {}, [title]),
      node('rect', {
        class: 'ground',
        x: place.x + 3,
        y: place.y,
        width: Math.max(0, right + LABEL.sidePx - place.x - 6),
        height: LABEL.linePx,
        rx: 4,
      }),
      ...(form === 'inside'
        ? [node('path', { class: 'loop', d: loopPath(place.x + 1, place.y + 8) })]
        : []),
      node(
        'text',
        { class: 'words', x: place.x + LABEL.sidePx, y: place.y + 12 },
        isOne ? wordsOf(first) : [`+${row.length} more`],
      ),
      ...markParts(marks, right, place.y),
    ],
  );
}

function wordsOf({ text, eventLength }: DrawnTransition): PictureNode['children'] {
  const event = node('tspan', { class: 'event' }, [text.slice(0, eventLength)]);
  const guard = text.slice(eventLength);
  return guard === '' ? [event] : [event, node('tspan', { class: 'guard' }, [guard])];
}

/** An arrow that comes back to where it left. */
const loopPath = (x: number, y: number): string =>
  `M${x - 1.5} ${y - 3}a3.6 3.6 0 1 0 3.4 .6M${x + 3.4} ${y - 4.6}l-1.8 2.2l2.6 1`;

/** The number at the right of a line: steps of a path, else how often; null for neither. */
function markText({ steps, hitCount }: RowMarks): string | null {
  const all = steps.join(',');
  if (steps.length > 0) return all.length > STEPS_MAX ? `${steps[0]}+` : all;
  return hitCount === null ? null : shortCount(hitCount);
}

function markParts(marks: RowMarks, right: number, y: number): readonly PictureNode[] {
  const text = markText(marks);
  if (text === null) {
    if (marks.isCovered === null) return [];
    const d = marks.isCovered
      ? `M${right - 9} ${y + 8}l3 3l6 -6.5`
      : `M${right - 8} ${y + 4.5}l7 7m0 -7l-7 7`;
    return [node('path', { class: 'tick', d })];
  }
  const isStep = marks.steps.length > 0;
  const width = Math.max(isStep ? 16 : 0, text.length * 6.4 + 8);
  return [
    ...(isStep
      ? [
          node('rect', {
            class: 'step',
            x: short(right - width + 4),
            y: y + 1,
            width: short(width),
            height: 14,
            rx: 7,
          }),
        ]
      : []),
    node(
      'text',
      {
        class: isStep ? 'number step-number' : 'number',
        x: isStep ? short(right - width / 2 + 4) : right,
        y: y + 12,
        'text-anchor': isStep ? 'middle' : 'end',
      },
      [text],
    ),
  ];
}
