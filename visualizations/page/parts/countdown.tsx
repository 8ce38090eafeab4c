/** How long until an instant of the server's clock; moves by itself. */
import type { JSX } from 'preact';

import { feed } from '../feed.ts';
import { countdown, instant } from './format.ts';

export function Countdown({ atMs }: { readonly atMs: number }): JSX.Element {
  return (
    <time class="number" dateTime={new Date(atMs).toISOString()} title={instant(atMs)}>
      {countdown(atMs, feed.nowMs.value)}
    </time>
  );
}
