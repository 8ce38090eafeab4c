/** A board's status as lines for people. Columns that the source knows nothing of are left out. */
import { formatUsd } from '../../services/cost/money.ts';
import type { BreakerStatus } from '../../services/breaker.ts';
import { line, tableLines, type Column, type Line, type Style } from '../terminal/lines.ts';
import { safeText } from '../terminal/safe-text.ts';
import type { Status, StatusRow } from './status.ts';

const STYLES: Readonly<Record<BreakerStatus, Style>> = {
  open: 'red',
  half_open: 'yellow',
  budget_limited: 'magenta',
  closed: 'green',
};

const HEALTH_STYLES = { healthy: 'green', degraded: 'yellow', critical: 'red' } as const;

/** Characters of a reason that are shown. */
const REASON_MAX = 60;

/** `rowsMax`: breakers shown; of the rest only the number. */
export function statusLines(status: Status, rowsMax = Infinity): Line[] {
  const { breakers, health, emergency, reasons } = status;
  const shown = breakers.slice(0, rowsMax);
  const omittedCount = breakers.length - shown.length;
  return [
    headline(status),
    ...(emergency === null
      ? []
      : [line(` EMERGENCY by ${safeText(emergency.by)}: ${safeText(emergency.reason)}`, 'red')]),
    ...(health === 'healthy' ? [] : reasons.map((words) => line(` ${safeText(words)}`, 'dim'))),
    line(''),
    ...(breakers.length === 0
      ? [line(' No breaker is known yet.', 'dim')]
      : tableLines(columnsOf(status), shown)),
    ...(omittedCount > 0 ? [line(` and ${omittedCount} more`, 'dim')] : []),
  ];
}

function headline({ source, atMs, health, breakers }: Status): Line {
  const count = (state: BreakerStatus): number =>
    breakers.filter((breaker) => breaker.state === state).length;
  const counts = (Object.keys(STYLES) as BreakerStatus[])
    .filter((state) => count(state) > 0)
    .map((state) => `${count(state)} ${state}`);
  return [
    { text: ` ${safeText(source)}`, style: 'bold' },
    { text: `  ${new Date(atMs).toISOString().slice(11, 19)} UTC  `, style: 'dim' },
    ...(health === null ? [] : [{ text: `${health}  `, style: HEALTH_STYLES[health] }]),
    { text: counts.join(', '), style: 'dim' },
  ];
}

function columnsOf({ atMs, breakers }: Status): Column<StatusRow>[] {
  const rate = (
    title: string,
    field: 'callsPerS' | 'failedPerS' | 'refusedPerS',
    style: Style,
  ): Column<StatusRow> => ({
    title,
    cell: (row) => {
      const value = row[field] ?? 0;
      return { text: value === 0 ? '·' : value.toFixed(1), style: value === 0 ? 'dim' : style };
    },
    align: 'right',
    widthMin: 7,
  });
  const knows = (field: keyof StatusRow): boolean => breakers.some((row) => row[field] !== null);
  return [
    { title: 'breaker', cell: ({ breaker }) => ({ text: safeText(breaker) }) },
    {
      title: 'state',
      cell: ({ path, state }) => ({ text: path, style: STYLES[state] }),
      widthMin: 14,
    },
    {
      title: 'probe',
      cell: ({ state, probeAtMs }) => ({
        text: state === 'open' && probeAtMs !== null ? inSeconds(probeAtMs - atMs) : '',
      }),
      align: 'right',
      widthMin: 8,
    },
    ...(knows('callsPerS')
      ? [
          rate('calls/s', 'callsPerS', 'plain'),
          rate('failed', 'failedPerS', 'red'),
          rate('refused', 'refusedPerS', 'yellow'),
        ]
      : []),
    ...(knows('spentNanoUsd')
      ? [
          {
            title: 'spent 24 h',
            cell: ({ spentNanoUsd }: StatusRow) => ({ text: dollars(spentNanoUsd ?? 0) }),
            align: 'right' as const,
          },
        ]
      : []),
    { title: 'why', cell: ({ reason }) => ({ text: shortened(safeText(reason)), style: 'dim' }) },
  ];
}

const inSeconds = (ms: number): string => (ms <= 0 ? 'due' : `${(ms / 1_000).toFixed(1)} s`);

/** To a hundredth of a cent. */
const dollars = (nanoUsd: number): string => formatUsd(Math.round(nanoUsd / 100_000) * 100_000);

const shortened = (text: string): string =>
  text.length <= REASON_MAX ? text : `${text.slice(0, REASON_MAX - 1)}…`;
