/** What children are started with, and what a teller is told. */
import type { BudgetOptions, NanoUsd } from '../../index.ts';
import type { PricedCall } from './tariff.ts';

export interface ChildSettings {
  /** Of the store. */
  readonly path: string;
  /** Of the provider. */
  readonly port: number;
  readonly caller: number;
  readonly budgets: readonly BudgetOptions[];
}

export interface ToldCall extends PricedCall {
  /** While it is refused for money, tried again for so long. Milliseconds. @default 0 */
  readonly triedForMs?: number;
  /** Made in the turn in which this one ends. */
  readonly then?: ToldCall;
}

export type Order =
  | { readonly do: 'calls'; readonly calls: readonly ToldCall[] }
  | { readonly do: 'limit'; readonly budget: string; readonly limit: NanoUsd }
  | { readonly do: 'summary'; readonly budget: string }
  | { readonly do: 'close'; readonly drainTimeoutMs?: number }
  | { readonly do: 'exit'; readonly afterMs?: number }
  /** `throw`: in a turn of its own. `end`: nothing keeps the process from ending any more. */
  | { readonly do: 'throw' | 'end' };

/** The numbers of a caller's calls are from so many times its own. */
const CALLS_EACH = 1_000;

/** A call of a caller, with a number that is its own. */
export const toldCall = (
  caller: number,
  number: number,
  maxOutputTokens: number,
  more: Omit<Partial<ToldCall>, 'number' | 'maxOutputTokens'> = {},
): ToldCall => ({
  number: caller * CALLS_EACH + number,
  tenant: 'ada',
  model: 'small',
  maxOutputTokens,
  ...more,
});

export const callerOf = (number: number): number => Math.floor(number / CALLS_EACH);
