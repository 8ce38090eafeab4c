/**
 * Lines that are redrawn in place: up to the first one, each anew, and what is left below cleared.
 * Between two drawings the terminal is free for lines that stay.
 */
import type { Output } from './command-io.ts';

const UP = (lines: number): string => (lines === 0 ? '' : `\u001b[${lines}F`);
const CLEAR_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

/** What there is room for where nobody says. */
const ROWS = 24;
const HEIGHT_MIN = 4;

export interface LiveLines {
  /** Lines that fit; one stays free for the cursor. */
  heightMax(): number;
  /** Draws the lines, each at most as long as the terminal is wide. */
  show(lines: readonly string[]): void;
  /** Takes away what is drawn. */
  clear(): void;
  /** The same, for good. */
  end(): void;
}

export function liveLines(output: Output): LiveLines {
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
  const clear = (): void => void output.write(erase() + CLEAR_BELOW);
  return {
    heightMax: () => Math.max(HEIGHT_MIN, (output.rows ?? ROWS) - 1),
    show(lines) {
      const text = lines.map((each) => `${each}${CLEAR_LINE_END}\n`).join('');
      output.write(erase() + text + CLEAR_BELOW);
      drawnCount = lines.length;
    },
    clear,
    end() {
      output.off('resize', resized);
      clear();
    },
  };
}
