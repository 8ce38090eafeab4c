/** The source of a test file, whatever machine it is for. */
import type { AnyStateMachine } from 'xstate';

import type { GeneratedPaths } from '../../test/kit/generated-paths.ts';
import type { PathsProgress } from '../../test/kit/paths-meter.ts';

/** Source of a test file, and what it was written from. */
export interface PathsSource {
  readonly source: string;
  readonly paths: GeneratedPaths;
  readonly machine: AnyStateMachine;
}

export type OnProgress = (progress: PathsProgress) => void;
