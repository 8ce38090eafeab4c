/**
 * What the official client makes of every fault of its provider: the error that it would raise
 * without us. With its own retries on, each of its tries is a call of the breaker, and no try is
 * made again that nobody should make again.
 */
import { describe, expect, test } from 'vitest';

import { FAULTS, type FaultCase } from './faults.ts';
import { CHAT, errorOf, openaiClient, openaiRig, SECRET } from './sdk-rig.ts';

const wordsOf = ({ status, code, type }: FaultCase) => ({
  ...(status === undefined ? {} : { status }),
  ...(code === undefined ? {} : { code }),
  ...(type === undefined ? {} : { type }),
});

describe('CRIT-45 every fault of the provider', () => {
  test.each(FAULTS)('%s: the client raises its own error after one request', async (_, fault) => {
    const rig = await openaiRig();
    rig.behave(fault.behaviour);
    const client = openaiClient(rig, { maxRetries: 0 });
    const error = await errorOf(client.chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(fault.error);
    expect(error).toMatchObject(wordsOf(fault));
    expect(rig.upstream.requestCount).toBe(1);
    expect(rig.outcomes()).toEqual([fault.outcome]);
    expect(JSON.stringify([error.message, rig.facts()])).not.toContain(SECRET);
  });

  test.each(FAULTS)('%s: the client’s own retries are calls like any other', async (_, fault) => {
    const rig = await openaiRig();
    rig.behave(fault.behaviour);
    const error = await errorOf(openaiClient(rig).chat.completions.create(CHAT));
    expect(error).toBeInstanceOf(fault.error);
    expect(error).toMatchObject(wordsOf(fault));
    expect(rig.upstream.requestCount).toBe(fault.tries);
    expect(rig.outcomes()).toEqual(Array.from({ length: fault.tries }, () => fault.outcome));
  });
});
