/**
 * The money of one attempt, as the layers of a call see it: asked for before the permit, refused,
 * released, or ended exactly once when the function has ended, however late that is.
 */
import type { CallSpec } from './call-spec.ts';
import type { CallCost } from './cost/call-cost.ts';
import { allowanceEmpty, noTurn, type CostRefusal } from './cost/cost-refusal.ts';
import type { CostedCall } from './cost/costed-call.ts';
import type { NanoUsd } from './cost/money.ts';
import type { Treasury } from './cost/treasury.ts';
import type { Usage } from './cost/usage.ts';
import type { RefusalCode } from './errors.ts';
import type { ResolvedOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { Refusal } from './refusal.ts';
import type { Runtime } from './runtime.ts';

/** How long the money of a call that was given up waits for its function to end. */
const LINGER_MS = 600_000;

/** What a call's money needs of its breaker. */
export interface MoneyHost {
  readonly name: string;
  readonly runtime: Runtime;
  readonly options: ResolvedOptions;
  readonly isDegraded: boolean;
  refuse(code: RefusalCode, spec: CallSpec, enforced?: boolean, money?: CostRefusal): Refusal;
}

/** Null for a call that names no operation, and where nobody counts money. */
export function callMoney(host: MoneyHost, spec: CallSpec): CallMoney | null {
  const { treasury } = host.runtime;
  if (treasury === null || spec.cost === null) return null;
  return new CallMoney(host, spec, treasury, spec.cost);
}

/**
 * The money of a call that cannot wait; null for one that needs none.
 * @throws FuseboardError with a refusal's code.
 */
export function payNow(host: MoneyHost, spec: CallSpec): CallMoney | null {
  const isEnforced = host.options.mode === 'enforce';
  if (spec.cost === null && host.options.requireCost && host.options.mode !== 'off') {
    const refusal = host.refuse('cost_required', spec, isEnforced);
    if (isEnforced) throw refusal.toError();
  }
  const money = callMoney(host, spec);
  const way = money?.enterNow() ?? 'go';
  const refusal = way === 'wait' ? money?.cannotWait() : way;
  if (refusal instanceof Refusal) throw refusal.toError();
  return money;
}

export class CallMoney {
  readonly #host: MoneyHost;
  readonly #spec: CallSpec;
  readonly #treasury: Treasury;
  readonly #cost: CallCost;
  #call: CostedCall | null = null;
  /** It was said why the call would be refused. */
  isObserved = false;
  /** Why the call is not made; null unless it is refused. */
  refusal: Refusal | null = null;

  constructor(host: MoneyHost, spec: CallSpec, treasury: Treasury, cost: CallCost) {
    this.#host = host;
    this.#spec = spec;
    this.#treasury = treasury;
    this.#cost = cost;
  }

  /** A rule asks for a cheaper way of answering. */
  get isDegraded(): boolean {
    return this.#call?.isDegraded ?? false;
  }

  /** Whether a spent budget need not stop it: it is free, or runs on the emergency override. */
  passesSpent(): boolean {
    const call = this.#callNow;
    if (call.price.isFree) return true;
    if (!this.#treasury.mayOverride(this.#cost)) return false;
    call.needsFund = this.#host.options.mode === 'enforce';
    return true;
  }

  /** Tokens of its input, as counted; null where nobody counted. */
  get inputTokens(): number | null {
    return this.#call?.inputTokens ?? null;
  }

  /** What it costs does not come out of the budget that keeps the breaker open. */
  get isPaidApart(): boolean {
    return this.#call !== null && (this.#call.price.isFree || this.#call.override !== null);
  }

  /** The call, weighed when it is first needed: a refusal at the gate costs no tokenisation. */
  get #callNow(): CostedCall {
    return (this.#call ??= this.#treasury.open(this.#host, this.#cost));
  }

  /** Held already or now, refused, or in need of waiting. */
  enterNow(): 'go' | 'wait' | Refusal {
    if (this.refusal !== null) return this.refusal;
    const call = this.#callNow;
    if (call.status === 'held') return 'go';
    const { priority, signal } = this.#spec;
    const host = this.#host;
    const way = this.#treasury.enterNow(call, host, priority, signal);
    if (way === 'go' || way === 'wait') return way;
    if (host.options.mode === 'enforce') return this.#refuse(call, way);
    // Only said: its rules have been asked, and the call goes on to its money.
    this.#observe(way);
    return this.enterNow();
  }

  /** It would have to wait, where nobody can. */
  cannotWait(): 'go' | Refusal {
    const call = this.#callNow;
    if (call.turn === null) {
      if (!call.needsFund) this.#treasury.drawAhead(call);
      return this.#refuse(call, allowanceEmpty());
    }
    // Its turn may come, and finds nobody there.
    call.turn.catch(() => {});
    call.turn = null;
    return this.#refuse(call, noTurn());
  }

  /** The breaker is open because a budget is spent, and the call passes none. */
  refuseSpent(): Refusal {
    const call = this.#callNow;
    this.#treasury.refused(call);
    const money = this.#treasury.whatIsSpent(call) ?? undefined;
    return (this.refusal = this.#host.refuse('budget_exceeded', this.#spec, true, money));
  }

  /** Waits for its turn and its money. Afterwards it is held, or refused. */
  async enter(): Promise<void> {
    const call = this.#callNow;
    const refusal = await this.#treasury.enter(call, this.#spec.signal);
    if (refusal === null) return;
    const { runtime } = this.#host;
    // What became of the money does not matter any more.
    if (runtime.isClosed) this.refusal = this.#host.refuse('board_closed', this.#spec);
    else this.#refuse(call, refusal);
  }

  /** In a mode that only watches, the call goes on and its cost is booked. */
  #refuse(call: CostedCall, money: CostRefusal): 'go' | Refusal {
    const host = this.#host;
    if (host.options.mode === 'enforce') {
      this.#treasury.refused(call);
      this.#treasury.expectNot(call);
      return (this.refusal = host.refuse(money.code, this.#spec, true, money));
    }
    this.#observe(money);
    this.#treasury.enterUnpaid(call);
    return 'go';
  }

  /** Says once why the call would be refused. */
  #observe(money: CostRefusal): void {
    const host = this.#host;
    if (host.options.mode === 'observe' && !this.isObserved) {
      host.refuse(money.code, this.#spec, false, money);
    }
    this.isObserved = true;
  }

  /** The call is not made. */
  release(): void {
    if (this.#call === null) return;
    this.#treasury.expectNot(this.#call);
    this.#call.release();
  }

  reportUsage(usage: Usage, isEstimated = false): void {
    this.#call?.reportUsage(usage, isEstimated);
  }

  /** Whether its reservation covers a usage, now or once more is drawn. */
  cover(usage: Usage): boolean | Promise<boolean> {
    const call = this.#call;
    if (call === null) return true;
    const costNanoUsd = call.priceOf(usage);
    return costNanoUsd <= call.reservedNanoUsd || this.#treasury.extend(call, costNanoUsd);
  }

  reportCost(costNanoUsd: NanoUsd): void {
    this.#call?.reportCost(costNanoUsd);
  }

  /** The function has ended. */
  end(outcome: Outcome, isCut = false): void {
    this.#call?.end(outcome, isCut);
  }

  /**
   * Nobody waits for the function any more, but it may still run and say what it used: held until
   * it ends, and for ten minutes at most.
   */
  linger(running: unknown, outcome: Outcome): void {
    const call = this.#call;
    const end = (): void => this.end(outcome, true);
    // A board that closed meanwhile has ended it.
    if (!isThenable(running) || call?.status !== 'held') return end();
    const { clock, deadlines } = this.#host.runtime;
    const deadline = deadlines.at(clock.monotonicMs() + LINGER_MS, end);
    call.whenEnded = () => deadlines.cancel(deadline);
    running.then(end, end);
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value;
