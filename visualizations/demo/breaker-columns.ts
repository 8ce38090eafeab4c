/** The live table: a line for each breaker, with as many columns as the terminal has room for. */
import type { Column, Span, Style } from '../terminal/lines.ts';
import { seconds } from './changes.ts';
import { shortUsd } from './money-tally.ts';
import type { BreakerView } from './view.ts';

export const STATE_STYLES: Readonly<Record<string, Style>> = {
  closed: 'green',
  open: 'red',
  half_open: 'yellow',
  budget_limited: 'magenta',
};

const count = (field: 'ok' | 'failed' | 'rateLimited' | 'refused' | 'callsPerSecond') => {
  const cell = ({ tally }: BreakerView): Span => ({ text: String(tally[field]) });
  return { cell, align: 'right' as const };
};

/** What fits: the narrower, the less. */
export function breakerColumns(width: number): Column<BreakerView>[] {
  const all: (Column<BreakerView> & { readonly from: number })[] = [
    {
      from: 0,
      title: 'breaker',
      cell: ({ name }) => ({ text: name, style: 'bold' }),
      widthMin: 18,
    },
    { from: 0, title: 'state', cell: stateCell, widthMin: width >= 72 ? 20 : 13 },
    { from: 88, title: 'calls/s', ...count('callsPerSecond') },
    { from: 0, title: 'ok', widthMin: 4, ...count('ok') },
    { from: 0, title: 'failed', ...count('failed') },
    { from: 72, title: '429', widthMin: 3, ...count('rateLimited') },
    { from: 0, title: 'refused', ...count('refused') },
    {
      from: 68,
      title: 'p50',
      widthMin: 6,
      align: 'right',
      cell: ({ tally }) => ({ text: tally.p50Ms === null ? '' : `${tally.p50Ms.toFixed(0)} ms` }),
    },
    {
      from: 96,
      title: 'cost',
      widthMin: 7,
      align: 'right',
      cell: ({ costNanoUsd }) => ({ text: shortUsd(costNanoUsd) }),
    },
    { from: 130, title: 'policy', cell: ({ policy }) => ({ text: policy, style: 'dim' }) },
  ];
  return all.filter(({ from }) => width >= from);

  function stateCell({ state, heldBy, probeInMs }: BreakerView): Span {
    const style = STATE_STYLES[state] ?? 'plain';
    if (heldBy !== '')
      return { text: width >= 72 ? `${state}, held by ${heldBy}` : `${state}, held`, style };
    if (probeInMs === null) return { text: state, style };
    const wait = seconds(probeInMs);
    return { text: width >= 72 ? `${state}, probe in ${wait}` : `${state}, ${wait}`, style };
  }
}
