/**
 * The stream of server-sent events behind the feed: one at a time, opened anew for each view. The
 * browser takes up by itself a stream that broke; one that the server refused is asked for again
 * here, ever more seldom.
 */
import type {
  BoardUpdate,
  BreakerUpdate,
  CoverageUpdate,
  MoneyUpdate,
} from '../inspector/protocol.ts';
import { tell } from './feed.ts';

const RETRY_MS = 1_000;
const RETRY_MAX_MS = 15_000;
/** The server says something every five seconds; a stream this quiet is dead. */
const SILENCE_MAX_MS = 20_000;

let source: EventSource | null = null;
let retryTimer: number | undefined;
let silenceTimer: number | undefined;
let retryMs = RETRY_MS;
/** Id of the last event that told of rows: what is known of the board is as old as that. */
let rowsId = '';

/** Feeds that view from now on. */
export function follow(view: string): void {
  retryMs = RETRY_MS;
  if (view.startsWith('breaker/')) tell.forgetBreaker(decodeURIComponent(view.slice(8)));
  open(view);
}

function open(view: string): void {
  window.clearTimeout(retryTimer);
  source?.close();
  hear(view);
  const query = new URLSearchParams({ view });
  if (view === 'board' && rowsId !== '') query.set('since', rowsId);
  const opened = new EventSource(`feed?${query.toString()}`);
  source = opened;
  opened.addEventListener('open', () => {
    retryMs = RETRY_MS;
    tell.link('live');
  });
  opened.addEventListener('error', () => {
    tell.link('lost');
    if (opened.readyState === EventSource.CLOSED) retry(view);
  });
  listen<BoardUpdate>(opened, 'board', (update, id) => {
    hear(view);
    if (update.rows !== null) rowsId = id;
    tell.board(update);
  });
  listen<BreakerUpdate>(opened, 'breaker', (update) => tell.breaker(update));
  listen<MoneyUpdate>(opened, 'money', (update) => tell.money(update));
  listen<CoverageUpdate>(opened, 'coverage', (update) => tell.coverage(update));
}

/** Somebody is there: waits for the next word. */
function hear(view: string): void {
  window.clearTimeout(silenceTimer);
  silenceTimer = window.setTimeout(() => {
    tell.link('lost');
    open(view);
  }, SILENCE_MAX_MS);
}

function retry(view: string): void {
  retryTimer = window.setTimeout(() => open(view), retryMs);
  retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
}

function listen<Update>(
  from: EventSource,
  type: string,
  take: (update: Update, id: string) => void,
): void {
  from.addEventListener(type, (event: MessageEvent<string>) => {
    // An event of a stream that was closed meanwhile may still be on its way.
    if (from === source) take(JSON.parse(event.data) as Update, event.lastEventId);
  });
}
