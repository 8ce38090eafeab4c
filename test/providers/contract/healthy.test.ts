import { describe, expect, test } from 'vitest';
import { PROFILES } from './profiles.ts';
import { World } from './world.ts';
test.each(PROFILES)('healthy $title', async (profile) => {
  await using world = await World.open(profile);
  for (let i = 0; i < 3; i++) {
    const call = world.begin('stream', { type: 'answer' });
    const client = await world.reading(call);
    await client.rest();
    const e = await world.ended(call);
    console.log(client.frames.length, e.outcome, e.costNanoUsd, e.worstNanoUsd, e.basis, e.request?.ended, call.deadlinesBefore, (world.breaker.runtime.deadlines as any).pendingCount);
    const w = world.begin('whole', { type: 'answer' });
    await (await w.response).text();
    const f = await world.ended(w);
    console.log('   ', f.outcome, f.costNanoUsd, f.worstNanoUsd, f.basis, f.request?.ended,(world.breaker.runtime.deadlines as any).pendingCount);
  }
});
