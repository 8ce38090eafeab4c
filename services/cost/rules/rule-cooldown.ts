/**
 * When rules announce themselves: a rule that fires on every call of a busy afternoon says so once
 * per cooldown. It acts on every one of those calls all the same.
 */
import type { RuleDecision } from './rule-decision.ts';
import type { ResolvedRule } from './rule-options.ts';
import type { PlannedRule } from './rules.ts';

const NOTHING: readonly ResolvedRule[] = Object.freeze([]);

export class RuleCooldowns {
  /** Monotonic milliseconds, by the rule's place among the options. */
  readonly #lastAtMs: Float64Array;

  constructor(ruleCount: number) {
    this.#lastAtMs = new Float64Array(ruleCount).fill(-Infinity);
  }

  /**
   * Of the rules that fired, those that are to be announced now, in order of evaluation. From now
   * on they are cooling down: asking again within their cooldown leaves them out. A rule with a
   * cooldown of 0 is announced whenever it fires.
   * @param nowMs monotonic milliseconds.
   */
  announce(decision: RuleDecision, nowMs: number): readonly ResolvedRule[] {
    let announced: ResolvedRule[] | null = null;
    for (let index = 0; index < decision.matchedCount; index++) {
      const place = decision.places[index] as number;
      const { rule } = decision.plan?.rules[place] as PlannedRule;
      if (nowMs - (this.#lastAtMs[rule.place] as number) < rule.cooldownMs) continue;
      this.#lastAtMs[rule.place] = nowMs;
      (announced ??= []).push(rule);
    }
    return announced ?? NOTHING;
  }

  /** Ends the cooldown of a rule, or of all: the next firing is announced. */
  reset(rule?: ResolvedRule): void {
    if (rule === undefined) this.#lastAtMs.fill(-Infinity);
    else this.#lastAtMs[rule.place] = -Infinity;
  }
}
