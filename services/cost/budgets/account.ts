/**
 * One account as this process sees it: what the store last said, what was drawn and is still free,
 * what running calls have reserved, and what was settled since. Reserving and settling are integer
 * arithmetic in here; nothing waits and nothing is asked.
 *
 * `available + reserved + sent + open + returning` is what the store counts as held by us, but for
 * what it was not told yet (a meter holds nothing), and `settled + forfeited + sent + open` is what
 * has been spent.
 */
import type { AccountKey, AccountState } from '../../../persistence/money-store.ts';
import type { BudgetLevel } from '../../../machines/breaker-context.ts';
import type { ResolvedBudget } from './budget-options.ts';
import { exhaustedNanoUsd, warnNanoUsd } from './budget-strain.ts';

/** The number of an account that was forgotten here. */
const RETIRED = -2;
/** Share of a limit that a first draw may take. */
const FIRST_DRAW_SHARE = 0.01;
/** Calls that a first draw may serve. */
const FIRST_DRAW_CALLS = 64;
/** Seconds of spending that one allowance may cover. */
const ALLOWANCE_SECONDS = 2;
/** Allowances that must be left in the store for it not to be scarce. */
const PLENTY = 10;

export class Account {
  readonly key: AccountKey;
  /** Wall-clock milliseconds of its period. */
  readonly startMs: number;
  readonly endMs: number;
  /** The store's number; -1 until the store has been asked. */
  number = -1;
  /** It only measures: nothing is drawn, and there is no limit. */
  readonly isMeter: boolean;
  /** Infinity for a meter, and until the store has been asked. */
  limitNanoUsd = Infinity;
  /** Set from here, and not confirmed: whatever the store says meanwhile is older. */
  ownLimitNanoUsd: number | null = null;
  /** Drawn, and reserved by no call. Below 0 when a bill passed its reservation. */
  availableNanoUsd = 0;
  /** Held by running calls. */
  reservedNanoUsd = 0;
  /** Settled and not yet on its way to the store. */
  openNanoUsd = 0;
  /** Settled and on its way: the store has not said so yet. */
  sentNanoUsd = 0;
  /** Given back, and the store has not said so yet. */
  returningNanoUsd = 0;
  /** What is given back was forfeited: this process slept through its lease. */
  isLost = false;
  /** Calls that wait for money of it, and draws of it on their way. */
  waitersCount = 0;
  /** Calls on their way to a reservation, and their worst cases: rules see them coming. */
  #comingCount = 0;
  comingNanoUsd = 0;
  /** What the store last said. */
  settledNanoUsd = 0;
  forfeitedNanoUsd = 0;
  heldNanoUsd = 0;
  level: BudgetLevel = 'ok';
  /** Below this, the next draw is made before anybody waits for it. */
  lowWaterNanoUsd = -Infinity;
  /** Whether a call reserved here since the last look at what is not needed. */
  isBusy = false;
  /** Whether it is looked after, so that what is not needed goes back. */
  isWatched = false;
  /** Looks in a row at which nobody had used it. */
  idleCount = 0;
  /** Whether a settlement of it is in the block that is being filled. */
  isTouched = false;
  /** Whether a call used it since it was last a candidate for being forgotten. */
  isRecent = true;
  /** The part of what is reserved that was forfeited. */
  #lostNanoUsd = 0;
  /** Reserved since the last draw, to know how fast it is spent. */
  #sinceDrawNanoUsd = 0;
  #lastDrawMs = -Infinity;
  #ratePerMs = 0;
  /** Null for a meter. */
  readonly budget: ResolvedBudget | null;
  #warnNanoUsd = Infinity;
  #exhaustedNanoUsd = Infinity;

  constructor(key: AccountKey, budget: ResolvedBudget | null) {
    this.key = key;
    this.startMs = key.startMs ?? -Infinity;
    this.endMs = key.endMs ?? Infinity;
    this.budget = budget;
    this.isMeter = budget === null;
  }

  /** Nothing of it is in anybody's hands here, and nobody used it lately. */
  get isIdle(): boolean {
    return (
      !this.isRecent &&
      this.waitersCount === 0 &&
      this.#comingCount === 0 &&
      this.returningNanoUsd === 0 &&
      this.availableNanoUsd === 0 &&
      this.reservedNanoUsd === 0 &&
      this.openNanoUsd === 0 &&
      this.sentNanoUsd === 0
    );
  }

