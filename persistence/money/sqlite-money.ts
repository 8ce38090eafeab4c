/**
 * The money of one SQLite file, as one holder sees it. Any number of holders, in any number of
 * processes, may share the file: every verb that changes something is one transaction under the
 * write lock, and nothing that matters is kept in memory between two of them.
 */
import type { Clock } from '../../services/clock.ts';
import { FuseboardError } from '../../services/errors.ts';
import { assertAmount, assertKey, checkedEntry, wrong } from '../memory-money-checks.ts';
import type { MoneyEngine } from '../money-engine.ts';
import type { Committed, HolderIdentity, MoneyChanges } from '../money-store.ts';
import type { SqliteFile } from '../sqlite.ts';
import { storedAccounts } from './accounts.ts';
import { storedAllowances } from './allowances.ts';
import { openBooks } from './books.ts';
import { assertDefinition, storedBudgets } from './budgets.ts';
import { compaction } from './compaction.ts';
import { draws } from './draws.ts';
import { storedForfeits } from './forfeits.ts';
import { storedHolders } from './holders.ts';
import { storedRows } from './ledger-rows.ts';
import { storedNotes } from './notes.ts';
import { outsideCosts } from './outside-costs.ts';
import { storedPlaces } from './places.ts';
import { holderIdentity } from './process-life.ts';
import { reports } from './reports.ts';
import { rollupDeltas } from './rollups.ts';
import { settlements } from './settlements.ts';
import { spendHours } from './spend-hours.ts';
import { verification } from './verify.ts';

/** Where a holder's new connection goes on from. */
export interface ResumePoint {
  /** The store's number for the holder. */
  readonly holder: number;
  /** Everything up to this write is known to it. */
  readonly revision: number;
}

export interface SqliteMoneyOptions {
  /** How long to wait for other writers. Milliseconds. @default 5000 */
  readonly waitMs?: number;
  /** Goes on as a holder that joined through another connection, instead of joining. */
  readonly resume?: ResumePoint | null;
  /** Whose processes this one can see. @default this process */
  readonly self?: HolderIdentity;
}

export interface SqliteMoney extends MoneyEngine {
  /** Null before it joined, and after it left. */
  readonly resumePoint: ResumePoint | null;
  /** Compacts in slices; each one yields how many rows it removed. */
  compactSlices(beforeMs: number): Iterable<number>;
}

/** Accounts watched one by one; a holder with more is told of every change. */
const WATCHED_MAX = 100_000;
/** Newest batches that are answered again as they were. */
const ANSWERS_KEPT = 16;

const NO_CHANGES: MoneyChanges = Object.freeze({
  accounts: Object.freeze([]),
  limits: Object.freeze([]),
  forfeits: Object.freeze([]),
});

