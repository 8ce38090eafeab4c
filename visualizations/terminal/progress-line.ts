/**
 * One line of a terminal that says how far long work has come. It appears only when the work takes
 * its time, is rewritten in place, and is gone afterwards; where there is no terminal, there is
 * no line.
 */
import type { Output } from './command-io.ts';
import { line, lineText } from './lines.ts';

export interface ProgressLine {
  /** Shows the text, unless it is too early for that. `text` is called only when it is shown. */
  show(text: () => string): void;
  /** Takes the line away. */
  clear(): void;
}

/** Work that is done sooner is never told about. Milliseconds. */
const AFTER_MS = 500;
/** Milliseconds between two texts. */
const EVERY_MS = 100;
const COLUMNS = 80;
/** To the first column, and erase the line (ECMA-48). */
export const CLEAR_LINE = '\r\u001b[2K';

export function progressLine(output: Output, nowMs: () => number): ProgressLine {
  if (output.isTTY !== true) return { show() {}, clear() {} };
  let nextAtMs = nowMs() + AFTER_MS;
  let isShown = false;
  return {
    show(text) {
      if (nowMs() < nextAtMs) return;
      nextAtMs = nowMs() + EVERY_MS;
      isShown = true;
      const width = (output.columns ?? COLUMNS) - 1;
      output.write(`${CLEAR_LINE}${lineText(line(text(), 'plain'), width, false)}`);
    },
    clear() {
      if (isShown) output.write(CLEAR_LINE);
      isShown = false;
    },
  };
}
