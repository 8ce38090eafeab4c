/** What was found, in words and as JSON. */
import type { GeneratedPaths } from '../../test/kit/generated-paths.ts';
import { safeJson, safeText } from '../terminal/safe-text.ts';

/** What was written, and by which command. */
export interface PathsWritten {
  /** Null where nothing was written. */
  readonly out: string | null;
  readonly report: string | null;
  readonly command: string;
}

/** What was written, what was not covered, and what to do next. */
export function summaryText(
  { out, report }: PathsWritten & { readonly out: string },
  { paths, coverage, brokenCount }: GeneratedPaths,
): string {
  const isFound = /\.(test|spec)\.[cm]?[jt]sx?$/.test(out);
  const missed = coverage.uncovered.map(({ transition, because }) => `  ${transition}: ${because}`);
  const lines = [
    `${out}: ${paths.length} paths, ${coverage.covered} of ${coverage.total} configured transitions`,
    ...(missed.length > 0 ? ['not taken:', ...missed] : []),
    ...(brokenCount > 0 ? [`left out: ${brokenCount} paths, ${BROKEN}`] : []),
    ...(report === null ? [] : [`report: ${report}`]),
    ...(isFound ? [] : ['vitest looks for names that end in .test.ts or .spec.ts']),
    `next: npx vitest run ${out}`,
  ];
  return lines.map((line) => `${safeText(line)}\n`).join('');
}

/** Why paths were left out. */
export const BROKEN = 'because states with the same text behave differently';

/** The same, and every path, for programs. */
export function summaryJson(written: PathsWritten, found: GeneratedPaths): string {
  const { machineId, paths, coverage, transitions, stateCount, stepCount, brokenCount } = found;
  const told = paths.map(({ description, from, to, steps }) => ({
    description,
    from,
    to,
    steps: steps.map(({ label, to: after, transitions: taken }) => ({
      label,
      to: after,
      transitions: taken,
    })),
  }));
  return `${safeJson({
    ...written,
    machine: machineId,
    pathCount: paths.length,
    stateCount,
    stepCount,
    brokenCount,
    coverage,
    transitions,
    paths: told,
  })}\n`;
}
