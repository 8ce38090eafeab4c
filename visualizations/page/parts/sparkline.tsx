/**
 * Calls over the last minute as columns: all of them light, the failed and refused part of each
 * solid at its foot. Drawn as two paths, whatever the number of columns.
 */
import type { JSX } from 'preact';

import { SPARK_COUNT, SPARK_MS, type Sparks } from '../../inspector/protocol.ts';
import { count } from './format.ts';

const COLUMN = 4;
const GAP = 1;
const HEIGHT = 24;
/** A column of anything is at least that high. */
const LEAST = 1.5;

export function Sparkline({ spark: all, sparkBad: bad }: Sparks): JSX.Element {
  const max = Math.max(...all, 1);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${SPARK_COUNT * COLUMN} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label(all, bad)}
    >
      <path class="sparkline-floor" d={`M0 ${HEIGHT - 0.5}H${SPARK_COUNT * COLUMN}`} />
      <path class="sparkline-all" d={columns(all, max)} />
      <path class="sparkline-bad" d={columns(bad, max)} />
    </svg>
  );
}

function columns(values: readonly number[], max: number): string {
  let path = '';
  const first = SPARK_COUNT - values.length;
  values.forEach((value, index) => {
    if (value <= 0) return;
    const height = Math.max((value / max) * HEIGHT, LEAST).toFixed(1);
    path += `M${(first + index) * COLUMN} ${HEIGHT}v-${height}h${COLUMN - GAP}v${height}z`;
  });
  return path;
}

function label(all: readonly number[], bad: readonly number[]): string {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const seconds = (SPARK_COUNT * SPARK_MS) / 1_000;
  return `${count(sum(all))} calls in ${seconds} seconds, ${count(sum(bad))} failed or refused`;
}
