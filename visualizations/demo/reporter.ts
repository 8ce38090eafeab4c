/** Shows a run while it goes on: a table that lives in a terminal, plain lines everywhere else. */
import type { CommandIo, Output } from '../terminal/command-io.ts';
import { hasColour } from '../terminal/command-io.ts';
import { liveLines } from '../terminal/live-lines.ts';
import { line, lineText, paragraph, type Line } from '../terminal/lines.ts';
import { seconds, type Change } from './changes.ts';
import { shortUsd, type MoneyMoment } from './money-tally.ts';
import { phaseName, type Stretch } from './scenario.ts';
import { CHANGES_SHOWN, screen } from './screen.ts';
import { changeLine, momentLine, NAME_WIDTH, timeline } from './timeline.ts';
import { totalOf, type View } from './view.ts';

export interface Reporter {
  /** How often `show` wants to be called. Milliseconds. */
  readonly everyMs: number;
  note(text: string): void;
  /** Where there is a page to look at: said at once, and shown as long as it is served. */
  page(url: string): void;
  /** A part of the story begins. */
  phase(stretch: Stretch): void;
  change(change: Change): void;
  moment(moment: MoneyMoment): void;
  show(view: View): void;
  /** The run is over: what lives makes room for what stays. */
  end(view: View, summary: readonly Line[]): void;
}

/** Characters in a line where nobody says. */
const WIDTH = 80;

export const widthOf = (output: Output): number => output.columns || WIDTH;

export function createReporter(output: Output, env: CommandIo['env']): Reporter {
  const colour = hasColour(output, env);
  const write = (each: Line): unknown =>
    output.write(`${lineText(each, output.isTTY ? widthOf(output) : Infinity, colour)}\n`);
  const note = (text: string): void =>
    paragraph(text, output.isTTY ? widthOf(output) : Infinity).forEach(write);
  const isLive = output.isTTY === true && env['TERM'] !== 'dumb';
  return isLive ? liveReporter(output, colour, write, note) : plainReporter(write, note);
}

type Write = (line: Line) => unknown;
type Note = (text: string) => void;

function plainReporter(write: Write, note: Note): Reporter {
  return {
    everyMs: 1_000,
    note,
    page: (url) => note(`watch it in a browser: ${url}`),
    phase: ({ phase, startMs }) =>
      write(
        line(
          `${seconds(startMs).padStart(8)}  ${'upstream'.padEnd(NAME_WIDTH)}${phaseName(phase)}`,
        ),
      ),
    change: (change) => write(changeLine(change)),
    moment: (moment) => write(momentLine(moment)),
    show: ({ elapsedMs, breakers, money }) => {
      const sum = (field: Parameters<typeof totalOf>[1]): number => totalOf(breakers, field);
      const counts = [
        `${sum('ok')} ok`,
        `${sum('failed')} failed`,
        `${sum('rateLimited')} rate limited`,
        `${sum('refused')} refused`,
      ];
      const when = seconds(elapsedMs).padStart(8);
      const spent = shortUsd(money.budgets[0]?.spentNanoUsd ?? 0);
      write(line(`${when}  calls ${sum('calls')}: ${counts.join(', ')}; ${spent} spent`));
    },
    end: (_, summary) => [line(''), ...summary].forEach(write),
  };
}

/** What lives is redrawn in place; notes stay above it. */
function liveReporter(output: Output, colour: boolean, write: Write, note: Note): Reporter {
  const live = liveLines(output);
  let pageUrl: string | null = null;
  return {
    everyMs: 100,
    note(text) {
      live.clear();
      note(text);
    },
    page(url) {
      pageUrl = url;
    },
    phase() {},
    change() {},
    moment() {},
    show(view) {
      const width = widthOf(output) - 1;
      live.show(screen(view, { width, height: live.heightMax(), colour, pageUrl }));
    },
    end(view, summary) {
      live.end();
      const latest = timeline(view).slice(-CHANGES_SHOWN);
      [...latest, line(''), ...summary].forEach(write);
    },
  };
}
