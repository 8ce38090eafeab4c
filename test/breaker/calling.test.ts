/** The ways to call through a breaker: `call`, `tryCall`, `wrap`, and what they hand on. */
import { describe, expect, expectTypeOf, test } from 'vitest';

import { openBoard, type CallContext, type CallResult, type Fact } from '../../index.ts';
import { due, ending, rig, setBudget, tripped, WAYS } from './rig.ts';

describe.each(WAYS)('%s:', (_way, options) => {
  test('call answers what the function answers, and throws what it throws', async () => {
    const { breaker } = rig(options);
    const error = new Error('down');
    expect(await breaker.call(() => 7)).toBe(7);
    await expect(breaker.call(() => Promise.reject(error))).rejects.toBe(error);
  });

  test('tryCall says the same as a value', async () => {
    const { breaker } = rig(options);
    const error = new Error('down');
    expect(await breaker.tryCall(() => 7)).toEqual({ ok: true, value: 7 });
    const failed = await breaker.tryCall(() => Promise.reject(error));
    expect(failed).toEqual({ ok: false, refused: false, error });
  });

  test('tryCall says a refusal as a value too, with all that an error would say', async () => {
    const { breaker, clock } = await tripped(options);
    const result = await breaker.tryCall(() => 7);
    if (result.ok || !result.refused) return expect.unreachable('was not refused');
    expect(result.refusal).toMatchObject({
      code: 'circuit_open',
      breaker: 'api',
      retryAtMs: clock.nowMs() + 60_000,
      message: 'breaker "api" is open',
      hint: expect.stringContaining('retryAtMs'),
      cause: expect.objectContaining({ message: 'down' }),
    });
  });

  test('neither call nor tryCall ever throws where it is called', async () => {
    for (const { breaker } of [rig(options), await tripped(options), await due(options)]) {
      for (const wrong of [42, null, undefined, 'fn', {}, { operation: '' }] as never[]) {
        expect(await ending(breaker.call(wrong))).toBe('invalid_argument');
        expect(await ending(breaker.tryCall(wrong))).toBe('invalid_argument');
        const beside = { operation: 'chat' } as never;
        expect(await ending(breaker.call(beside, wrong))).toBe('invalid_argument');
      }
      const bad = { priority: NaN };
      expect(await ending(breaker.call(() => 7, bad))).toBe('invalid_argument');
      expect(breaker.snapshot()).toMatchObject({ inFlightCount: 0, consecutiveFailures: 0 });
    }
  });

  test('a function is told that it is the first attempt of a call in good times', async () => {
    const { breaker } = rig(options);
    const context = await breaker.call((given) => given);
    expect(context).toMatchObject({ attempt: 1, isDegraded: false });
  });

  test('a function learns that the budget is strained', async () => {
    const made = rig(options);
    setBudget(made, 'warned');
    expect(await made.breaker.call(({ isDegraded }) => isDegraded)).toBe(true);
    expect(made.breaker.callSync(({ isDegraded }) => isDegraded)).toBe(true);
    setBudget(made, 'recovered');
    expect(await made.breaker.call(({ isDegraded }) => isDegraded)).toBe(false);
  });
});

