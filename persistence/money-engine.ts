/**
 * The same verbs as {@link MoneyStore}, answered at once: what an engine does with its own data.
 * A thread, or the process's last moment, calls them directly.
 */
import type { MoneyStore } from './money-store.ts';

type Verb = Exclude<keyof MoneyStore, 'shared' | 'leaveNow' | 'close'>;

/** One holder's door to an engine. Methods throw what the store's promises reject with. */
export type MoneyEngine = {
  readonly [Name in Verb]: (
    ...args: Parameters<MoneyStore[Name]>
  ) => Awaited<ReturnType<MoneyStore[Name]>>;
} & {
  /** Prolongs this holder's lease, and forfeits what dead or silent holders left. */
  renew(): void;
  /** Returns what this holder holds, and takes its number away. Does nothing before `join`. */
  leave(): void;
};
