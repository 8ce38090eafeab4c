/**
 * The operator's token: compared in constant time, and guessed at only a few times a minute from
 * one address.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

import type { Clock } from '../../services/clock.ts';

const WRONG_MAX = 10;
const WRONG_SPAN_MS = 60_000;
/** Addresses remembered; beyond them the one that was wrong longest ago is forgotten. */
const ADDRESSES_MAX = 1_000;

export type TokenAnswer = 'right' | 'missing' | 'wrong' | 'too_often' | 'none';

export interface OperatorToken {
  /** Whether that header, from that address, carries the token. `none`: there is no token. */
  check(authorization: string | undefined, address: string): TokenAnswer;
}

export function createOperatorToken(token: string | null, clock: Clock): OperatorToken {
  const wanted = token === null ? null : digestOf(token);
  const wrong = new Map<string, number[]>();

  const lately = (address: string, nowMs: number): number[] =>
    (wrong.get(address) ?? []).filter((ms) => ms > nowMs - WRONG_SPAN_MS);

  return {
    check(authorization, address) {
      if (wanted === null) return 'none';
      const given = /^Bearer ([!-~]{1,256})$/i.exec(authorization ?? '')?.[1];
      if (given === undefined) return 'missing';
      const nowMs = clock.monotonicMs();
      const times = lately(address, nowMs);
      // Not even looked at: who guesses learns nothing more.
      if (times.length >= WRONG_MAX) return 'too_often';
      if (timingSafeEqual(digestOf(given), wanted)) return 'right';
      wrong.delete(address);
      wrong.set(address, [...times, nowMs]);
      const [oldest] = wrong.keys();
      if (wrong.size > ADDRESSES_MAX && oldest !== undefined) wrong.delete(oldest);
      return 'wrong';
    },
  };
}

/** Of one length, whatever was given. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
