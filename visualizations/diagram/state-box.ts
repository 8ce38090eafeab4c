/**
 * How large a state must be for what stands in it: its name, its lines, what it answers to inside.
 */
import type { Arrow } from './arrows.ts';
import type { ChartState } from './chart.ts';
import { LABEL, STATE } from './measures.ts';
import { clipped, textWidth } from './text-width.ts';

const LINE_MAX = 40;
const NAME_MAX = 40;

export const shownName = (state: Pick<ChartState, 'key'>): string => clipped(state.key, NAME_MAX);

/** What stands under the name. */
export const stateLines = (state: ChartState): readonly string[] =>
  allLines(state).map((line) => clipped(line, LINE_MAX));

function allLines(state: ChartState): readonly string[] {
  const { entry, exit, invokes, tags } = state;
  return [
    ...(entry.length > 0 ? [`entry / ${entry.join(', ')}`] : []),
    ...(exit.length > 0 ? [`exit / ${exit.join(', ')}`] : []),
    ...invokes.map((name) => `invoke ${name}`),
    ...(tags.length > 0 ? [tags.map((tag) => `#${tag}`).join(' ')] : []),
  ];
}

const KIND_TITLES: Readonly<Partial<Record<ChartState['kind'], string>>> = {
  parallel: 'all of its regions are active at once',
  final: 'a final state',
};

export function stateTitle(state: ChartState): string {
  const kind =
    state.history === null ? KIND_TITLES[state.kind] : `recalls what was active (${state.history})`;
  const told = [state.name, state.description, kind, ...allLines(state)];
  return told.filter((text) => text !== null && text !== undefined).join('\n');
}

export interface StateRoom {
  readonly width: number;
  /** Height of what stands above inner states; the whole height where there are none. */
  readonly height: number;
  /** Where the labels of `inside` begin, from the top, in their order. */
  readonly insideY: readonly number[];
}

/** `inside`: what the state answers to without leaving. */
export function stateRoom(state: ChartState, inside: readonly Arrow[]): StateRoom {
  if (state.kind === 'history') {
    return { width: STATE.historyPx, height: STATE.historyPx, insideY: [] };
  }
  const lines = stateLines(state);
  const widths = [
    STATE.widthMin,
    textWidth(shownName(state), STATE.namePx, 'bold') + 2 * STATE.sidePx + 16,
    ...lines.map((line) => textWidth(line, STATE.lineFontPx) + 2 * STATE.sidePx),
    ...inside.map(({ size }) => (size?.width ?? 0) + STATE.loopPx),
  ];
  let height = STATE.headPx + lines.length * STATE.linePx + (lines.length > 0 ? STATE.gapPx : 0);
  const insideY: number[] = [];
  for (const { size } of inside) {
    insideY.push(height);
    height += (size?.height ?? 0) - LABEL.paddingPx;
  }
  return {
    width: Math.max(...widths),
    height: height + (inside.length > 0 ? LABEL.paddingPx : STATE.gapPx),
    insideY,
  };
}