  /** It is forgotten: whoever still knows it must ask for the account again. */
  retire(): void {
    this.number = RETIRED;
  }

  get isRetired(): boolean {
    return this.number === RETIRED;
  }

  /** Spent by every process, as far as this one knows. Forfeited money counts as spent. */
  get spentNanoUsd(): number {
    return this.settledNanoUsd + this.forfeitedNanoUsd + this.openNanoUsd + this.sentNanoUsd;
  }

  /** Spent, and reserved by running calls: this process's, and what others hold. */
  get committedNanoUsd(): number {
    const ownHeld = this.availableNanoUsd + this.sentNanoUsd + this.openNanoUsd;
    const othersHeld = this.heldNanoUsd - ownHeld - this.reservedNanoUsd - this.returningNanoUsd;
    return this.spentNanoUsd + this.reservedNanoUsd + Math.max(0, othersHeld);
  }

  /** Not spent yet, whoever holds it. Infinity for a meter. */
  get unspentNanoUsd(): number {
    return this.limitNanoUsd - this.spentNanoUsd;
  }

  /** Neither spent nor reserved, as far as this process knows. Infinity for a meter. */
  get leftNanoUsd(): number {
    return this.limitNanoUsd - this.committedNanoUsd;
  }

  /** What the store could still give away, as far as this process knows. */
  get leftInStoreNanoUsd(): number {
    return this.limitNanoUsd - this.settledNanoUsd - this.forfeitedNanoUsd - this.heldNanoUsd;
  }

  /** Whether so much can be reserved here and now. */
  has(amountNanoUsd: number): boolean {
    if (this.number < 0) return false;
    return amountNanoUsd <= this.availableNanoUsd || amountNanoUsd === 0 || this.isMeter;
  }

  /** A call will ask for money. */
  expect(amountNanoUsd: number): void {
    this.#comingCount++;
    this.comingNanoUsd += amountNanoUsd;
  }

  /** It has asked, or will not. */
  expectNot(amountNanoUsd: number): void {
    // Sums beyond 2^53 are rounded, and nothing of them may stay behind.
    this.comingNanoUsd = --this.#comingCount === 0 ? 0 : this.comingNanoUsd - amountNanoUsd;
  }

  reserve(amountNanoUsd: number): void {
    this.availableNanoUsd -= this.isMeter ? 0 : amountNanoUsd;
    this.reservedNanoUsd += amountNanoUsd;
    this.#sinceDrawNanoUsd += amountNanoUsd;
    this.isBusy = true;
    this.isRecent = true;
  }

  release(amountNanoUsd: number): void {
    this.reservedNanoUsd -= amountNanoUsd;
    if (!this.isMeter) this.availableNanoUsd += this.#freed(amountNanoUsd, 0);
    this.#sinceDrawNanoUsd -= amountNanoUsd;
  }

  settle(reservedNanoUsd: number, costNanoUsd: number): void {
    this.reservedNanoUsd -= reservedNanoUsd;
    if (!this.isMeter) this.availableNanoUsd += this.#freed(reservedNanoUsd, costNanoUsd);
    this.#sinceDrawNanoUsd += costNanoUsd - reservedNanoUsd;
    this.openNanoUsd += costNanoUsd;
  }

  /** What a call leaves of its reservation. Below 0 when its bill passed it. */
  #freed(reservedNanoUsd: number, costNanoUsd: number): number {
    const lost = Math.min(this.#lostNanoUsd, reservedNanoUsd);
    this.#lostNanoUsd -= lost;
    return reservedNanoUsd - Math.max(lost, costNanoUsd);
  }

  /** What is settled goes to the store. */
  send(): void {
    this.isTouched = false;
    this.sentNanoUsd += this.openNanoUsd;
    this.openNanoUsd = 0;
  }

  /** What the store says now, which includes what was sent when `isOurs`. */
  hear(state: AccountState, isOurs: boolean): void {
    // Another stands in its place by now, and hears for it.
    if (this.isRetired) return;
    if (isOurs) this.sentNanoUsd = 0;
    this.number = state.account;
    this.settledNanoUsd = state.settledNanoUsd;
    this.forfeitedNanoUsd = state.forfeitedNanoUsd;
    this.heldNanoUsd = state.heldNanoUsd;
    this.setLimit(state.limitNanoUsd);
  }

