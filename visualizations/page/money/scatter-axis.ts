/**
 * One axis for both directions of a scatter, so that what was expected and what came lie on its
 * diagonal when they are equal. By tens where amounts differ much, else even.
 */
export interface ScatterAxis {
  /** Nano-dollars. */
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** From 0 to 1 for amounts between low and high. */
  place(nanoUsd: number): number;
}

/** Times between the least and the most from which on an even axis would crowd the least. */
const WIDE = 30;
const TICKS_MAX = 4;

export function axisOf(points: readonly (readonly [number, number])[]): ScatterAxis {
  const amounts = points.flat().filter((amount) => amount > 0);
  const least = Math.min(...amounts);
  const most = Math.max(...amounts);
  if (amounts.length === 0) return even(1);
  return most / least > WIDE ? byTens(least, most) : even(most);
}

function even(most: number): ScatterAxis {
  const high = most * 1.08;
  const step = roundStep(high / 3);
  const ticks = [0, 1, 2, 3, 4].map((nth) => nth * step).filter((tick) => tick <= high);
  return { low: 0, high, ticks, place: (nanoUsd) => nanoUsd / high };
}

function byTens(least: number, most: number): ScatterAxis {
  const from = Math.floor(Math.log10(least));
  const to = Math.log10(most * 1.3);
  const stride = Math.ceil((to - from) / TICKS_MAX);
  const ticks: number[] = [];
  for (let power = from; power <= to; power += stride) ticks.push(10 ** power);
  const place = (nanoUsd: number): number =>
    Math.max(0, (Math.log10(Math.max(1, nanoUsd)) - from) / (to - from));
  return { low: 10 ** from, high: 10 ** to, ticks, place };
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough) ?? 10;
  return factor * power;
}
