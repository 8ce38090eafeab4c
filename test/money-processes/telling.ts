/** What a teller is told, and a stage on which several of them spend out of one file. */
import type { BudgetOptions, NanoUsd } from '../../index.ts';
import { openStore } from '../../persistence/open-store.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { audit, type Findings } from './audit.ts';
import { booksOutside, type BooksOutside } from './books-outside.ts';
import { startChild, type Child, type Said, type StartOptions } from './money-programs.ts';
import type { PricedCall } from './tariff.ts';
import { startUpstream, type Upstream } from './upstream.ts';

export interface TellerSettings {
  readonly path: string;
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
  /** `throw`: in a turn of its own. `end`: nothing keeps the process from ending any more. */
  | { readonly do: 'throw' | 'exit' | 'end' };

export interface Teller extends Omit<Child, 'tell'> {
  readonly caller: number;
  tell(order: Order): void;
  /** Has it make calls; resolves when they have arrived upstream. */
  makes(...calls: readonly ToldCall[]): Promise<void>;
  /** How a call has ended: `ok`, or a code. */
  endOf(number: number): Promise<unknown>;
  summary(budget: string): Promise<Said>;
}

export interface Stage {
  readonly path: string;
  readonly books: BooksOutside;
  readonly upstream: Upstream;
  teller(options?: StartOptions): Promise<Teller>;
  /** The auditor's word, when everybody has left. */
  audit(): Findings;
}

/** Numbers of a teller's calls are from this many times its own. */
const CALLS_EACH = 1_000;

/** A call of the caller, with a number that is its own. */
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

/** One file, with one provider that answers when the test says so. Budgets cover every call. */
export async function setStage(budgets: readonly BudgetOptions[]): Promise<Stage> {
  const path = scratchFile();
  openStore(`sqlite:${path}`).close();
  const books = booksOutside(path);
  const upstream = await startUpstream();
  const pids = new Map<number, number>();
  return {
    path,
    books,
    upstream,
    async teller(options) {
      const caller = pids.size + 1;
      const settings: TellerSettings = { path, port: upstream.port, caller, budgets };
      const child = await startChild('teller', [JSON.stringify(settings)], options);
      pids.set(caller, child.pid);
      await child.says({ is: 'ready' });
      return {
        ...child,
        caller,
        tell: (order) => child.tell({ ...order }),
        async makes(...calls) {
          child.tell({ do: 'calls', calls });
          await Promise.all(calls.map(({ number }) => upstream.arrived(number)));
        },
        endOf: async (number) => (await child.says({ is: 'called', number }))['end'],
        async summary(budget) {
          child.tell({ do: 'summary', budget });
          return child.says({ is: 'summary' });
        },
      };
    },
    audit: () =>
      audit({
        books,
        calls: upstream.calls,
        accountsOf: () => budgets.map(({ id }) => `${id}/`),
        holderOf: (caller) =>
          books.holders().find(({ pid }) => pid === pids.get(caller))?.number,
        callerOf: (number) => Math.floor(number / CALLS_EACH),
      }),
  };
}
