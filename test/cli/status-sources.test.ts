/** What `status` makes of a store's rows, and of the updates of an inspector. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';

import type { BreakerRow as StoredRow } from '../../persistence/store.ts';
import { byAttention, type Status, type StatusRow } from '../../visualizations/commands/status.ts';
import { statusesOfPage } from '../../visualizations/commands/status-of-page.ts';
import { statusOfStore } from '../../visualizations/commands/status-of-store.ts';
import type { BoardUpdate, BreakerRow } from '../../visualizations/inspector/protocol.ts';

const NOW_MS = 1_700_000_000_000;

test.each([
  [NOW_MS + 1, 'too many calls failed in a row'],
  [NOW_MS, 'too many calls failed in a row; its probe is due'],
  [NOW_MS - 60_000, 'too many calls failed in a row; its probe is due'],
])('a stored breaker whose probe was set to %i', (probeAtMs, reason) => {
  const row = {
    name: 'a',
    state: 'open.cooling',
    probeAtMs,
    cause: 'consecutive_failures',
    latches: [],
    changedAtMs: 1,
  } as unknown as StoredRow;
  const asked: unknown[] = [];
  const status = statusOfStore(
    'sqlite:x.db',
    {
      breakers: () => ({ rows: [row], damages: [] }),
      board: () => ({ emergency: null }) as never,
      report: (query) => {
        asked.push(query);
        return { rows: [] } as never;
      },
    },
    NOW_MS,
  );
  expect(status.breakers).toMatchObject([{ breaker: 'a', state: 'open', reason, probeAtMs }]);
  expect(asked).toEqual([{ by: 'breaker', sinceMs: NOW_MS - 86_400_000 }]);
});

test('among breakers of like urgency the busiest comes first, then names decide', () => {
  const row = (breaker: string, state: StatusRow['state'], callsPerS: number | null): StatusRow =>
    ({ breaker, state, callsPerS }) as StatusRow;
  const rows = [
    row('d', 'closed', 1),
    row('c', 'closed', 9),
    row('b', 'closed', null),
    row('a', 'closed', 1),
    row('limited', 'budget_limited', 99),
    row('probing', 'half_open', 0),
    row('open', 'open', 0),
  ];
  const names = rows.toSorted(byAttention).map(({ breaker }) => breaker);
  expect(names).toEqual(['open', 'probing', 'limited', 'c', 'a', 'd', 'b']);
});

/** What a server makes of these bytes, told in these pieces. */
async function statuses(...pieces: readonly (string | Uint8Array)[]): Promise<Status[]> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const next = (at: number): void => {
      const piece = pieces[at];
      if (piece === undefined) response.end();
      else response.write(piece, () => setImmediate(() => next(at + 1)));
    };
    next(0);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const told: Status[] = [];
  for await (const status of statusesOfPage(url, new AbortController().signal)) told.push(status);
  return told;
}

const told = (names: readonly string[], more: Partial<BoardUpdate> = {}): string => {
  const summary = { atMs: NOW_MS, status: 'healthy', reasons: [], emergency: null };
  const rows = names.map(
    (name) => ({ number: name.charCodeAt(0), name, state: 'closed', changedAtMs: 0 }) as BreakerRow,
  );
  const figures = { passed: [], traffic: [], nowMs: 0, sinceMs: 0 };
  const update = { isWhole: false, gone: [], summary, rows, ...figures, ...more };
  return `event: board\ndata: ${JSON.stringify(update)}\n\n`;
};

const namesOf = (told: readonly Status[]): string[] =>
  told.map(({ breakers }) => breakers.map(({ breaker }) => breaker).join(' '));

test('updates add up: rows come, change and go, and a whole one begins anew', async () => {
  const all = await statuses(
    told(['a', 'b'], { isWhole: true }),
    told(['c'], { gone: ['a'] }),
    `: a comment\n\nevent: money\ndata: {}\n\n${told([])}`,
    told(['d'], { isWhole: true }),
  );
  expect(namesOf(all)).toEqual(['a b', 'b c', 'b c', 'd']);
  expect(all[0]?.breakers[0]?.changedAtMs).toBe(null);
});

test('an update is read whole wherever the network cuts it', async () => {
  const bytes = Buffer.from(told(['größe ☃'], { isWhole: true }));
  const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
  expect(namesOf(await statuses(...pieces))).toEqual(['größe ☃']);
});

test('an inspector that tells something else than this one would is no inspector', async () => {
  const older = told(['a']).replace('"passed":[],', '');
  await expect(statuses(older)).rejects.toThrow(/it is of another version/);
});

test('an event that is no JSON is said to be none', async () => {
  await expect(statuses('event: board\ndata: {\n\n')).rejects.toThrow(/it does not speak JSON/);
});