  setLimit(limitNanoUsd: number | null): void {
    const limit = this.ownLimitNanoUsd ?? limitNanoUsd ?? Infinity;
    if (limit === this.limitNanoUsd) return;
    this.limitNanoUsd = limit;
    const { budget } = this;
    if (budget === null || limit === Infinity) return;
    this.#warnNanoUsd = warnNanoUsd(limit, budget);
    this.#exhaustedNanoUsd = exhaustedNanoUsd(limit, budget);
  }

  /** How strained it is now, whoever was told before. */
  levelNow(): BudgetLevel {
    const spent = this.spentNanoUsd;
    if (spent > this.#exhaustedNanoUsd) return 'exceeded';
    return spent >= this.#warnNanoUsd ? 'warned' : 'ok';
  }

  /**
   * What this process should hold of it, so that few draws are needed and little is forfeited when
   * it dies. Nothing beyond the need where the store runs low.
   */
  targetNanoUsd(worstNanoUsd: number): number {
    // Before the store was asked nobody knows how much a share of the limit is.
    if (this.limitNanoUsd === Infinity) return worstNanoUsd;
    const spending = this.#ratePerMs * 1_000 * ALLOWANCE_SECONDS;
    const share = Math.floor(this.limitNanoUsd * FIRST_DRAW_SHARE);
    const first = Math.min(share, worstNanoUsd * FIRST_DRAW_CALLS);
    const target = Math.max(worstNanoUsd, Math.ceil(spending), first);
    return this.leftInStoreNanoUsd < target * PLENTY ? 0 : target;
  }

  /** Notes a draw, and how fast the last one was used up. */
  drew(amountNanoUsd: number, nowMs: number): void {
    this.availableNanoUsd += amountNanoUsd;
    const elapsedMs = nowMs - this.#lastDrawMs;
    const rate = Math.max(0, this.#sinceDrawNanoUsd) / Math.max(1, elapsedMs);
    this.#ratePerMs = Number.isFinite(elapsedMs) ? (this.#ratePerMs + rate) / 2 : 0;
    this.#sinceDrawNanoUsd = 0;
    this.#lastDrawMs = nowMs;
  }

  /** Whether others may soon want what is held here. */
  get isScarce(): boolean {
    return this.leftInStoreNanoUsd < this.availableNanoUsd * PLENTY;
  }

  /** Half of what should be held; nothing where the store runs low, so that no draw is in vain. */
  setLowWater(): void {
    const target = this.isMeter ? 0 : this.targetNanoUsd(0);
    this.lowWaterNanoUsd = target === 0 ? -Infinity : target / 2;
  }

  /** Nobody reserved here for a while. */
  cool(): void {
    this.#ratePerMs = 0;
    this.lowWaterNanoUsd = -Infinity;
  }

  /**
   * So much of what this process held was forfeited while it slept. Calls in flight may still spend
   * what they have reserved; what they leave of it comes back to nobody.
   */
  lose(amountNanoUsd: number): void {
    this.#lostNanoUsd = Math.min(this.reservedNanoUsd, amountNanoUsd);
    this.isLost = this.returningNanoUsd > 0;
  }

  /** What may go back to the store, given up by this process from now on. */
  giveUp(keepNanoUsd: number): number {
    const surplus = this.isMeter ? 0 : Math.max(0, this.availableNanoUsd - keepNanoUsd);
    this.availableNanoUsd -= surplus;
    this.returningNanoUsd += surplus;
    return surplus;
  }

  /** The store took back what was given up. */
  returned(amountNanoUsd: number): void {
    this.returningNanoUsd -= amountNanoUsd;
    if (this.returningNanoUsd === 0) this.isLost = false;
  }

  /** The part of it that the store would give away again: none under a limit that was lowered. */
  get reclaimableNanoUsd(): number {
    return this.isLost ? 0 : Math.max(0, this.leftInStoreNanoUsd + this.returningNanoUsd);
  }

  /** What was given up is needed after all, and the store was not told. */
  reclaim(amountNanoUsd: number): void {
    this.returningNanoUsd -= amountNanoUsd;
    this.availableNanoUsd += amountNanoUsd;
  }

  /** A bill passed its reservation, and the store has booked the rest as overspent. */
  overspent(amountNanoUsd: number): void {
    this.availableNanoUsd += amountNanoUsd;
  }
}
