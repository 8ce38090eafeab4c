/** Shows a run while it goes on: a table that lives in a terminal, plain lines everywhere else. */
import type { CommandIo, Output } from '../terminal/command-io.ts';
import { hasColour } from '../terminal/command-io.ts';
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

const UP = (lines: number): string => (lines === 0 ? '' : `\u001b[${lines}F`);
const CLEAR_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

/** Redraws in place: up to the first line, each line anew, and what is left below cleared. */
function liveReporter(output: Output, colour: boolean, write: Write, note: Note): Reporter {
  let drawnCount = 0;
  let isResized = false;
  const resized = (): void => {
    isResized = true;
  };
  output.on('resize', resized);
  const erase = (): string => {
    // A terminal that changes its width wraps lines anew: nobody knows where the first one is.
    const text = isResized ? CLEAR_SCREEN : UP(drawnCount);
    isResized = false;
    drawnCount = 0;
    return text;
  };
  return {
    everyMs: 100,
    note(text) {
      output.write(erase() + CLEAR_BELOW);
      note(text);
    },
    phase() {},
    change() {},
    moment() {},
    show(view) {
      // One line stays free for the cursor.
      const height = Math.max(4, (output.rows ?? 24) - 1);
      const lines = screen(view, { width: widthOf(output) - 1, height, colour });
      const text = lines.map((each) => `${each}${CLEAR_LINE_END}\n`).join('');
      output.write(erase() + text + CLEAR_BELOW);
      drawnCount = lines.length;
    },
    end(view, summary) {
      output.off('resize', resized);
      output.write(erase() + CLEAR_BELOW);
      const latest = timeline(view).slice(-CHANGES_SHOWN);
      [...latest, line(''), ...summary].forEach(write);
    },
  };
}
