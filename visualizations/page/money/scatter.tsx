/** The latest calls of one method as dots: on the line, a call cost what was expected. */
import type { JSX } from 'preact';

import type { CalibrationView } from '../../inspector/protocol.ts';
import { count, money } from '../parts/format.ts';
import { axisOf } from './scatter-axis.ts';

const SIZE = 240;
const LEFT = 56;
const BOTTOM = 40;
const TOP = 10;
const RIGHT = 14;

export function Scatter({ view }: { readonly view: CalibrationView }): JSX.Element {
  const { points, method } = view;
  const axis = axisOf(points);
  const x = (nanoUsd: number): number => LEFT + axis.place(nanoUsd) * (SIZE - LEFT - RIGHT);
  const y = (nanoUsd: number): number =>
    SIZE - BOTTOM - axis.place(nanoUsd) * (SIZE - BOTTOM - TOP);
  const { low, high } = axis;
  const corner = (expected: number, ratio: number): string =>
    `${x(expected)},${y(expected * ratio)}`;
  const band = [corner(low, 0.8), corner(high, 0.8), corner(high, 1.2), corner(low, 1.2)];
  const words =
    `The latest ${count(points.length)} calls estimated by ${method}: ` +
    'expected cost to the right, actual cost upwards. The table below has their sums.';
  const floor = SIZE - BOTTOM;
  return (
    <svg class="scatter" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={words}>
      <defs>
        <clipPath id="scatter-clip">
          <rect x={LEFT} y={TOP} width={SIZE - LEFT - RIGHT} height={floor - TOP} />
        </clipPath>
      </defs>
      {axis.ticks.map((tick) => (
        <g key={tick} class="scatter-tick">
          <path d={`M${LEFT} ${y(tick)}H${SIZE - RIGHT}M${x(tick)} ${TOP}V${floor}`} />
          <text x={LEFT - 6} y={y(tick) + 3.5} text-anchor="end">
            {money(tick)}
          </text>
          <text x={x(tick)} y={floor + 14} text-anchor="middle">
            {money(tick)}
          </text>
        </g>
      ))}
      <g clip-path="url(#scatter-clip)">
        <polygon class="scatter-band" points={band.join(' ')} />
        <path class="scatter-line" d={`M${x(low)} ${y(low)}L${x(high)} ${y(high)}`} />
        {points.map(([expected, actual], place) => (
          <circle key={place} class="scatter-dot" cx={x(expected)} cy={y(actual)} r="3" />
        ))}
      </g>
      <text class="scatter-title" x={(LEFT + SIZE) / 2} y={SIZE - 6} text-anchor="middle">
        expected →
      </text>
      <text class="scatter-title" x={LEFT + 6} y={TOP + 12}>
        actual ↑
      </text>
    </svg>
  );
}
