/**
 * Turns generated paths into tests of a system: one for each path, and one at the end which asks
 * that the paths really took every configured transition.
 *
 *   import * as vitest from 'vitest';
 *   describePaths(generatePaths(doorMachine), { vitest, create: () => doorUnderTest() });
 */
import type { AnyMachineSnapshot } from 'xstate';

import { functionOption, invalidOption, knownKeys, numberOption } from '../../services/check.ts';
import type { GeneratedPath, GeneratedPaths } from './generated-paths.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import { coverageOfIds, type TransitionCoverage } from './transition-coverage.ts';
import { walkPath } from './walk-path.ts';

/** What is needed of vitest. */
export interface TestRunner {
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: (title: string, body: () => void | Promise<void>) => unknown;
  readonly expect: (actual: unknown, message?: string) => { toEqual(expected: unknown): unknown };
}

export interface DescribePathsOptions {
  /** Makes the system in the state in which the model starts. Called once for each path. */
  readonly create: () => SystemUnderTest | Promise<SystemUnderTest>;
  /** @default the machine's id */
  readonly title?: string;
  /**
   * What the system's `state()` must say in a state of the model.
   * @default the state's name where the system answers with text, else its value
   */
  readonly expected?: (snapshot: AnyMachineSnapshot) => unknown;
  /**
   * How long nothing may move after a path but what the model enables, where the system can
   * `wait`. Milliseconds. @default 3600000
   */
  readonly silenceMs?: number;
  /** Share of the configured transitions that must be taken, from 0 to 1. @default 1 */
  readonly coverageMin?: number;
  /** vitest, or what else has `describe`, `it` and `expect`. @default vitest, imported */
  readonly vitest?: TestRunner;
}

/**
 * Describes the tests. Without `vitest` it is imported first: `await` the answer.
 * @throws FuseboardError invalid_option
 */
export function describePaths(
  paths: GeneratedPaths,
  options: DescribePathsOptions & { readonly vitest: TestRunner },
): void;
export function describePaths(paths: GeneratedPaths, options: DescribePathsOptions): Promise<void>;
export function describePaths(
  paths: GeneratedPaths,
  options: DescribePathsOptions,
): void | Promise<void> {
  const settings = checkOptions(options);
  if (options.vitest !== undefined) return describeWith(options.vitest, paths, settings);
  return import('vitest').then((vitest) => describeWith(vitest, paths, settings));
}

type Settings = Pick<DescribePathsOptions, 'create' | 'title' | 'expected'> &
  Required<Pick<DescribePathsOptions, 'silenceMs' | 'coverageMin'>>;

function describeWith(
  { describe, it, expect }: TestRunner,
  paths: GeneratedPaths,
  settings: Settings,
): void {
  const { create, expected, silenceMs, coverageMin } = settings;
  const coverage = coverageOfIds(paths.transitions);
  const walk = async (path: GeneratedPath): Promise<void> => {
    const system = await create();
    try {
      await walkPath(path, system, {
        expected,
        silenceMs,
        coverage,
        compare: (actual, wanted, message) => void expect(actual, message).toEqual(wanted),
      });
    } finally {
      await system.dispose?.();
    }
  };
  describe(settings.title ?? paths.machineId, () => {
    for (const path of paths.paths) it(path.description, () => walk(path));
    it(coverageTitle(coverageMin), () => {
      const missing = coverage.ratio >= coverageMin ? [] : explainMissing(coverage, paths);
      expect(missing, 'transitions that no path took').toEqual([]);
    });
  });
}

const coverageTitle = (coverageMin: number): string =>
  coverageMin === 1
    ? 'takes every configured transition on these paths'
    : `takes ${Math.round(coverageMin * 100)} % of the configured transitions on these paths`;

/** Transitions that were not taken, each with its reason where generation knew one. */
function explainMissing(
  coverage: TransitionCoverage,
  { coverage: { uncovered } }: GeneratedPaths,
): readonly string[] {
  return coverage.missing().map((id) => {
    const because = uncovered.find(({ transition }) => transition === id)?.because;
    return `${id} (${because ?? 'its path was not run, or failed before it'})`;
  });
}

function checkOptions(options: DescribePathsOptions): Settings {
  knownKeys('describePaths', options, [
    'create',
    'title',
    'expected',
    'silenceMs',
    'coverageMin',
    'vitest',
  ]);
  const { create, title, expected } = options;
  if (typeof create !== 'function') throw invalidOption('describePaths.create', 'given', create);
  functionOption('describePaths.expected', expected);
  const ratio = { min: 0, max: 1 };
  return {
    create,
    ...(title === undefined ? {} : { title }),
    ...(expected === undefined ? {} : { expected }),
    silenceMs: numberOption('describePaths.silenceMs', options.silenceMs, { min: 0 }, 3_600_000),
    coverageMin: numberOption('describePaths.coverageMin', options.coverageMin, ratio, 1),
  };
}
