/**
 * A batch of settlements into books in memory. It is checked whole before anything is booked, and
 * then booked in one pass over its numbers: a row costs a few additions for each of its accounts.
 */
import { isNanoUsd, sumNanoUsd } from '../services/cost/money.ts';
import { COST_BASES, LEDGER_COLUMNS, LEDGER_WIDTH } from './ledger-batch.ts';
import type { LedgerBatch } from './ledger-batch.ts';
import { stateOf, type MemoryAccount } from './memory-money-accounts.ts';
import type { Books } from './memory-money-books.ts';
import { assertAmount, assertInstant, wrong } from './memory-money-checks.ts';
import { chargeOf, tellPlace } from './memory-money-holders.ts';
import type { MemoryCharge, MemoryHolder, Places } from './memory-money-holders.ts';
import { hold, settle } from './memory-money-leases.ts';
import type { LabelsGroup } from './memory-money-rollups.ts';
import type { Committed } from './money-store.ts';

/** How many of a holder's newest batches are answered again as they were. */
const ANSWERS_KEPT = 16;

const column = (name: (typeof LEDGER_COLUMNS)[number]): number => LEDGER_COLUMNS.indexOf(name);
const NUMBER = column('number');
const RESERVED_AT = column('reservedAtMs');
const LABELS = column('labels');
const CHARGES = column('charges');
const EXPECTED = column('expectedNanoUsd');
const COST = column('costNanoUsd');
const BASIS = column('basis');
const OUTCOME = column('outcome');
const INPUT = column('inputTokens');
const CACHED_INPUT = column('cachedInputTokens');
const OUTPUT = column('outputTokens');
const ASSUMED = COST_BASES.indexOf('assumed');
/** Place of `succeeded` in the runtime's list of outcomes. */
const SUCCEEDED = 0;

const NOTHING: Committed = Object.freeze({
  accounts: Object.freeze([]),
  overspent: Object.freeze([]),
});

/** @throws FuseboardError invalid_argument; nothing was booked. */
export function commitBatch(books: Books, holder: MemoryHolder, batch: LedgerBatch): Committed {
  if (batch.holder !== holder.number) throw wrong('batch.holder', `${holder.number}`, batch.holder);
  if (batch.seq <= holder.lastSeq) return holder.answers.get(batch.seq) ?? NOTHING;
  if (batch.seq !== holder.lastSeq + 1) {
    throw wrong('batch.seq', `${holder.lastSeq + 1}, the next`, batch.seq);
  }
  tellPlaces(books, holder, batch);
  checkRows(batch, holder);
  checkRest(batch, holder);

  const revision = books.nextRevision();
  const touched: MemoryAccount[] = [];
  const touch = (account: MemoryAccount): void => {
    if (account.revision === revision) return;
    books.touch(account, holder.number);
    touched.push(account);
  };
  const overspent = bookRows(books, holder, batch, touch);
  bookRefused(books, holder, batch);
  for (const { account, amountNanoUsd } of batch.returns) {
    const lease = holder.leases.get(account);
    if (lease === undefined) continue;
    hold(lease, -Math.min(amountNanoUsd, lease.heldNanoUsd));
    touch(lease.account);
  }
  const answer: Committed = {
    accounts: touched.map(stateOf),
    overspent: [...overspent].map(([account, amountNanoUsd]) => ({ account, amountNanoUsd })),
  };
  holder.lastSeq = batch.seq;
  holder.answers.set(batch.seq, answer);
  holder.answers.delete(batch.seq - ANSWERS_KEPT);
  return answer;
}

/** A place told by a batch that is refused stays told: the batch will tell it again. */
function tellPlaces(books: Books, holder: MemoryHolder, batch: LedgerBatch): void {
  for (const { place, labels } of batch.labels) {
    assertNext('labels.place', holder.groups, place);
    tellPlace(holder.groups, place, books.rollups.group(labels));
  }
  for (const { place, accounts } of batch.charges) {
    assertNext('charges.place', holder.charges, place);
    tellPlace(holder.charges, place, chargeOf(holder, books.accounts, accounts));
  }
}

const isPlace = (value: number, count: number): boolean =>
  Number.isSafeInteger(value) && value >= 0 && value < count;

