/** From flags to the source of a test file, whatever machine it is for. */
import type { AnyStateMachine } from 'xstate';

import type { GeneratedPaths } from '../../test/kit/generated-paths.ts';
import type { PathsProgress } from '../../test/kit/paths-meter.ts';
import type { PathsFlags } from './paths-flags.ts';

/** Source of a test file, and what it was written from. */
export interface PathsSource {
  readonly source: string;
  readonly paths: GeneratedPaths;
  readonly machine: AnyStateMachine;
}

export type OnProgress = (progress: PathsProgress) => void;

/** Generates paths, and their test file. @throws CommandError, FuseboardError */
export async function pathsSource(flags: PathsFlags, onProgress: OnProgress): Promise<PathsSource> {
  if (flags.machine === undefined) {
    const { breakerSource } = await import('./paths-of-breaker.ts');
    return await breakerSource(flags, onProgress);
  }
  const { machineSource } = await import('./paths-of-machine.ts');
  return await machineSource(flags, flags.machine, onProgress);
}
