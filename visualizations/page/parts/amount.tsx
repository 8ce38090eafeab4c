/** An amount of money, short; to the last nano-dollar for whoever points at it. */
import type { JSX } from 'preact';

import { exactMoney, money } from './format.ts';

export function Amount({ nanoUsd }: { readonly nanoUsd: number | null }): JSX.Element {
  const exact = nanoUsd === null ? {} : { title: exactMoney(nanoUsd) };
  return (
    <span class="number" {...exact}>
      {money(nanoUsd)}
    </span>
  );
}