/** Places rise from 0 without gaps; one that was told before may be told anew. */
function assertNext<T>(field: string, { count }: Places<T>, place: number): void {
  if (!isPlace(place, count + 1)) throw wrong(field, `from 0 to ${count}`, place);
}

function assertTold<T>(field: string, { told }: Places<T>, place: number): void {
  if (!told.has(place)) throw wrong(field, 'a place told', place);
}

function checkRows({ rows, rowCount }: LedgerBatch, { groups, charges }: MemoryHolder): void {
  if (!isPlace(rowCount, Infinity) || rows.length < rowCount * LEDGER_WIDTH) {
    throw wrong('batch.rowCount', `at most ${rows.length / LEDGER_WIDTH}`, rowCount);
  }
  for (let at = 0, end = rowCount * LEDGER_WIDTH; at < end; at += LEDGER_WIDTH) {
    const number = rows[at + NUMBER] as number;
    if (!isPlace(number, Infinity)) throw wrong('number', 'a whole number', number);
    assertTold('labels', groups, rows[at + LABELS] as number);
    assertTold('charges', charges, rows[at + CHARGES] as number);
    if (!isNanoUsd(rows[at + COST])) assertAmount('costNanoUsd', rows[at + COST] as number);
    assertInstant('reservedAtMs', rows[at + RESERVED_AT] as number);
  }
}

function checkRest({ refused, returns }: LedgerBatch, { groups }: MemoryHolder): void {
  for (const { labels, count, expectedNanoUsd, atMs } of refused) {
    assertTold('refused.labels', groups, labels);
    if (!isPlace(count, Infinity)) throw wrong('refused.count', 'a count', count);
    assertAmount('refused.expectedNanoUsd', expectedNanoUsd);
    assertInstant('refused.atMs', atMs);
  }
  for (const { amountNanoUsd } of returns) assertAmount('returns.amountNanoUsd', amountNanoUsd);
}

/** Answers what no allowance covered, by account. */
function bookRows(
  books: Books,
  holder: MemoryHolder,
  { rows, rowCount }: LedgerBatch,
  touch: (account: MemoryAccount) => void,
): Map<number, number> {
  const overspent = new Map<number, number>();
  for (let at = 0, end = rowCount * LEDGER_WIDTH; at < end; at += LEDGER_WIDTH) {
    if (!holder.booked.take(rows[at + NUMBER] as number)) continue;
    const cost = rows[at + COST] as number;
    const reservedAtMs = rows[at + RESERVED_AT] as number;
    const { accounts, leases } = holder.charges.told.get(
      rows[at + CHARGES] as number,
    ) as MemoryCharge;
    for (const lease of leases) {
      const { account } = lease;
      const uncovered = settle(lease, cost);
      touch(account);
      if (uncovered > 0) {
        overspent.set(account.number, (overspent.get(account.number) ?? 0) + uncovered);
      }
    }
    const group = holder.groups.told.get(rows[at + LABELS] as number) as LabelsGroup;
    const rollup = books.rollups.at(group, reservedAtMs);
    rollup.callCount += 1;
    if (rows[at + OUTCOME] === SUCCEEDED) rollup.succeededCount += 1;
    if (rows[at + BASIS] === ASSUMED) rollup.assumedCount += 1;
    rollup.costNanoUsd = sumNanoUsd(rollup.costNanoUsd, cost);
    rollup.expectedNanoUsd = sumNanoUsd(rollup.expectedNanoUsd, known(rows[at + EXPECTED]));
    rollup.inputTokens += known(rows[at + INPUT]) + known(rows[at + CACHED_INPUT]);
    rollup.outputTokens += known(rows[at + OUTPUT]);
    books.rows.append(reservedAtMs, cost, accounts, rollup);
  }
  return overspent;
}

function bookRefused(books: Books, holder: MemoryHolder, { refused }: LedgerBatch): void {
  for (const { labels, count, expectedNanoUsd, atMs } of refused) {
    const rollup = books.rollups.at(holder.groups.told.get(labels) as LabelsGroup, atMs);
    rollup.refusedCount += count;
    rollup.refusedNanoUsd = sumNanoUsd(rollup.refusedNanoUsd, expectedNanoUsd);
  }
}

/** What nobody knows adds nothing. */
const known = (value: number | undefined): number => (value !== undefined && value > 0 ? value : 0);
