/** The test file of a user's own machine: what the flags name is loaded and checked here. */
import type { AnyStateMachine, EventObject } from 'xstate';

import { checkMachine, isMachine } from '../../test/kit/check-machine.ts';
import { generatePaths } from '../../test/kit/generate-paths.ts';
import { CommandError } from '../terminal/command-error.ts';
import {
  firstOf,
  loadExport,
  loadIf,
  type GuessExport,
  type LoadedExport,
} from '../terminal/load-export.ts';
import { machineFile } from './machine-file.ts';
import type { PathsFlags } from './paths-flags.ts';
import type { OnProgress, PathsSource } from './paths-source.ts';
import { importedFrom } from './paths-target.ts';
import { commandOf } from './recorded-command.ts';

/** @throws CommandError, FuseboardError */
export async function machineSource(
  flags: PathsFlags,
  reference: string,
  onProgress: OnProgress,
): Promise<PathsSource> {
  const { strategy = 'transitions', limit, out } = flags;
  const guessMachine: GuessExport = (exports) => {
    const names = [...exports].filter(([, value]) => isMachine(value)).map(([name]) => name);
    const [only, ...others] = names.filter((name) => name !== 'default' || names.length === 1);
    return others.length === 0 ? only : undefined;
  };
  const loaded = await loadExport('--machine', reference, guessMachine);
  const machine = checkMachine(loaded.value, `--machine: '${loaded.name}'`);
  const events = await loadIf('--events', flags.events, firstOf('events', 'default'));
  const input = await loadInput(flags.input);
  const key = await loadIf(
    '--serialize-state',
    flags['serialize-state'],
    firstOf('serializeState', 'default'),
  );
  const paths = generatePaths<AnyStateMachine>(machine, {
    strategy,
    input: input.value,
    onProgress,
    ...(limit === undefined ? {} : { limit }),
    ...(events === undefined ? {} : { events: asEvents(events) }),
    ...(key === undefined ? {} : { serializeState: asFunction(key) }),
  });
  const source = machineFile(machine, paths, {
    strategy,
    command: commandOf(flags),
    machine: importedFrom(loaded, out),
    input: { value: input.value, import: input.from && importedFrom(input.from, out) },
    events:
      events !== undefined && Array.isArray(events.value)
        ? { list: events.value as EventObject[], import: importedFrom(events, out) }
        : undefined,
  });
  return { source, paths, machine };
}

async function loadInput(
  given: string | undefined,
): Promise<{ readonly value: unknown; readonly from: LoadedExport | undefined }> {
  if (given === undefined) return { value: undefined, from: undefined };
  try {
    return { value: JSON.parse(given) as unknown, from: undefined };
  } catch {
    const from = await loadExport('--input', given, firstOf('input', 'default'));
    return { value: from.value, from };
  }
}

function asEvents({ name, value }: LoadedExport): readonly EventObject[] | (() => EventObject[]) {
  const isEvent = (event: unknown): boolean =>
    typeof (event as { type?: unknown } | null)?.type === 'string';
  if (typeof value === 'function') return value as () => EventObject[];
  if (Array.isArray(value) && value.every(isEvent)) return value as EventObject[];
  throw new CommandError(
    `--events: '${name}' is neither a list of events nor a function that returns one`,
    `For example export const ${name} = [{ type: 'ADD', amount: 1 }, { type: 'ADD', amount: 99 }];`,
  );
}

function asFunction({ name, value }: LoadedExport): () => string {
  if (typeof value === 'function') return value as () => string;
  throw new CommandError(
    `--serialize-state: '${name}' is not a function`,
    `For example export const ${name} = (snapshot) => JSON.stringify(snapshot.value);`,
  );
}
