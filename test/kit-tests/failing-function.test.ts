import { describe, expect, it } from 'vitest';

import {
  failingFunction,
  failingFunctionSync,
  VirtualClock,
  type FailurePlan,
} from '../kit/index.ts';

/** Calls so often; `F` for each failure, `S` for each success. */
async function played(plan: FailurePlan, calls: number): Promise<string> {
  const run = failingFunction(plan);
  let letters = '';
  for (let call = 0; call < calls; call += 1) {
    letters += await run().then(
      () => 'S',
      () => 'F',
    );
  }
  return letters;
}

describe('a failing function', () => {
  it('fails its first calls', async () => {
    expect(await played({ first: 3 }, 6)).toBe('FFFSSS');
    expect(await played({ first: 0 }, 2)).toBe('SS');
  });

  it('repeats a pattern, or ends it as it is told to', async () => {
    expect(await played({ pattern: 'FS S' }, 7)).toBe('FSSFSSF');
    expect(await played({ pattern: 'FFS', then: 'succeed' }, 6)).toBe('FFSSSS');
    expect(await played({ pattern: 'SSF', then: 'fail' }, 6)).toBe('SSFFFF');
  });

  it('fails a share of its calls, drawn from a seed', async () => {
    const first = await played({ ratio: 0.3, seed: 7 }, 1_000);
    expect(await played({ ratio: 0.3, seed: 7 }, 1_000)).toBe(first);
    expect(await played({ ratio: 0.3, seed: 8 }, 1_000)).not.toBe(first);
    const failures = first.split('F').length - 1;
    expect(failures).toBeGreaterThan(250);
    expect(failures).toBeLessThan(350);
  });

  it('fails when a predicate says so', async () => {
    expect(await played({ when: (call) => call % 2 === 0 }, 5)).toBe('SFSFS');
  });

  it('counts its calls, failures and successes', async () => {
    const run = failingFunction({ pattern: 'FSS' });
    for (let call = 0; call < 5; call += 1) await run().catch(() => {});
    expect([run.callCount, run.failureCount, run.successCount]).toEqual([5, 2, 3]);
  });

  it('throws what it is told to: a class, or something made for the call', async () => {
    const typed = failingFunction({ first: 1 }, { error: TypeError });
    await expect(typed()).rejects.toBeInstanceOf(TypeError);
    const made = failingFunction({ first: 1 }, { error: (call) => ({ status: 500 + call }) });
    await expect(made()).rejects.toEqual({ status: 501 });
    await expect(failingFunction({ first: 1 })()).rejects.toThrow('planned failure of call 1');
  });

  it('returns the number of the call, or what it is told to', async () => {
    expect(await failingFunction({ first: 0 })()).toBe(1);
    expect(await failingFunction({ first: 0 }, { result: (call) => `answer ${call}` })()).toBe(
      'answer 1',
    );
  });

  it('takes its time on an injected clock', async () => {
    const clock = new VirtualClock();
    const run = failingFunction({ first: 1 }, { clock, takesMs: (call) => call * 100 });
    const first = run().catch(() => `failed at ${clock.monotonicMs()}`);
    const second = run().then(() => `succeeded at ${clock.monotonicMs()}`);
    await clock.advanceAsync(1_000);
    expect(await Promise.all([first, second])).toEqual(['failed at 100', 'succeeded at 200']);
  });

  it('comes without promises too', () => {
    const run = failingFunctionSync({ pattern: 'SF' }, { error: RangeError });
    expect(run()).toBe(1);
    expect(() => run()).toThrow(RangeError);
    expect(run.failureCount).toBe(1);
  });

  it('refuses plans that mean nothing', () => {
    const refused: readonly (readonly [plan: unknown, message: string])[] = [
      [{ pattern: 'FX' }, 'pattern must be letters F (fails) and S (succeeds)'],
      [{ pattern: '' }, 'pattern must be letters'],
      [{ ratio: 1.5, seed: 1 }, 'ratio must be a number from 0 to 1'],
      [{ ratio: 0.5 }, 'seed must be an integer from 0'],
      [{ first: -1 }, 'first must be an integer of at least 0'],
      [{}, 'plan must be one of { first }'],
    ];
    for (const [plan, message] of refused) {
      expect(() => failingFunction(plan as FailurePlan)).toThrow(message);
    }
  });
});
