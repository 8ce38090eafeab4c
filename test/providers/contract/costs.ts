/**
 * The bounds of what a call may be booked at, from the frames that passed, worked out beside the
 * code under test: what was told is exact, what was not is counted, and where a model may have
 * thought it is the worst that was reserved.
 */
import { expect } from 'vitest';

import type { ContractProfile } from './profiles.ts';
import type { Ended } from './calls.ts';

export interface Books {
  /**
   * Holds a booked cost to what passed: at least `received` frames, at most `sent` ones. They
   * differ where a connection broke with frames on their way.
   */
  check(ended: Ended, received: readonly string[], sent?: readonly string[]): void;
}

/** `whole`: the frames of a stream that ended well, `billedNanoUsd`: what it was booked at. */
export function booksOf(
  profile: ContractProfile,
  whole: readonly string[],
  billedNanoUsd: number,
): Books {
  const base =
    profile.inputNanoUsd ?? billedNanoUsd - textsIn(profile, whole) * profile.outputNanoUsd;
  const costOf = (frames: readonly string[]): number | 'worst' => {
    const told = frames.map((frame) => billedIn(profile, frame)).findLast((cost) => cost !== null);
    if (told !== undefined && told !== null) return told;
    return profile.hidesOutput ? 'worst' : base + textsIn(profile, frames) * profile.outputNanoUsd;
  };
  return {
    check(ended, received, sent = received) {
      const { basis, costNanoUsd, worstNanoUsd } = ended;
      const atLeast = costOf(received);
      const atMost = costOf(sent);
      expect(costNanoUsd, 'never above what was reserved').toBeLessThanOrEqual(worstNanoUsd);
      if (atLeast === 'worst') {
        expect(basis).toMatch(atMost === 'worst' ? 'assumed' : /assumed|usage|reported/);
        if (basis === 'assumed') expect(costNanoUsd).toBe(worstNanoUsd);
        else expect(costNanoUsd).toBe(atMost);
        return;
      }
      const bounds = [atLeast, atMost as number].toSorted((a, b) => a - b);
      expect(costNanoUsd).toBeGreaterThanOrEqual(bounds[0] as number);
      expect(costNanoUsd).toBeLessThanOrEqual(bounds[1] as number);
      const isTold = received.some((frame) => billedIn(profile, frame) !== null);
      if (isTold) expect(basis).toMatch(/usage|reported/);
      else if (received === sent) expect(basis).toBe('estimated');
    },
  };
}

/** Whether the frames hold all of the answer. */
export const hasEnd = (profile: ContractProfile, frames: readonly string[]): boolean =>
  frames.some((frame) => profile.isEnd(jsonIn(frame), frame));

/** Whether the frames hold any of the answer. */
export const hasText = (profile: ContractProfile, frames: readonly string[]): boolean =>
  textsIn(profile, frames) > 0;

const textsIn = (profile: ContractProfile, frames: readonly string[]): number =>
  frames.filter((frame) => profile.text(jsonIn(frame)) !== '').length;

const billedIn = (profile: ContractProfile, frame: string): number | null =>
  profile.billed(jsonIn(frame));

/** The JSON object of a frame, or of a line; an empty one where it holds none. */
function jsonIn(frame: string): Readonly<Record<string, unknown>> {
  const start = frame.indexOf('{');
  if (start === -1) return {};
  try {
    return JSON.parse(frame.slice(start)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
