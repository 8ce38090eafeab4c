/** What passes between a process and its writer thread: plain data, errors included. */
import { FuseboardError, isFuseboardError, type ErrorCode } from '../../services/errors.ts';
import type { MoneyEngine } from '../money-engine.ts';
import type { ResumePoint } from './sqlite-money.ts';

export interface ThreadSettings {
  /** Absolute. */
  readonly path: string;
  readonly openWaitMs: number;
  readonly waitMs: number;
}

/** What the thread is started with. */
export interface ThreadData extends ThreadSettings {
  /** See thread-gate.ts. */
  readonly gate: SharedArrayBuffer;
}

export type ThreadVerb = keyof MoneyEngine;

/** `open` makes sure that the file can be used; `end` closes it and ends the thread. */
export type ThreadTask = ThreadVerb | 'open' | 'end';

export interface ThreadRequest {
  readonly id: number;
  /** Which of the holders behind this thread asks. */
  readonly door: number;
  /** Where that holder goes on when the thread does not know it, having been started anew. */
  readonly resume: ResumePoint | null;
  readonly task: ThreadTask;
  readonly args: readonly unknown[];
}

export type ThreadReply = { readonly id: number; readonly resume: ResumePoint | null } & (
  { readonly answer: unknown } | { readonly error: PackedError }
);

export interface PackedError {
  /** Null for an error that is not Fuseboard's own. */
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly hint: string | undefined;
  readonly cause: { readonly message: string; readonly code: string | undefined } | undefined;
}

export function packError(error: unknown): PackedError {
  if (!isFuseboardError(error)) {
    return { code: null, message: messageOf(error), hint: undefined, cause: undefined };
  }
  const { code, message, hint, cause } = error;
  const packed =
    cause === undefined ? undefined : { message: messageOf(cause), code: codeOf(cause) };
  return { code, message, hint, cause: packed };
}

export function unpackError({ code, message, hint, cause }: PackedError): FuseboardError {
  if (code === null) {
    return new FuseboardError('store_unavailable', `The store's writer failed: ${message}`);
  }
  return new FuseboardError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined
      ? {}
      : { cause: Object.assign(new Error(cause.message), { code: cause.code }) }),
  });
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;
