/** What a person sees of a run: judged on a small terminal that obeys what it is told. */
import { EventEmitter } from 'node:events';

import { describe, expect, test } from 'vitest';

import { createReporter } from '../../visualizations/demo/reporter.ts';
import { line } from '../../visualizations/terminal/lines.ts';
import { viewOf } from './views.ts';

/** Knows the four control sequences that the reporter uses, and nothing of colours. */
class Terminal extends EventEmitter {
  readonly isTTY: boolean;
  columns = 80;
  rows = 30;
  lines: string[] = [''];
  #row = 0;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  write(text: string): void {
    for (const [token] of text.matchAll(/\u001b\[(\d*)([A-Z])|\n|[^\u001b\n]+/g)) this.#obey(token);
  }

  #obey(token: string): void {
    if (token === '\n') {
      this.#row++;
      this.lines[this.#row] ??= '';
    } else if (token === '\u001b[K') this.lines[this.#row] = this.#written;
    else if (token === '\u001b[J') this.lines.splice(this.#row, Infinity, '');
    else if (token === '\u001b[2J') this.lines = [''];
    else if (token === '\u001b[H') this.#row = 0;
    else if (token.endsWith('F')) this.#row -= Number(/\d+/.exec(token)?.[0]);
    else this.lines[this.#row] = this.#written = token;
  }
  #written = '';

  get text(): string {
    return this.lines.join('\n');
  }
}

const NO_COLOUR = { NO_COLOR: '1', TERM: 'xterm' };

describe('in a terminal', () => {
  test('a run is one table that is drawn in place, and a summary in the end', () => {
    const terminal = new Terminal(true);
    const reporter = createReporter(terminal, NO_COLOUR);
    reporter.note('a new run');
    for (const elapsedMs of [1_000, 2_000, 3_000]) reporter.show(viewOf(3, { elapsedMs }));
    expect(terminal.text).toMatch(/^ a new run\n fuseboard demo  seed 4711  3\.0 of 20\.0 s/);
    expect(terminal.text.match(/fuseboard demo/g)).toHaveLength(1);
    const { columns } = terminal;
    expect(terminal.lines.filter((each) => each.length > columns)).toEqual([]);
    reporter.end(viewOf(2), [line('Summary')]);
    expect(terminal.text).toMatch(/^ a new run\n[^\n]+\(0\)\n[^\n]+\(1\)\n\nSummary\n$/);
    expect(terminal.listenerCount('resize')).toBe(0);
  });

  test('a note takes the place of the table, which is drawn below it', () => {
    const terminal = new Terminal(true);
    const reporter = createReporter(terminal, NO_COLOUR);
    reporter.show(viewOf());
    reporter.note('stopping');
    reporter.show(viewOf());
    expect(terminal.text).toMatch(/^ stopping\n fuseboard demo/);
    expect(terminal.text.match(/fuseboard demo/g)).toHaveLength(1);
  });

  test('a terminal that changes its size gets a clean screen', () => {
    const terminal = new Terminal(true);
    const reporter = createReporter(terminal, NO_COLOUR);
    reporter.show(viewOf());
    terminal.lines.unshift('what wrapping left behind');
    terminal.columns = 60;
    terminal.rows = 18;
    terminal.emit('resize');
    reporter.show(viewOf());
    expect(terminal.lines[0]).toBe(' fuseboard demo  seed 4711  8.1 of 20.0 s     all simulated');
    expect(terminal.lines.length).toBeLessThanOrEqual(18);
    expect(terminal.lines.filter((each) => each.length > 60)).toEqual([]);
  });
});

describe('elsewhere', () => {
  const run = (terminal: Terminal, env = {}): string => {
    const reporter = createReporter(terminal, env);
    reporter.note('a new run');
    reporter.phase({ phase: 'rate_limit', startMs: 8_000, endMs: 9_000 });
    viewOf(1).changes.forEach((change) => reporter.change(change));
    const what = 'raises run 3 o3 from $0.25 to $0.50';
    reporter.moment({ elapsedMs: 8_200, about: 'operator', what });
    reporter.show(viewOf());
    reporter.end(viewOf(), [line(`Summary ${'long '.repeat(40)}end`)]);
    return terminal.text;
  };

  test('a run is plain lines, as long as they need to be', () => {
    const text = run(new Terminal(false));
    expect(text.split('\n')).toEqual([
      ' a new run',
      '   8.0 s  upstream           rate limit',
      '   0.0 s  openai o3          closed → open: failures in a row (0)',
      '   8.2 s  operator           raises run 3 o3 from $0.25 to $0.50',
      '   8.1 s  calls 1500: 1170 ok, 60 failed, 15 rate limited, 255 refused; $0.4123 spent',
      '',
      expect.stringMatching(/^Summary .* end$/),
      '',
    ]);
  });

  test('so it is in a terminal that knows no control sequences', () => {
    expect(run(new Terminal(true), { TERM: 'dumb' })).toMatch(/upstream {11}rate limit\n/);
  });

  test('colours come only where they are asked for', () => {
    const written: string[] = [];
    const output = Object.assign(new Terminal(false), {
      write: (text: string) => void written.push(text),
    });
    const reporter = createReporter(output, { FORCE_COLOR: '1' });
    viewOf(1).changes.forEach((change) => reporter.change(change));
    expect(written.join('')).toContain('\u001b[31mopen\u001b[0m');
  });
});
