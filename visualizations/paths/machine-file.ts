/** The test file of a user's own machine, run as an actor on a virtual clock. */
import type { AnyStateMachine, EventObject } from 'xstate';

import { FuseboardError } from '../../services/errors.ts';
import type { GeneratedPath, GeneratedPaths, PathStep } from '../../test/kit/generated-paths.ts';
import { createMachineModel, type MachineModel } from '../../test/kit/machine-model.ts';
import { nameOf } from '../../machines/transitions.ts';
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
import { silentWaits } from '../../test/kit/silent-waits.ts';
import { quoted, sourceOf, spaced } from './source-text.ts';
import { coverageOfIds, type TransitionCoverage } from '../../test/kit/transition-coverage.ts';

export interface MachineFile extends PathsFile {
  readonly machine: ImportedName;
  readonly input: { readonly value: unknown; readonly import: ImportedName | undefined };
  /** Where a list of events is exported, for those that cannot be written down. */
  readonly events:
    { readonly list: readonly EventObject[]; readonly import: ImportedName } | undefined;
}

const HOUR_MS = 3_600_000;
/** So many delayed events are written out after a path. */
const TIMERS_MAX = 3;

/**
 * Source of a test file for the user's machine, run as an actor. @throws FuseboardError
 * invalid_machine
 */
export function machineFile(
  machine: AnyStateMachine,
  paths: GeneratedPaths,
  file: MachineFile,
): string {
  const model = createMachineModel(machine, file.input.value);
  const taken = coverageOfIds(paths.transitions);
  const literals = new EventSource(file);
  const tests = sections(paths, (path) => [
    'const actor = start();',
    `expect(actor.state()).toBe(${quoted(path.from)});`,
    ...path.steps.map((step) => expectStep(machineCall(step, literals), step)),
    ...silence(model, path, taken),
  ]);
  const input = inputSource(file);
  return [
    header(paths, file, [
      'Each test walks one path with the real machine: actions run, time is virtual, and actors',
      'that it invokes stand still. A line does one thing and says where the machine is then.',
      'After each path comes silence: time passes, and only delays of the machine move it.',
    ]),
    imports(
      ['actorUnderTest', 'transitionCoverage'],
      [
        importOf(file.machine, 'machine'),
        ...(file.input.import === undefined ? [] : [importOf(file.input.import, 'input')]),
        ...(literals.isImportUsed && file.events !== undefined
          ? [importOf(file.events.import, 'events')]
          : []),
      ],
    ),
    'const coverage = transitionCoverage(machine);',
    '',
    '/** The machine as an actor whose clock moves only when a test says so. */',
    `const start = () => actorUnderTest(machine, { ${[...input, 'coverage'].join(', ')} });`,
    '',
    ...tests,
    coverageTest(paths, taken),
    transitionList(paths),
  ].join('\n');
}

const machineCall = (step: PathStep, events: EventSource): string =>
  step.afterMs === null
    ? `actor.send(${events.of(step.event)})`
    : `actor.wait(${spaced(step.afterMs)})`;

function silence(
  model: MachineModel,
  { start, end, steps }: GeneratedPath,
  taken: TransitionCoverage,
): readonly string[] {
  for (const { transitions } of [start, ...steps]) taken.record(transitions);
  let from = nameOf(end.snapshot);
  return [...silentWaits(model, end, HOUR_MS, TIMERS_MAX)].map(({ ms, state }) => {
    taken.record(state.transitions);
    const to = nameOf(state.snapshot);
    const says =
      state.events.length === 0 ? 'silence: nothing moves' : `${from} → its delay → ${to}`;
    from = to;
    return `expect(await actor.wait(${spaced(ms)})).toBe(${quoted(to)}); // ${says}`;
  });
}

function inputSource({ input }: MachineFile): readonly string[] {
  if (input.import !== undefined) return ['input'];
  const source = input.value === undefined ? undefined : sourceOf(input.value);
  return source === undefined ? [] : [`input: ${source}`];
}

/** Events as source; one that cannot be written down is taken from the list it came from. */
class EventSource {
  readonly #file: MachineFile;
  isImportUsed = false;

  constructor(file: MachineFile) {
    this.#file = file;
  }

  of(event: EventObject): string {
    const source = sourceOf(event);
    if (source !== undefined) return source;
    const index = this.#file.events?.list.indexOf(event) ?? -1;
    if (index < 0) {
      throw new FuseboardError(
        'invalid_machine',
        `A case of the event '${event.type}' holds what cannot be written into a file, such as a function.`,
        { hint: 'Export the events as a list: the file then takes this one from there.' },
      );
    }
    this.isImportUsed = true;
    return `events[${index}]`;
  }
}
