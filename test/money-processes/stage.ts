/** A stage on which children spend out of one file, with a provider that the test plays. */
import type { BudgetOptions } from '../../index.ts';
import { openStore } from '../../persistence/open-store.ts';
import { scratchFile } from '../persistence/scratch.ts';
import { audit, type Findings } from './audit.ts';
import { booksOutside, type BooksOutside } from './books-outside.ts';
import { startChild, type Child, type Said, type StartOptions } from './money-programs.ts';
import { callerOf, type ChildSettings, type Order, type ToldCall } from './orders.ts';
import { startUpstream, type Upstream } from './upstream.ts';

export interface Actor extends Child {
  readonly caller: number;
  /** The store's number for its board. */
  holder(): number;
}

export interface Teller extends Omit<Actor, 'tell'> {
  tell(order: Order): void;
  /** Has it make calls; resolves when they have arrived upstream. */
  makes(...calls: readonly ToldCall[]): Promise<void>;
  /** Has it make a call; resolves with its end: `ok`, or a code. */
  tries(call: ToldCall): Promise<unknown>;
  /** How a call that it makes has ended. */
  endOf(call: ToldCall): Promise<unknown>;
  summary(budget: string): Promise<Said>;
}

export interface Stage {
  readonly path: string;
  readonly books: BooksOutside;
  readonly upstream: Upstream;
  /** Starts a child with settings of its own. */
  actor(file: string, options?: StartOptions): Promise<Actor>;
  /** Starts a teller, ready. */
  teller(options?: StartOptions): Promise<Teller>;
  /** The auditor's word, when everybody has left. */
  audit(): Findings;
}

/** One file. Its budgets are not divided, and cover every call. */
export async function setStage(budgets: readonly BudgetOptions[]): Promise<Stage> {
  const path = scratchFile();
  openStore(`sqlite:${path}`).close();
  const books = booksOutside(path);
  const upstream = await startUpstream();
  const pids = new Map<number, number>();
  let callers = 0;
  const holderOf = (caller: number): number | undefined =>
    books.holders().find(({ pid }) => pid === pids.get(caller))?.number;

  const actor = async (file: string, options?: StartOptions): Promise<Actor> => {
    const caller = ++callers;
    const settings: ChildSettings = { path, port: upstream.port, caller, budgets };
    const child = await startChild(file, [JSON.stringify(settings)], options);
    pids.set(caller, child.pid);
    return { ...child, caller, holder: () => holderOf(caller) ?? 0 };
  };

  return {
    path,
    books,
    upstream,
    actor,
    async teller(options) {
      const child = await actor('teller.ts', options);
      await child.says({ is: 'ready' });
      const tell = (order: Order): void => child.tell({ ...order });
      const endOf = async ({ number }: ToldCall): Promise<unknown> =>
        (await child.says({ is: 'called', number }))['end'];
      return {
        ...child,
        tell,
        endOf,
        async makes(...calls) {
          tell({ do: 'calls', calls });
          await Promise.all(calls.map(({ number }) => upstream.arrived(number)));
        },
        tries(call) {
          tell({ do: 'calls', calls: [call] });
          return endOf(call);
        },
        summary(budget) {
          tell({ do: 'summary', budget });
          return child.says({ is: 'summary', budget });
        },
      };
    },
    audit: () =>
      audit({
        books,
        calls: upstream.calls,
        accountsOf: () => budgets.map(({ id }) => `${id}/`),
        holderOf,
        callerOf,
      }),
  };
}
