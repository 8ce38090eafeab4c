/** What `--check` found, in words and as JSON. */
import { safeJson, safeText } from '../terminal/safe-text.ts';
import type { Verdict } from './check-files.ts';
import type { FileDifference } from './file-difference.ts';

/** A file that could not be checked. */
export interface Unchecked {
  readonly file: string;
  readonly status: 'not_checked';
  readonly error: string;
}

/** So many names of a kind are told; JSON has them all. */
const NAMES_MAX = 20;

/** A line for a file that is up to date, and what changed for one that is not. */
export function verdictText(verdict: Verdict): string {
  const { file, command } = verdict;
  if (verdict.status === 'up_to_date') return `${safeText(file)}: up to date\n`;
  const lines =
    verdict.status === 'missing'
      ? [`${file}: is not there`]
      : [`${file}: out of date`, ...changes(verdict.difference)];
  return [...lines, `  write it again: ${command}`].map((line) => `${safeText(line)}\n`).join('');
}

function changes(difference: FileDifference): readonly string[] {
  const lines = [
    ...listed('transitions added', '+', difference.transitionsAdded),
    ...listed('transitions removed', '-', difference.transitionsRemoved),
    ...listed('paths added', '+', difference.pathsAdded),
    ...listed('paths removed', '-', difference.pathsRemoved),
    ...listed('paths with other steps', '~', difference.pathsChanged),
  ];
  return lines.length > 0
    ? lines
    : ['  its paths are the same, and the rest is not: it was changed by hand, or is older'];
}

function listed(title: string, sign: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length - NAMES_MAX;
  return [
    `  ${title}: ${names.length}`,
    ...names.slice(0, NAMES_MAX).map((name) => `    ${sign} ${name}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
}

export function verdictsJson(verdicts: readonly (Verdict | Unchecked)[]): string {
  const files = verdicts.map((verdict) => {
    if (verdict.status === 'not_checked') return verdict;
    const { file, status, command } = verdict;
    return {
      file,
      status,
      command,
      ...(status === 'out_of_date' ? verdict.difference : {}),
    };
  });
  const isUpToDate = files.every(({ status }) => status === 'up_to_date');
  return `${safeJson({ isUpToDate, files })}\n`;
}
