/** Rules under test: options in, and a gauge in hand for each figure that they watch. */
import { usd, type NanoUsd } from '../../services/cost/money.ts';
import type { CallShape } from '../../services/cost/rules/rule-conditions.ts';
import { decide, RuleDecision } from '../../services/cost/rules/rule-decision.ts';
import { resolveRules } from '../../services/cost/rules/rule-resolve.ts';
import type {
  ResolvedRule,
  RuleBudget,
  RuleOptions,
} from '../../services/cost/rules/rule-options.ts';
import { RuleSet, type Gauge } from '../../services/cost/rules/rules.ts';

export const BUDGETS: readonly RuleBudget[] = [
  { id: 'daily', period: 'day' },
  { id: 'monthly', period: 'month' },
];

export const CALL: CallShape = {
  breaker: 'openai',
  provider: 'openai',
  operation: 'llm_call',
  model: 'gpt-4o',
  tags: { tenant: 'acme' },
};

/** A figure that a test sets. */
export class HandGauge implements Gauge {
  value: number = usd(0);
  limit: number | null = null;

  valueNanoUsd(): number {
    return this.value;
  }

  limitNanoUsd(): number | null {
    return this.limit;
  }
}

/** What differs from a call of the usual shape that costs a cent. */
export interface Asked {
  readonly shape?: Partial<CallShape>;
  readonly expected?: NanoUsd;
  readonly worst?: NanoUsd;
  readonly priority?: number;
}

export class RuleRig {
  readonly set: RuleSet;
  readonly gauges = new Map<string, HandGauge>();
  /** One for all decisions, as the board has it. */
  readonly decision = new RuleDecision();

  constructor(rules: readonly RuleOptions[], budgets: readonly RuleBudget[] = BUDGETS) {
    this.set = new RuleSet(resolveRules(rules, budgets));
  }

  /** The gauge of a rule, set to a value and a limit. */
  put(id: string, value: number, limit: number | null = null): this {
    const gauge = this.#gauge(id);
    gauge.value = value;
    gauge.limit = limit;
    return this;
  }

  ask({ shape, expected = usd(0.01), worst = expected, priority = 0 }: Asked = {}): RuleDecision {
    const plan = this.set.planFor({ ...CALL, ...shape }, this.gaugeOf);
    return decide(plan, expected, worst, priority, 0, this.decision);
  }

  /** What the rules make of a call: the action, and the ids of those that fired. */
  told(asked: Asked = {}): readonly [string | null, ...string[]] {
    const { action, matchedCount, places, plan } = this.ask(asked);
    const ids = Array.from(places.subarray(0, matchedCount), (p) => plan?.rules[p]?.rule.id ?? '?');
    return [action, ...ids];
  }

  readonly gaugeOf = (rule: ResolvedRule): Gauge => this.#gauge(rule.id);

  #gauge(id: string): HandGauge {
    let gauge = this.gauges.get(id);
    if (gauge === undefined) this.gauges.set(id, (gauge = new HandGauge()));
    return gauge;
  }
}
