/** How long ago an instant of the server's clock was; moves by itself. */
import type { JSX } from 'preact';

import { feed } from '../feed.ts';
import { ago, instant } from './format.ts';

export function Ago({ atMs }: { readonly atMs: number }): JSX.Element {
  return (
    <time class="number" dateTime={new Date(atMs).toISOString()} title={instant(atMs)}>
      {ago(atMs, feed.nowMs.value)}
    </time>
  );
}
