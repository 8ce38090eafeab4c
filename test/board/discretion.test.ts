/** Facts and stored rows are safe to log: nothing of what a call carried gets into them. */
import { expect, test } from 'vitest';

import { isFuseboardError } from '../../index.ts';
import { openStore } from '../../persistence/open-store.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { openVirtualBoard } from './open-boards.ts';

const SECRET = 'sk-live-1234567890';

/** An error as clients throw them: the request with its key, the answer, and a long story. */
class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code = 'rate_limit_exceeded';
  readonly request = { headers: { authorization: `Bearer ${SECRET}` }, body: SECRET };
  constructor() {
    super(`401 for key ${SECRET} with prompt "${SECRET}"`, { cause: SECRET });
  }
}

test('facts and rows hold names and codes of errors, never messages, prompts or answers', async () => {
  const path = scratchFile();
  const { board, clock, facts } = await openVirtualBoard({ store: `sqlite:${path}` });
  const api = board.breaker('api', { failureThreshold: 2, timeoutMs: 1_000 });
  const throws = () => Promise.reject(new ClientError());
  const hostile = { kind: SECRET, id: SECRET, breaker: 'api', outcome: SECRET } as never;
  await api.call({ operation: 'llm_call', model: 'm' }, () => Promise.resolve(SECRET));
  await api.call(throws).catch(() => {});
  await api.call(throws).catch(() => {});
  await api.tryCall(throws);
  board.breaker('key').acquire().record('unauthorized');
  const classify = () => {
    throw new ClientError();
  };
  await board.breaker('callbacks', { classify }).tryCall(throws);
  board.facts$.subscribe(() => classify());
  board.inspectActors(classify);
  board.ingest.next(hostile);
  board.ingest.error(new ClientError());
  await clock.advanceAsync(100);

  expect(new Set(facts.map(({ type }) => type)).size).toBeGreaterThan(5);
  expect(JSON.stringify(facts)).not.toContain(SECRET);
  expect(facts).toContainEqual(
    expect.objectContaining({
      type: 'call.finished',
      errorName: 'ClientError',
      errorCode: 'rate_limit_exceeded',
    }),
  );
  board.flush();
  const store = openStore(`sqlite:${path}`);
  expect(store.breakerStates.load().rows.map(({ name }) => name)).toEqual(['api', 'key']);
  expect(JSON.stringify(store.breakerStates.load())).not.toContain(SECRET);
  store.close();
});

test('a refusal carries the error that tripped, to the caller alone', async () => {
  const { board, facts } = await openVirtualBoard();
  const api = board.breaker('api', { failureThreshold: 1 });
  const cause = new ClientError();
  await api.call(() => Promise.reject(cause)).catch(() => {});
  const refusal: unknown = await api.call(() => 1).catch((error: unknown) => error);
  expect(isFuseboardError(refusal) && refusal.cause).toBe(cause);
  board.flush();
  expect(JSON.stringify(facts)).not.toContain(SECRET);
});
