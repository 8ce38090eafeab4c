/** The test file of the built-in breaker, run on the real service. */
import type { GeneratedPath, GeneratedPaths } from '../../test/kit/generated-paths.ts';
import {
  coverageTest,
  expectStep,
  header,
  importOf,
  imports,
  sections,
  transitionList,
  type ImportedName,
  type PathsFile,
} from './paths-file.ts';
import { quoted, spaced } from './source-text.ts';
import { coverageOfIds, type TransitionCoverage } from '../../test/kit/transition-coverage.ts';

export interface BreakerFile extends PathsFile {
  /** The breaker's options, as source or to be imported. */
  readonly options: { readonly source: string } | { readonly import: ImportedName };
}

const DAY_MS = 86_400_000;

/** Source of a test file for the built-in breaker, run on the real service. */
export function breakerFile(paths: GeneratedPaths, file: BreakerFile): string {
  const taken = coverageOfIds(paths.transitions);
  const tests = sections(paths, (path) => {
    for (const { transitions } of path.steps) taken.record(transitions);
    return [
      'const breaker = start();',
      ...path.steps.map((step) => expectStep(`breaker.does(${quoted(step.label)})`, step)),
      ...breakerSilence(path, taken),
    ];
  });
  const { options } = file;
  return [
    header(paths, file, [
      'Each test walks one path with a real breaker on a virtual clock: calls really fail, probes',
      'really succeed, late calls really end late. A line does one thing and says which state',
      'follows, and whether calls are then refused is looked at too. After each path comes',
      'silence: calls of the past end, time passes, and nothing moves but a probe that is due.',
    ]),
    imports(
      ['breakerUnderTest', 'transitionCoverage'],
      'import' in options ? [importOf(options.import, 'options')] : [],
      `import { breakerMachine } from 'fuseboard';`,
    ),
    ...('source' in options
      ? ['/** The breaker that is tested; put yours here. */', `const options = ${options.source};`]
      : []),
    'const coverage = transitionCoverage(breakerMachine);',
    '',
    'const start = () => breakerUnderTest(options, { coverage });',
    '',
    ...tests,
    coverageTest(paths, taken),
    transitionList(paths),
  ].join('\n');
}

function breakerSilence({ to }: GeneratedPath, taken: TransitionCoverage): readonly string[] {
  const late = `expect(await breaker.lateOutcomes()).toBe(${quoted(to)}); // late calls move nothing`;
  const day = (state: string): string =>
    `expect(await breaker.waits(${spaced(DAY_MS)})).toBe(${quoted(state)}); // silence: nothing moves`;
  if (to !== 'open.cooling') return [late, day(to)];
  taken.record(['open.cooling --probe.due--> half_open']);
  return [
    late,
    `expect(await breaker.does('probe.due (early)')).toBe('open.cooling'); // nothing moves too soon`,
    `expect(await breaker.does('probe.due')).toBe('half_open'); // the wait is over`,
    day('half_open'),
  ];
}
