/** The test file of the built-in breaker with the user's options. */
import { breakerMachine } from '../../machines/breaker.ts';
import type { BreakerOptions } from '../../services/options.ts';
import { breakerFile } from './breaker-file.ts';
import { createBreakerGraph } from '../../test/kit/breaker-graph.ts';
import { breakerUnderTest } from '../../test/kit/breaker-under-test.ts';
import { generatePaths } from '../../test/kit/generate-paths.ts';
import { firstOf, loadIf } from '../terminal/load-export.ts';
import { stateName } from '../../machines/transitions.ts';
import type { PathsFlags } from './paths-flags.ts';
import type { OnProgress, PathsSource } from './paths-source.ts';
import { importedFrom } from './paths-target.ts';
import { commandOf } from './recorded-command.ts';
import { sourceOf } from './source-text.ts';

/** Two probes, so that the step between them is on a path too. */
const BREAKER_OPTIONS: BreakerOptions = {
  failureThreshold: 3,
  recoveryTimeoutMs: 30_000,
  probesNeeded: 2,
};

/** @throws CommandError, FuseboardError */
export async function breakerSource(
  flags: PathsFlags,
  onProgress: OnProgress,
): Promise<PathsSource> {
  const { strategy = 'transitions', limit } = flags;
  const loaded = await loadIf('--options', flags.options, firstOf('options', 'default'));
  const options = (loaded?.value ?? BREAKER_OPTIONS) as BreakerOptions;
  // Says what is wrong with the options, before anything is written that cannot run.
  breakerUnderTest(options);
  const graph = createBreakerGraph({ probesNeeded: options.probesNeeded ?? 1 });
  const paths = generatePaths(breakerMachine, {
    ...graph,
    strategy,
    onProgress,
    ...(limit === undefined ? {} : { limit }),
    // Ways that meet no state twice are countless unless the budget and the latches are left out.
    ...(strategy === 'simple' ? { serializeState: ({ value }) => stateName(value) } : {}),
  });
  const source = breakerFile(paths, {
    strategy,
    command: commandOf(flags),
    options:
      loaded === undefined
        ? { source: sourceOf(options) ?? '{}' }
        : { import: importedFrom(loaded, flags.out) },
  });
  return { source, paths, machine: breakerMachine };
}