describe('wrap', () => {
  class Client {
    readonly greeting = 'hello';
    greet(name: string, times: number): string {
      return `${this.greeting} ${name}`.repeat(times);
    }
  }

  test('keeps this, arguments and result', async () => {
    const { breaker } = rig();
    const client = { greeting: 'good day', greet: breaker.wrap(new Client().greet) };
    expect(await client.greet.call(new Client(), 'you', 1)).toBe('hello you');
  });

  test('keeps the types', () => {
    const { breaker } = rig();
    const greet = breaker.wrap(function (this: Client, name: string, times: number) {
      return this.greet(name, times);
    });
    expectTypeOf(greet).toEqualTypeOf<
      (this: Client, name: string, times: number) => Promise<string>
    >();
    const load = breaker.wrap(async (id: number) => ({ id }));
    expectTypeOf(load).toEqualTypeOf<(this: unknown, id: number) => Promise<{ id: number }>>();
    expectTypeOf(breaker.call(() => Promise.resolve(1))).toEqualTypeOf<Promise<number>>();
    expectTypeOf(breaker.tryCall(() => 'a')).toEqualTypeOf<Promise<CallResult<string>>>();
    expectTypeOf(breaker.callSync(() => 'a')).toEqualTypeOf<string>();
  });

  test('runs under the breaker each time it is called', async () => {
    const { breaker } = rig({ failureThreshold: 2 });
    const load = breaker.wrap(async (id: number) => {
      if (id < 0) throw new RangeError('no such id');
      return id;
    });
    expect(await load(1)).toBe(1);
    expect([await ending(load(-1)), await ending(load(-1))]).toEqual(Array(2).fill('no such id'));
    expect(await ending(load(1))).toBe('circuit_open');
  });

  test('can be given a signal for all calls', async () => {
    const { breaker } = rig();
    const load = breaker.wrap(() => 'ok', { signal: AbortSignal.abort('closing') });
    expect(await ending(load())).toBe('closing');
  });

  test('takes a function only', () => {
    const { breaker } = rig();
    expect(() => breaker.wrap('load' as never)).toThrow(
      /wrap\(fn\) must be a function, got 'load'/,
    );
  });
});

describe('what a caller says of a call', () => {
  test('goes into its facts', async () => {
    await using board = await openBoard();
    const facts: Fact[] = [];
    board.facts$.subscribe((fact) => facts.push(fact));
    const breaker = board.breaker('api');
    const operation = { operation: 'llm_call', model: 'small', tags: { tenant: 'a' }, priority: 3 };
    await breaker.call(operation, () => 'ok', { correlationId: 'r-1' });
    await breaker.call(operation, () => 'ok', { tags: { tenant: 'b' } });
    board.flush();
    expect(facts).toMatchObject([
      { operation: 'llm_call', model: 'small', tags: { tenant: 'a' }, correlationId: 'r-1' },
      { operation: 'llm_call', model: 'small', tags: { tenant: 'b' } },
    ]);
    expect(facts.map((fact) => fact.type)).toEqual(['call.finished', 'call.finished']);
  });

  const long = 'x'.repeat(257);
  const tags17 = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`t${index}`, 'v']));
  test.each<[string, unknown, unknown, string]>([
    ['no name', { operation: '' }, {}, 'operation.operation must be a string of 1 to 256'],
    ['a long name', { operation: long }, {}, 'operation.operation must be a string'],
    ['a model that is none', { operation: 'a', model: 5 }, {}, 'operation.model must be a string'],
    ['no priority', null, { priority: '1' }, "priority must be a finite number, got '1'"],
    ['an endless priority', null, { priority: Infinity }, 'priority must be a finite number'],
    ['no options at all', null, 'soon', "the options of a call must be an object, got 'soon'"],
    [
      'an option misspelt',
      null,
      { singal: undefined },
      "an option of a call must be one of signal, priority, tags, correlationId, override, got 'singal'",
    ],
    ['a signal that is none', null, { signal: {} }, 'signal must be an AbortSignal, got {}'],
    ['tags that are none', null, { tags: 'a' }, "tags must be an object, got 'a'"],
    ['too many tags', null, { tags: tags17 }, 'tags must be at most 16 entries, got 17'],
    ['a long tag', null, { tags: { a: long } }, 'tags.a must be a string of 1 to 256'],
    ['a long tag name', null, { tags: { [long]: 'a' } }, 'a tag name must be a string'],
    ['no correlation', null, { correlationId: '' }, 'correlationId must be a string of 1 to 256'],
  ])('is refused when it is %s', async (_, operation, options, message) => {
    const { breaker } = rig();
    const call =
      operation === null
        ? breaker.call(() => 'ok', options as never)
        : breaker.call(operation as never, () => 'ok', options as never);
    await expect(call).rejects.toThrow(message);
  });
});

test('the context of a call cannot be changed for the next one', async () => {
  const { breaker } = rig();
  const spoil = (context: CallContext): void => {
    (context as { attempt: number }).attempt = 9;
  };
  await expect(breaker.call(spoil)).rejects.toThrow(TypeError);
  expect(await breaker.call(({ attempt }) => attempt)).toBe(1);
});
