/**
 * Rules that cannot both be meant: they watch the same figure for the same calls, share a
 * threshold, and ask for different things to happen then. Different things are different actions
 * other than `alert`, and throttling by different factors. One of the two could never act, while
 * its author thinks that it does.
 */
import { FuseboardError } from '../../errors.ts';
import type { ResolvedRule } from './rule-options.ts';

/** @throws FuseboardError invalid_option, naming both rules. */
export function refuseContradictions(rules: readonly ResolvedRule[], path: string): void {
  const seen = new Map<string, ResolvedRule>();
  for (const rule of rules) {
    if (rule.action === 'alert') continue;
    const { type, budget, timeZone, basis, threshold, when } = rule;
    const same = JSON.stringify([type, budget, timeZone, basis, threshold, when]);
    const other = seen.get(same);
    if (other === undefined) seen.set(same, rule);
    else if (other.action !== rule.action || other.factor !== rule.factor) {
      throw contradiction(path, rule, other);
    }
  }
}

function contradiction(path: string, rule: ResolvedRule, other: ResolvedRule): FuseboardError {
  const demand = ({ action, factor }: ResolvedRule): string =>
    factor === null ? `'${action}'` : `'${action}' by ${factor}`;
  return new FuseboardError(
    'invalid_option',
    `${path}[${rule.place}].action must agree with rule "${other.id}", which asks for ` +
      `${demand(other)} of the same calls at the same threshold, got ${demand(rule)}`,
    { hint: 'Give them different thresholds or conditions, or leave one of them out.' },
  );
}
