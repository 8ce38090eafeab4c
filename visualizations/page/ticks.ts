/** Moves `feed.nowMs` on each second, while somebody can see the page. */
import { tell } from './feed.ts';

const TICK_MS = 1_000;

let timer: number | undefined;

export function startTicks(): void {
  document.addEventListener('visibilitychange', tickWhileVisible);
  tickWhileVisible();
}

function tickWhileVisible(): void {
  window.clearInterval(timer);
  if (document.visibilityState === 'hidden') return;
  tell.now();
  timer = window.setInterval(() => tell.now(), TICK_MS);
}
