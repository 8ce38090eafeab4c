/** A stream that is a probe decides about its breaker, whatever becomes of it. */
import { describe, expect, test } from 'vitest';

import type { BreakerStatus } from '../../../index.ts';
import type { Behaviour } from '../../kit/providers/behaviours.ts';
import { PROFILES } from './profiles.ts';
import type { StreamClient } from './stream-client.ts';
import { IDLE_MS, type Call } from './calls.ts';
import { World } from './world.ts';

const RECOVERY_MS = 30_000;
const CHUNKS = 5;

type Client = (client: StreamClient, call: Call, world: World) => Promise<unknown>;

const reads: Client = (client) => client.rest();
const aborts: Client = async (client, call) => {
  await client.take(CHUNKS);
  call.controller.abort(new Error('enough'));
};
const cancels: Client = async (client) => {
  await client.take(CHUNKS);
  await client.cancel();
};
const waits: Client = async (client, _, world) => {
  await client.take(CHUNKS);
  const rest = client.rest();
  await world.clock.advanceAsync(IDLE_MS);
  await rest;
};

const CASES: readonly [string, Behaviour, Client, BreakerStatus][] = [
  ['is answered closes it', { type: 'answer' }, reads, 'closed'],
  ['is cut opens it again', { type: 'cut', afterChunks: CHUNKS }, reads, 'open'],
  ['falls silent opens it again', { type: 'stall', afterChunks: CHUNKS }, waits, 'open'],
  [
    'tells of an error opens it again',
    { type: 'error_frame', afterChunks: CHUNKS, code: 'server_error', message: 'Broken.' },
    reads,
    'open',
  ],
  ['is aborted leaves its place', { type: 'stall', afterChunks: CHUNKS }, aborts, 'half_open'],
  ['is cancelled leaves its place', { type: 'stall', afterChunks: CHUNKS }, cancels, 'half_open'],
];

describe.each(PROFILES)('CRIT-47 $title, as probes', (profile) => {
  test.each(CASES)('a probe that %s', async (_, behaviour, treat, state) => {
    await using world = await World.open(profile, {
      fetch: { breaker: { failureThreshold: 1, recoveryTimeoutMs: RECOVERY_MS } },
    });
    const failing = world.begin('stream', { type: 'server_error' });
    await (await failing.response).text();
    await world.settledUntil(failing);
    expect(world.breaker.state).toBe('open');
    await world.clock.advanceAsync(RECOVERY_MS);

    const probe = world.begin('stream', behaviour);
    const client = await world.reading(probe);
    expect(world.breaker.snapshot()).toMatchObject({ state: 'half_open', probesOutCount: 1 });
    const refused = await world.fetch(`${world.upstream.url}${profile.path.stream}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-one' },
      body: JSON.stringify(profile.body.stream),
    });
    expect(refused.headers.get('x-fuseboard-refusal')).toBe('probes_busy');
    await treat(client, probe, world);
    expect((await world.ended(probe)).state).toBe(state);
  });
});
