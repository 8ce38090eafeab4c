/** The live screen: a pure function from what there is to show to lines of text. */
import { lineText, line, tableLines, type Line, type Span, type Style } from '../terminal/lines.ts';
import { breakerColumns } from './breaker-columns.ts';
import { seconds } from './changes.ts';
import { moneyLines } from './money-lines.ts';
import { phaseName, type Phase } from './scenario.ts';
import { timeline } from './timeline.ts';
import { totalOf, type View } from './view.ts';

export interface ScreenOptions {
  /** Characters in a line. */
  readonly width: number;
  /** Lines at most. */
  readonly height: number;
  readonly colour: boolean;
  /** Where the page is served; null: nowhere. */
  readonly pageUrl: string | null;
}

const PHASE_STYLES: Readonly<Record<Phase, Style>> = {
  healthy: 'green',
  slow: 'yellow',
  outage: 'red',
  rate_limit: 'magenta',
  recovery: 'cyan',
};

/** Changes, of states and of money, shown when there is room for them. */
export const CHANGES_SHOWN = 8;

export function screen(view: View, options: ScreenOptions): string[] {
  const { width, height, colour, pageUrl } = options;
  const room = Math.max(40, width);
  const head = [
    header(view, room),
    ...(pageUrl === null ? [] : [pageLine(pageUrl)]),
    story(view, room),
    progress(view, room),
    line(''),
    ...tableLines(breakerColumns(room), view.breakers),
    line(''),
    saved(view, room),
    ...moneyLines(view.money, room),
    line(''),
  ];
  const foot = line(' Ctrl-C stops; started again, it goes on from there', 'dim');
  const shown = Math.max(0, Math.min(CHANGES_SHOWN, height - head.length - 2));
  const happened = timeline(view);
  const latest = happened.slice(happened.length - Math.min(shown, happened.length));
  const changes = Array.from({ length: shown }, (_, index) => latest[index] ?? line(''));
  return [...head, ...changes, line(''), foot]
    .slice(0, height)
    .map((each) => lineText(each, width, colour));
}

function header({ seed, elapsedMs, durationMs, providers }: View, width: number): Line {
  const left = ` seed ${seed}  ${(elapsedMs / 1000).toFixed(1)} of ${seconds(durationMs)}`;
  const real = providers.filter(({ isReal }) => isReal).map(({ name }) => name);
  const right = real.length === 0 ? 'all simulated' : `REAL: ${real.join(', ')}`;
  const gap = ' '.repeat(
    Math.max(2, width - ' fuseboard demo '.length - left.length - right.length),
  );
  return [
    { text: ' fuseboard demo ', style: 'bold' },
    { text: left },
    { text: gap },
    { text: right, style: real.length === 0 ? 'dim' : 'red' },
  ];
}

const pageLine = (url: string): Line => [
  { text: ' watch it in a browser: ', style: 'dim' },
  { text: url, style: 'cyan' },
];

/** The parts of the story, the current one in brackets. */
function story({ phase, stretches, providers }: View, width: number): Line {
  if (providers.every(({ isReal }) => isReal)) return line(' nothing is simulated', 'dim');
  const arrow = width >= 72 ? ' → ' : ' ';
  const spans = stretches.flatMap(({ phase: each }, index): Span[] => [
    { text: index === 0 ? ' ' : arrow, style: 'dim' },
    each === phase
      ? { text: `[${phaseName(each)}]`, style: PHASE_STYLES[each] }
      : { text: phaseName(each), style: 'dim' },
  ]);
  return width >= 72 ? [{ text: ' simulated providers are' }, ...spans] : spans;
}

/** How far the story is, each part in its colour. */
function progress({ stretches, elapsedMs, durationMs }: View, width: number): Line {
  const cells = width - 2;
  const cellOf = (ms: number): number =>
    Math.round((Math.min(ms, durationMs) / durationMs) * cells);
  const doneCells = cellOf(elapsedMs);
  const done = stretches.map(({ phase, startMs, endMs }): Span => {
    const from = cellOf(startMs);
    const count = Math.max(0, Math.min(doneCells, cellOf(endMs)) - from);
    return { text: '━'.repeat(count), style: PHASE_STYLES[phase] };
  });
  return [{ text: ' ' }, ...done, { text: '─'.repeat(cells - doneCells), style: 'dim' }];
}

/** Only what was counted, and one estimate, which is called so. */
function saved({ breakers }: View, width: number): Line {
  const refused = totalOf(breakers, 'refused');
  const waiting = `about ${seconds(totalOf(breakers, 'waitingSavedMs'))}`;
  const text =
    width >= 72
      ? `${refused} requests never sent, ${waiting} of waiting spared`
      : `${refused} not sent, ${waiting} of waiting spared`;
  return [
    { text: ' saved  ', style: 'dim' },
    { text, style: refused > 0 ? 'cyan' : 'plain' },
  ];
}
