/** What is known of each transition: from the drawing what it is, from the feed who took it. */
import type { ChartTransition } from '../../diagram/chart.ts';
import type { CoverageUpdate } from '../../inspector/protocol.ts';
import type { DrawnChart } from '../chart/drawn-chart.ts';

export interface CoverageRow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Null as long as the drawing is not there. */
  readonly transition: ChartTransition | null;
  readonly isTested: boolean;
  readonly liveCount: number;
  /** How many breakers took it. */
  readonly breakerCount: number;
}

/** In the order of the config. */
export function coverageRows(
  { transitions, tested, hits, breakers }: CoverageUpdate,
  drawn: DrawnChart | null,
): readonly CoverageRow[] {
  const known = new Map(drawn?.chart.transitions.map((one) => [one.id, one]));
  const names = new Map(drawn?.drawing.states.map(({ id, name }) => [id, name]));
  const byTests = new Set(tested);
  const nameOf = (id: string): string => names.get(id) ?? id;
  return transitions.map((id) => {
    const transition = known.get(id) ?? null;
    const targets = transition?.targetIds.map(nameOf) ?? [];
    return {
      id,
      from: transition === null ? '' : nameOf(transition.sourceId),
      to: transition !== null && targets.length === 0 ? 'stays' : targets.join(' + '),
      transition,
      isTested: byTests.has(id),
      liveCount: hits[id] ?? 0,
      breakerCount: breakers[id] ?? 0,
    };
  });
}
