/** The table of results, in Markdown. */
import { availableParallelism, cpus, loadavg, type } from 'node:os';

import type { Reading } from './case.ts';
import type { Cost, Verdict } from './verdict.ts';

export interface Report {
  readonly verdicts: readonly Verdict[];
  readonly readings: readonly Reading[];
  readonly processCount: number;
  /** What is measured against, with versions. */
  readonly rivals: readonly string[];
}

const METHOD = `\
Every case runs in fresh processes of plain Node (\`--expose-gc\`) on the built package, loaded as a
user loads it. The contenders of a case take turns in one process, after a warm-up; a turn begins
with a forced collection and is a few bursts of about 8 ms, each timed by itself. *Best* is the
fastest burst of all processes, *median* the median over the processes of their median burst, both
in nanoseconds per operation. The ratio compares bests within one process, where the contenders met
the same conditions; the table gives its median over the processes and, for information, the ratio
of the medians. Targets look at bests, because what else the machine does only ever adds time. Of
readings the worst is given; those of a minute or more are taken in one process.`;

export function markdown({ verdicts, readings, processCount, rivals }: Report): string {
  const missed = [
    ...verdicts.filter(({ isMet }) => !isMet),
    ...readings.filter((reading) => !isWithin(reading)),
  ].length;
  const summary = missed === 0 ? 'Every target is met.' : `Targets missed: ${missed}.`;
  return `# What Fuseboard costs

Written by \`npm run bench\`; do not edit. ${summary}

| | |
| --- | --- |
| date | ${new Date().toISOString().slice(0, 10)} |
| processor | ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores |
| load at the end | ${loadavg()[0]?.toFixed(1)} |
| system | ${type()} ${process.arch} |
| Node | ${process.version} |
| against | ${rivals.join(', ')} |
| processes per case | ${processCount} |

${METHOD}

## Nanoseconds per operation

| case | subject | best (median) | against | best (median) | ratio (of medians) | target | met |
| --- | --- | ---: | --- | ---: | ---: | --- | --- |
${verdicts.map(verdictLine).join('\n')}

## Readings

| reading | value | target | met |
| --- | ---: | --- | --- |
${readings.map(readingLine).join('\n')}
`;
}

export function verdictLine({ title, subject, against, ratio, target, isMet }: Verdict): string {
  const met = target === null ? '' : isMet ? 'yes' : '**no**';
  const times = `${shown(ratio)} (${shown(subject.medianNs / against.medianNs)})`;
  return row(title, subject.name, cost(subject), against.name, cost(against), times, target, met);
}

export function readingLine(reading: Reading): string {
  const { what, value, unit, max } = reading;
  if (max === undefined) return row(what, amount(value, unit), null, '');
  const met = isWithin(reading) ? 'yes' : '**no**';
  return row(what, amount(value, unit), `≤ ${amount(max, unit)}`, met);
}

const isWithin = ({ value, max }: Reading): boolean => max === undefined || value <= max;

const amount = (value: number, unit: string): string => `${figure(value)} ${unit}`.trim();

/** Small numbers with what is behind the point: half a millisecond is not none. */
const figure = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(2);

const cost = ({ bestNs, medianNs }: Cost): string => `${whole(bestNs)} (${whole(medianNs)})`;

const shown = (ratio: number): string => ratio.toFixed(ratio < 0.1 ? 3 : 2);

const whole = (ns: number): string => ns.toFixed(0);

const row = (...cells: readonly (string | null)[]): string =>
  `| ${cells.map((cell) => cell ?? 'information').join(' | ')} |`;
