/** What several processes measured, brought together and held against the targets. */
import type { Comparison, Reading } from './case.ts';
import { median, type Timing } from './rounds.ts';

/** Nanoseconds per operation, over the processes. */
export interface Cost {
  readonly name: string;
  /** The best burst of all. */
  readonly bestNs: number;
  /** The median of the processes' medians. */
  readonly medianNs: number;
}

/** One line of the table of races. */
export interface Verdict {
  readonly title: string;
  readonly subject: Cost;
  readonly against: Cost;
  /** Median over the processes of the ratio of their best bursts. */
  readonly ratio: number;
  /** In words; null for information only. */
  readonly target: string | null;
  readonly isMet: boolean;
}

/** `processes` holds what each process measured of the same contenders. */
export function judge(
  title: string,
  comparison: Comparison,
  processes: readonly (readonly Timing[])[],
): Verdict {
  const { subject, against, ratioMax, moreNsMax } = comparison;
  const pairs = processes.map((timings) => ({
    ours: timingOf(timings, subject),
    theirs: timingOf(timings, against),
  }));
  const ratio = median(pairs.map(({ ours, theirs }) => ours.bestNs / theirs.bestNs));
  const moreNs = median(pairs.map(({ ours, theirs }) => ours.bestNs - theirs.bestNs));
  const bounds: readonly { readonly text: string; readonly isMet: boolean }[] = [
    ...(ratioMax === undefined ? [] : [{ text: `≤ ${ratioMax}×`, isMet: ratio <= ratioMax }]),
    ...(moreNsMax === undefined
      ? []
      : [{ text: `≤ ${moreNsMax} ns more`, isMet: moreNs <= moreNsMax }]),
  ];
  return {
    title,
    subject: costOf(
      subject,
      pairs.map(({ ours }) => ours),
    ),
    against: costOf(
      against,
      pairs.map(({ theirs }) => theirs),
    ),
    ratio,
    target: bounds.length === 0 ? null : bounds.map(({ text }) => text).join(', '),
    isMet: bounds.every(({ isMet }) => isMet),
  };
}

/** The worst of what the processes read, of each reading. */
export function worstOf(processes: readonly (readonly Reading[])[]): Reading[] {
  const [first = [], ...others] = processes;
  return first.map((reading, index) => ({
    ...reading,
    value: Math.max(reading.value, ...others.map((readings) => readings[index]?.value ?? NaN)),
  }));
}

function costOf(name: string, timings: readonly Timing[]): Cost {
  return {
    name,
    bestNs: Math.min(...timings.map(({ bestNs }) => bestNs)),
    medianNs: median(timings.map(({ medianNs }) => medianNs)),
  };
}

function timingOf(timings: readonly Timing[], name: string): Timing {
  const found = timings.find(({ contender }) => contender === name);
  if (found === undefined) throw new Error(`no contender is called "${name}"`);
  return found;
}
