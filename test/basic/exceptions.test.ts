/** Which errors count, and which pass by. */
import { describe, expect, test } from 'vitest';

import { due, ending, rig, WAYS } from '../breaker/rig.ts';

class HttpError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}
class GatewayError extends HttpError {}
class BadGateway extends GatewayError {}
class AppError extends Error {}

const throwing = (error: unknown) => (): never => {
  throw error;
};

describe.each(WAYS)('%s:', (_way, options) => {
  const made = (more: object) => rig({ ...options, ...more });

  test('BASIC-18 an expected exception triggers the failure count', async () => {
    const { breaker } = made({ failOn: HttpError });
    for (let call = 0; call < 5; call += 1) {
      expect(await ending(breaker.call(throwing(new HttpError(500))))).toBe('HTTP 500');
    }
    expect(breaker.state).toBe('open');
  });

  test('BASIC-19 an unexpected exception bypasses the circuit', async () => {
    const { breaker } = made({ failOn: HttpError });
    for (let call = 0; call < 50; call += 1) {
      expect(await ending(breaker.call(throwing(new AppError('bug'))))).toBe('bug');
    }
    expect(breaker.state).toBe('closed');
    expect(breaker.snapshot().consecutiveFailures).toBe(0);
    expect(breaker.snapshot().window?.calls ?? 0).toBe(0);
  });

  test('BASIC-19 an unexpected exception neither breaks nor prolongs a run of failures', async () => {
    const { breaker } = made({ failOn: HttpError });
    for (let call = 0; call < 4; call += 1) {
      await ending(breaker.call(throwing(new HttpError(500))));
      await ending(breaker.call(throwing(new AppError('bug'))));
    }
    expect(breaker.snapshot().consecutiveFailures).toBe(4);
    expect(breaker.state).toBe('closed');
    await ending(breaker.call(throwing(new HttpError(500))));
    expect(breaker.state).toBe('open');
  });
});

test('BASIC-19 an unexpected exception as the probe decides nothing: the next one may', async () => {
  const { breaker, succeed } = await due({ failOn: Error, ignore: AppError });
  expect(await ending(breaker.call(throwing(new AppError('bug'))))).toBe('bug');
  expect(breaker.snapshot()).toMatchObject({ state: 'half_open', probesOutCount: 0 });
  expect(await succeed()).toBe('ok');
  expect(breaker.state).toBe('closed');
});

test('BASIC-20 custom exception types count, alone and together', async () => {
  const { breaker } = rig({ failureThreshold: 3, failOn: [HttpError, RangeError] });
  await ending(breaker.call(throwing(new HttpError(500))));
  await ending(breaker.call(throwing(new RangeError('too far'))));
  await ending(breaker.call(throwing(new TypeError('bug'))));
  expect(breaker.snapshot().consecutiveFailures).toBe(2);
});

test('BASIC-20 a custom predicate counts what it says', async () => {
  const isDown = (error: unknown): boolean => error instanceof HttpError && error.status >= 500;
  const { breaker } = rig({ failureThreshold: 2, failOn: isDown });
  await ending(breaker.call(throwing(new HttpError(404))));
  expect(breaker.snapshot().consecutiveFailures).toBe(0);
  await ending(breaker.call(throwing(new HttpError(503))));
  expect(breaker.snapshot().consecutiveFailures).toBe(1);
});

test('BASIC-20 a custom classification may find a success in an error, which ends a run', async () => {
  const { breaker, fail } = rig({
    failureThreshold: 2,
    classify: (settled) =>
      !settled.ok && settled.error instanceof AppError ? 'succeeded' : undefined,
  });
  await fail();
  expect(await ending(breaker.call(throwing(new AppError('no such user'))))).toBe('no such user');
  await fail();
  expect(breaker.state).toBe('closed');
});

describe('BASIC-21 exception inheritance:', () => {
  test.each([
    ['the class itself', new HttpError(500), 1],
    ['a subclass', new GatewayError(502), 1],
    ['a subclass of a subclass', new BadGateway(502), 1],
    ['a sibling', new AppError('bug'), 0],
    ['the base of all', new Error('anything'), 0],
    ['what only has its name', Object.assign(new Error(), { name: 'HttpError' }), 0],
  ])('%s counts or does not', async (_, error, count) => {
    const { breaker } = rig({ failOn: HttpError });
    await ending(breaker.call(throwing(error)));
    expect(breaker.snapshot().consecutiveFailures).toBe(count);
  });

  test('a branch of the hierarchy can be taken out', async () => {
    const { breaker } = rig({ failOn: HttpError, ignore: GatewayError });
    await ending(breaker.call(throwing(new BadGateway(502))));
    expect(breaker.snapshot().consecutiveFailures).toBe(0);
    await ending(breaker.call(throwing(new HttpError(500))));
    expect(breaker.snapshot().consecutiveFailures).toBe(1);
  });
});
