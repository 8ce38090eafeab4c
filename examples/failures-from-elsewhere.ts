/**
 * A breaker that learns from calls it did not make: another service, a queue or a health check
 * reports outcomes as a stream, and the breaker opens before the first call here has to fail.
 *
 *   npm run build && npx tsx examples/failures-from-elsewhere.ts
 */
import { filter, from, map } from 'rxjs';

import { openBoard, type IngestEvent } from 'fuseboard';

/** What a health check might have written. */
const checks = [
  { id: 'c1', target: 'payments', status: 200, tookMs: 40 },
  { id: 'c2', target: 'payments', status: 502, tookMs: 1_900 },
  { id: 'c3', target: 'website', status: 500, tookMs: 10 },
  { id: 'c4', target: 'payments', status: 502, tookMs: 2_100 },
  { id: 'c4', target: 'payments', status: 502, tookMs: 2_100 },
  { id: 'c5', target: 'payments', status: 504, tookMs: 5_000 },
];

await using board = await openBoard();
const payments = board.breaker('payments', { failureThreshold: 3 });
board.facts$
  .pipe(filter((fact) => fact.type === 'state.changed'))
  .subscribe((fact) => console.log(`${fact.breaker}: ${fact.from} → ${fact.to}`));

from(checks)
  .pipe(
    filter(({ target }) => target === 'payments'),
    map(({ id, target, status, tookMs }): IngestEvent => ({
      kind: 'outcome',
      id, // an event that comes twice counts once
      breaker: target,
      outcome: status < 500 ? 'succeeded' : 'failed',
      durationMs: tookMs,
    })),
  )
  .subscribe(board.ingest);

const result = await payments.tryCall(() => fetch('http://127.0.0.1:9/pay'));
board.flush();
if (!result.ok && result.refused) console.log(`${result.refusal.code}: nothing was sent`);