/** @throws FuseboardError store_corrupt when the file lacks the tables. */
export function sqliteMoney(
  file: SqliteFile,
  clock: Pick<Clock, 'nowMs'>,
  options: SqliteMoneyOptions = {},
): SqliteMoney {
  const books = openBooks(file, clock, options.waitMs ?? 5_000);
  const accounts = storedAccounts(books);
  const budgets = storedBudgets(books);
  const allowances = storedAllowances(books);
  const holders = storedHolders(books, options.self ?? holderIdentity());
  const places = storedPlaces(books);
  const forfeits = storedForfeits(books, holders, accounts, allowances, places);
  const rollups = rollupDeltas(books);
  const rows = storedRows(books, places);
  const notes = storedNotes(books);
  const draw = draws(books, accounts, allowances, holders);
  const parts = { books, accounts, allowances, holders, places, rows, rollups };
  const commitBatch = settlements(parts);
  const bookOutside = outsideCosts(books, accounts, places, rollups);
  const report = reports(books);
  const spendByHour = spendHours(books);
  const verify = verification(books);
  const compactSlices = compaction(books);

  let holder = options.resume?.holder ?? null;
  let hasLeft = false;
  /** Everything up to here is known to this holder. */
  let seenRevision = options.resume?.revision ?? 0;
  /** Null: every account. What a holder watched before it went on here, nobody knows. */
  let watched: Set<number> | null = options.resume ? null : new Set();
  const answers = new Map<number, Committed>();

  const self = (): number => {
    if (holder !== null) return holder;
    const problem = hasLeft ? 'has left the books' : 'did not join the books yet';
    throw new FuseboardError('store_unavailable', `This holder ${problem} of ${file.path}.`);
  };

  const watch = (numbers: Iterable<number>): void => {
    for (const number of numbers) watched?.add(number);
    if (watched !== null && watched.size > WATCHED_MAX) watched = null;
  };

  const look = (): MoneyChanges => {
    if (books.revision() === seenRevision) return NO_CHANGES;
    return books.read(() => {
      const since = seenRevision;
      const changed = accounts.changedSince(since, holder ?? -1);
      const changes: MoneyChanges = {
        accounts: changed.filter(({ account }) => watched === null || watched.has(account)),
        limits: budgets.limitsSince(since),
        forfeits: forfeits.since(since),
      };
      seenRevision = books.revision();
      return changes;
    });
  };

  return {
    get resumePoint() {
      return holder === null ? null : { holder, revision: seenRevision };
    },

    join(identity, definitions) {
      if (holder !== null) throw wrong('join', 'asked once', 'a second time');
      definitions.forEach(assertDefinition);
      const lost = forfeits.sweep(-1);
      const joined = books.writeDurably(() => {
        const revision = books.nextRevision();
        const number = holders.add(identity);
        budgets.define(definitions, revision);
        return { number, revision, limits: budgets.limitsSince(-1), learnt: notes.learnt() };
      });
      holder = joined.number;
      hasLeft = false;
      seenRevision = joined.revision;
      watched = new Set();
      answers.clear();
      return { holder, limits: joined.limits, forfeits: lost, learnt: joined.learnt };
    },

    draw(items) {
      const answer = draw(self(), items);
      watch(answer.accounts.map(({ account }) => account));
      return answer;
    },

    commit(batch) {
      if (batch.holder !== self()) throw wrong('batch.holder', `${self()}`, batch.holder);
      const known = answers.get(batch.seq);
      if (known !== undefined) return known;
      const answer = commitBatch(batch);
      for (const told of batch.charges) watch(told.accounts);
      answers.set(batch.seq, answer);
      answers.delete(batch.seq - ANSWERS_KEPT);
      return answer;
    },

    changes() {
      forfeits.sweep(holder ?? -1);
      return look();
    },

    setLimit(budget, limitNanoUsd, entry) {
      assertAmount('limitNanoUsd', limitNanoUsd);
      books.writeDurably(() => {
        notes.addAudit([entry]);
        budgets.setLimit(budget, limitNanoUsd, books.nextRevision());
      });
      return look();
    },

    correctForfeit(key, amountNanoUsd, entry) {
      assertKey(key);
      assertAmount('amountNanoUsd', amountNanoUsd);
      return books.writeDurably(() => {
        notes.addAudit([entry]);
        const state = accounts.find(key);
        const forfeited = state?.forfeitedNanoUsd ?? 0;
        if (state === undefined || amountNanoUsd > forfeited) {
          throw wrong('amountNanoUsd', `at most the ${forfeited} forfeited`, amountNanoUsd);
        }
        allowances.correct(state.account, amountNanoUsd);
        const corrected = { ...state, forfeitedNanoUsd: forfeited - amountNanoUsd };
        accounts.save(corrected, books.nextRevision(), holder ?? 0);
        return corrected;
      });
    },

    bookOutside(costs) {
      const booked = bookOutside(costs, holder ?? 0);
      watch(booked.accounts.map(({ account }) => account));
      return booked;
    },

    audit(entries) {
      entries.forEach(checkedEntry);
      if (entries.length > 0) books.writeDurably(() => notes.addAudit(entries));
    },
    auditLog: (limit) => notes.auditLog(limit),
    saveLearnt(rows_) {
      if (rows_.length > 0) books.write(() => notes.saveLearnt(rows_));
    },
    accounts: (atMs) => books.read(() => accounts.list(atMs)),
    report: (query) => report(query),
    spendByHour: (queries) => spendByHour(queries),
    verify: () => verify(),

    compact(beforeMs) {
      let rowCount = 0;
      for (const removed of compactSlices(beforeMs)) rowCount += removed;
      return { rowCount };
    },
    compactSlices,

    renew() {
      const number = self();
      books.write(() => holders.touch(number));
      forfeits.sweep(number);
    },

    leave() {
      if (holder === null) return;
      const number = holder;
      books.write(() => {
        if (!holders.leave(number)) return;
        const revision = books.nextRevision();
        for (const { account, amountNanoUsd } of allowances.held(number)) {
          const state = accounts.state(account);
          if (state === undefined) continue;
          const heldNanoUsd = state.heldNanoUsd - amountNanoUsd;
          accounts.save({ ...state, heldNanoUsd }, revision, 0);
        }
        allowances.releaseAll(number);
        places.forget(number);
      });
      holder = null;
      hasLeft = true;
    },
  };
}
