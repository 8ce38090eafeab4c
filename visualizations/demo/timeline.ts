/** What happened to breakers and to money, a line each, in the order in which it happened. */
import type { Line, Style } from '../terminal/lines.ts';
import { STATE_STYLES } from './breaker-columns.ts';
import { seconds, type Change } from './changes.ts';
import type { MoneyMoment } from './money-tally.ts';
import type { View } from './view.ts';

/** Room for the name of a breaker, and a space. */
export const NAME_WIDTH = 19;

/** Oldest first. */
export function timeline({ changes, money }: Pick<View, 'changes' | 'money'>): Line[] {
  const all = [
    ...changes.map((change) => ({ ...change, line: changeLine(change) })),
    ...money.moments.map((moment) => ({ ...moment, line: momentLine(moment) })),
  ];
  return all.sort((a, b) => a.elapsedMs - b.elapsedMs).map(({ line }) => line);
}

/** One change of state. */
export function changeLine({ elapsedMs, breaker, from, to, why }: Change): Line {
  return [
    { text: `${seconds(elapsedMs).padStart(8)}  `, style: 'dim' },
    { text: breaker.padEnd(NAME_WIDTH) },
    { text: `${from} → ` },
    { text: to, style: STATE_STYLES[to] ?? 'plain' },
    { text: `: ${why}`, style: 'dim' },
  ];
}

const STYLES: Readonly<Record<MoneyMoment['about'], Style>> = {
  budget: 'magenta',
  rule: 'yellow',
  operator: 'cyan',
};

export function momentLine({ elapsedMs, about, what }: MoneyMoment): Line {
  return [
    { text: `${seconds(elapsedMs).padStart(8)}  `, style: 'dim' },
    { text: about.padEnd(NAME_WIDTH), style: STYLES[about] },
    { text: what },
  ];
}
