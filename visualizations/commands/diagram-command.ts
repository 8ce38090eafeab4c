/** `fuseboard diagram`: draws the statechart of any XState machine. */
import { writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

import { checkMachine, isMachine } from '../../test/kit/check-machine.ts';
import { chartOf } from '../diagram/chart-of.ts';
import type { Chart } from '../diagram/chart.ts';
import type { Drawing } from '../diagram/drawing.ts';
import { jsonOf } from '../diagram/json-of.ts';
import { mermaidOf } from '../diagram/mermaid-of.ts';
import type { Marks } from '../diagram/picture.ts';
import { pictureOf } from '../diagram/picture-of.ts';
import { svgText } from '../diagram/svg-text.ts';
import { CommandError, usageError, type ExitCode } from '../terminal/command-error.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { flagHelp, readFlags, type FlagTable, type FlagValues } from '../terminal/flags.ts';
import { firstOf, loadExport } from '../terminal/load-export.ts';
import { activeIdsOf, hitsOf } from './diagram-marks.ts';

const FORMATS = ['svg', 'mermaid', 'json'] as const;
type Format = (typeof FORMATS)[number];

const FLAGS = {
  machine: {
    kind: 'text',
    of: 'FILE#EXPORT',
    about: "The machine, from a file of yours. Default: the breaker's.",
  },
  format: { kind: 'choice', choices: FORMATS, about: 'What to write. Default svg.' },
  json: { kind: 'switch', about: 'Short for --format json.' },
  state: { kind: 'text', of: 'NAME', about: 'Marks a state as active, such as open.cooling.' },
  heat: {
    kind: 'text',
    of: 'FILE|-',
    about: 'How often each transition was taken: JSON of ids and counts; - reads it from stdin.',
  },
  out: { kind: 'text', of: 'FILE', about: 'Where to write. Default: stdout.' },
} as const satisfies FlagTable;

export const DIAGRAM_HELP = `Draws a statechart: as SVG for light and dark, as Mermaid, or as JSON.

  fuseboard diagram [flags]

Any machine of XState 5 can be drawn, nested and parallel ones too. Transitions between the same two
states share an arrow; those that stay in a state are listed in it; those of a state into its own
inside begin at a label "from any state". Descriptions, actions and counts are shown as tooltips.

${flagHelp(FLAGS)}

With --heat, arrows are as wide as they were taken often, and those never taken are dashed. Ids are
those of --format json and of coverage reports, for example "closed --trip--> open.cooling".

Examples
  fuseboard diagram --out breaker.svg
  fuseboard diagram --state open.cooling > cooling.svg
  fuseboard diagram --machine src/checkout.ts#checkoutMachine --out checkout.svg
  fuseboard diagram --machine src/checkout.ts --format mermaid
  fuseboard diagram --heat hits.json --out heat.svg

Exit codes: 0 drawn; 1 it could not be drawn or written; 2 a flag is wrong.
`;

/** How long a layout may take before whoever waits at a terminal is told. */
const PATIENCE_MS = 1_000;

type Flags = FlagValues<typeof FLAGS>;

/** `readStdin` is asked only for `--heat -`. */
export async function runDiagram(
  args: readonly string[],
  io: CommandIo,
  readStdin: () => Promise<string> = () => text(process.stdin),
): Promise<ExitCode> {
  const flags = readFlags('diagram', args, FLAGS);
  const format = formatOf(flags);
  const chart = await chartFor(flags.machine);
  const marks: Marks = {
    ...(flags.state === undefined ? {} : { activeIds: activeIdsOf(chart, flags.state) }),
    ...(flags.heat === undefined ? {} : { hits: await hitsOf(chart, flags.heat, readStdin) }),
  };
  const written = await writtenAs(format, chart, marks, io);
  if (flags.out === undefined) io.stdout.write(written);
  else await save(flags.out, written, io);
  return 0;
}

/** @throws CommandError for flags that exclude each other. */
function formatOf({ format, json, state, heat }: Flags): Format {
  if (json === true && format !== undefined && format !== 'json') {
    throw usageError(`--json and --format ${format} exclude each other`, 'Give one of the two.');
  }
  const asked = json === true ? 'json' : (format ?? 'svg');
  const mark = state === undefined ? (heat === undefined ? null : '--heat') : '--state';
  if (asked === 'svg' || mark === null) return asked;
  throw usageError(`${mark} marks a picture, which ${asked} is not`, 'Use it with --format svg.');
}

async function chartFor(reference: string | undefined): Promise<Chart> {
  if (reference === undefined) {
    const { breakerMachine } = await import('../../machines/breaker.ts');
    return chartOf(breakerMachine);
  }
  const { value, name } = await loadExport('--machine', reference, (exports) => {
    const machines = [...exports].filter(([, each]) => isMachine(each)).map(([key]) => key);
    return machines.length === 1 ? machines[0] : firstOf('machine', 'default')(exports);
  });
  return chartOf(isMachine(value) ? value : checkMachine(value, `--machine: the export '${name}'`));
}

async function writtenAs(
  format: Format,
  chart: Chart,
  marks: Marks,
  io: CommandIo,
): Promise<string> {
  switch (format) {
    case 'svg':
      return svgText(pictureOf(await drawingFor(chart, io), marks));
    case 'mermaid':
      return mermaidOf(chart);
    case 'json':
      return `${jsonOf(chart, await drawingFor(chart, io))}\n`;
  }
}

async function drawingFor(chart: Chart, io: CommandIo): Promise<Drawing> {
  const { ownDrawing } = await import('../diagram/own-drawing.ts');
  const own = ownDrawing(chart.id);
  // A machine of somebody else's may have the same id.
  if (own !== null && JSON.stringify(own.chart) === JSON.stringify(chart)) return own.drawing;
  const { layoutOf } = await import('../diagram/layout-of.ts');
  const impatience = setTimeout(() => {
    if (io.stderr.isTTY === true)
      io.stderr.write(`laying out ${chart.transitions.length} transitions …\n`);
  }, PATIENCE_MS);
  try {
    return await layoutOf(chart);
  } finally {
    clearTimeout(impatience);
  }
}

async function save(path: string, written: string, io: CommandIo): Promise<void> {
  try {
    await writeFile(path, written);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      `--out: ${path} cannot be written: ${reason}`,
      'Its folder must exist, and you must be allowed to write there.',
    );
  }
  io.stdout.write(`${path} written\n`);
}
