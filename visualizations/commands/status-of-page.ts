/** A board's status as its running inspector tells it, once or as it changes. */
import { CommandError } from '../terminal/command-error.ts';
import { BoardRows, type BoardRow } from '../inspector/board-rows.ts';
import type { BoardUpdate } from '../inspector/protocol.ts';
import { byAttention, type Status, type StatusRow } from './status.ts';

/** An event of server-sent events that is longer is none of an inspector's. */
const EVENT_MAX = 64 * 1024 * 1024;

/** A board counts calls while somebody watches: before, rates are unknown, and not zero. */
const COUNTED_MS = 1_000;

/** Each status as it comes, until the caller has had enough or the board is gone. */
export async function* statusesOfPage(url: string, signal: AbortSignal): AsyncGenerator<Status> {
  const rows = new BoardRows();
  for await (const update of updatesOf(url, signal)) {
    rows.take(update);
    const { summary } = update;
    const isCounted = summary.atMs - summary.watchedSinceMs >= COUNTED_MS;
    yield {
      source: url,
      atMs: summary.atMs,
      health: summary.status,
      reasons: summary.reasons.map(({ words }) => words),
      emergency: summary.emergency,
      breakers: [...rows.byName.values()].map((row) => rowOf(row, isCounted)).sort(byAttention),
    };
  }
}

const rowOf = ({ name, ...row }: BoardRow, isCounted: boolean): StatusRow => ({
  breaker: name,
  state: row.state,
  path: row.path,
  reason: row.reason,
  probeAtMs: row.probeAtMs,
  changedAtMs: row.changedAtMs === 0 ? null : row.changedAtMs,
  callsPerS: isCounted ? row.callsPerS : null,
  failedPerS: isCounted ? row.failedPerS : null,
  refusedPerS: isCounted ? row.refusedPerS : null,
  spentNanoUsd: row.spentNanoUsd,
});

async function* updatesOf(url: string, signal: AbortSignal): AsyncGenerator<BoardUpdate> {
  const response = await connected(url, signal);
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    if (text.length > EVENT_MAX) throw noInspector(url, 'what it sends has no end');
    for (const event of events) {
      const data = /^data: ?(.*)$/m.exec(event)?.[1];
      if (/^event: ?board$/m.test(event) && data !== undefined) yield read(url, data);
    }
  }
}

async function connected(url: string, signal: AbortSignal): Promise<Response> {
  const feed = new URL('/feed?view=board', url);
  let response: Response;
  try {
    response = await fetch(feed, { signal, headers: { accept: 'text/event-stream' } });
  } catch (error) {
    if (signal.aborted) throw error;
    throw noInspector(url, 'nothing answers there');
  }
  const type = response.headers.get('content-type') ?? '';
  if (response.ok && type.startsWith('text/event-stream')) return response;
  await response.body?.cancel();
  throw noInspector(url, `it answered with status ${response.status}`);
}

function read(url: string, data: string): BoardUpdate {
  let update: BoardUpdate;
  try {
    update = JSON.parse(data) as BoardUpdate;
  } catch {
    throw noInspector(url, 'it does not speak JSON');
  }
  const lists: unknown[] = [update.rows, update.passed, update.traffic, update.gone];
  if (lists.every((list) => Array.isArray(list))) return update;
  throw noInspector(url, 'it is of another version');
}

const noInspector = (url: string, why: string): CommandError =>
  new CommandError(
    `there is no inspector at ${url}: ${why}`,
    'Start one with `board.inspect()`, or look at the store with --store sqlite:PATH.',
  );
