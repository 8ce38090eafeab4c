/** The page's frame. */
import type { JSX } from 'preact';

export function Frame(): JSX.Element {
  return <main>…</main>;
}
