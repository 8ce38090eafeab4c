/** How a spend chart is drawn: its lines, its axes, and what is written into it. */
import type uPlot from 'uplot';

import type { SpendPoint } from '../../inspector/protocol.ts';
import { money } from '../parts/format.ts';
import type { SpendLines } from './spend-lines.ts';

/** What the chart reads whenever it draws. */
export interface Plotted {
  lines: SpendLines;
  readonly ink: Ink;
  readonly onPoint: (point: SpendPoint | null) => void;
}

/** Colours and the font, as the style sheet has them. */
export interface Ink {
  readonly spent: string;
  readonly fill: string;
  readonly limit: string;
  readonly warn: string;
  readonly grid: string;
  readonly text: string;
  readonly ground: string;
  readonly font: string;
}

const NANO = 1_000_000_000;
/** Within so long, minutes alone would repeat themselves. */
const MINUTES_S = 900;
const DAY_S = 86_400;

export function inkOf(element: HTMLElement): Ink {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return {
    spent: of('--accent'),
    fill: of('--accent-soft'),
    limit: of('--open'),
    warn: of('--budget_limited'),
    grid: of('--line'),
    text: of('--muted'),
    ground: of('--surface'),
    font: style.fontFamily,
  };
}

export function plotOptions(
  plotted: Plotted,
  size: { readonly width: number; readonly height: number },
): uPlot.Options {
  const { ink } = plotted;
  const font = `12px ${ink.font}`;
  const grid = { stroke: ink.grid, width: 1 };
  const axis = { stroke: ink.text, font, grid, ticks: { ...grid, size: 4 } };
  return {
    ...size,
    padding: [18, 34, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { setScale: false },
      points: { size: 9 },
      // Only what was spent is pointed at; the lines beside it have points at their ends alone.
      dataIdx: (_plot, line, index) => (line > 1 ? null : index),
    },
    scales: {
      x: { range: () => [plotted.lines.beginS, plotted.lines.endS] },
      y: { range: () => [0, plotted.lines.top] },
    },
    axes: [
      { ...axis, size: 34, space: 64, values: (_plot, splits) => timesOf(splits, plotted.lines) },
      { ...axis, size: 62, values: (_plot, splits) => splits.map((usd) => money(usd * NANO)) },
    ],
    series: [
      {},
      { stroke: ink.spent, width: 2.5, fill: ink.fill, points: { show: false } },
      { stroke: ink.spent, width: 2, dash: [3, 5], spanGaps: true, points: { show: false } },
      { stroke: ink.limit, width: 2, points: { show: false } },
      { stroke: ink.warn, width: 1.5, dash: [8, 5], points: { show: false } },
    ],
    hooks: {
      draw: [(plot) => write(plot, plotted)],
      setCursor: [(plot) => tell(plot, plotted)],
    },
  };
}

/** Times of day within two days, with seconds within minutes; else days. */
function timesOf(splits: readonly number[], { beginS, endS }: SpendLines): string[] {
  const isShort = endS - beginS <= 2 * DAY_S;
  const options: Intl.DateTimeFormatOptions = isShort
    ? {
        hour: '2-digit',
        minute: '2-digit',
        ...(endS - beginS <= MINUTES_S ? { second: '2-digit' } : {}),
        hourCycle: 'h23',
      }
    : { month: 'short', day: 'numeric' };
  const format = new Intl.DateTimeFormat('en-US', options);
  return splits.map((atS) => format.format(atS * 1_000));
}

/** Names of the lines where they run, and where now is. */
function write(plot: uPlot, { lines, ink }: Plotted): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `600 ${12 * ratio}px ${ink.font}`;
  const label = (text: string, x: number, y: number, color: string): void => {
    ctx.lineWidth = 4 * ratio;
    ctx.strokeStyle = ink.ground;
    ctx.strokeText(text, x, y);
    ctx.fillStyle = color;
    ctx.fillText(text, x, y);
  };
  const left = bbox.left + 8 * ratio;
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'left';
  if (lines.limit !== null) {
    const y = plot.valToPos(lines.limit, 'y', true) - 3 * ratio;
    label(`limit ${money(lines.limit * NANO)}`, left, y, ink.limit);
  }
  if (lines.limitAbove !== null) {
    const y = bbox.top + 16 * ratio;
    label(`limit ${money(lines.limitAbove * NANO)}, far above ↑`, left, y, ink.limit);
  }
  const x = plot.valToPos(lines.nowS, 'x', true);
  ctx.strokeStyle = ink.text;
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.textAlign = x > bbox.left + bbox.width * 0.9 ? 'right' : 'left';
  const nudge = ctx.textAlign === 'right' ? -5 : 5;
  label('now', x + nudge * ratio, bbox.top + bbox.height - 4 * ratio, ink.text);
  ctx.restore();
}

function tell(plot: uPlot, { onPoint }: Plotted): void {
  const place = plot.cursor.idx ?? null;
  const atS = place === null ? undefined : plot.data[0][place];
  const spent = place === null ? null : (plot.data[1]?.[place] ?? null);
  if (atS === undefined || spent === null) return onPoint(null);
  onPoint({ atMs: atS * 1_000, spentNanoUsd: Math.round(spent * NANO) });
}
