/**
 * Whether a rule of the price table names a model, or only looks like it. The table's rules take
 * anything that begins or goes on with a known name; but `claude-opus-4-6-fast` costs six times
 * what `claude-opus-4-6` does, and the next version of a model need not cost what this one does.
 */
import type { MatchLogic } from '@pydantic/genai-prices';

const DATE = '20\\d\\d-\\d\\d-\\d\\d|20\\d{6}';
const STAGE = '(?:preview|exp|experimental|beta)(?:-\\d\\d-\\d\\d|-\\d\\d-20\\d\\d)?';
const VERSION = '\\d{3,4}|v\\d+(?::\\d+)?';
/** What may follow a model's name without making it another model. */
const REVISION = new RegExp(
  `^(?:[-@](?:latest|default|${STAGE}|${DATE}|${VERSION}))*(?::\\d+k?)?$`,
);
/** A rule may end inside a date, or behind the sign before one. */
const OPEN_END = /[-@](?:20\d\d-?)?$/;
/** A rule that is a pattern may ask for the first digit of a revision. */
const FIRST_DIGIT = /-\d$/;
const SHORT_DATE = /-(20\d\d)(\d\d)(\d\d)(?=-|:|$)/g;

/** `model` in lower case, as the rule was found by it. */
export const namesModel = (rule: MatchLogic, model: string): boolean =>
  names(rule, model) || names(rule, model.replace(SHORT_DATE, '-$1-$2-$3'));

function names(rule: MatchLogic, model: string): boolean {
  if ('or' in rule) return rule.or.some((part) => names(part, model));
  if ('and' in rule) {
    return (
      rule.and.every((part) => fits(part, model)) &&
      rule.and.some((part) => !('regex' in part) && names(part, model))
    );
  }
  if ('equals' in rule) return rule.equals.toLowerCase() === model;
  if ('ends_with' in rule) return model.endsWith(rule.ends_with.toLowerCase());
  const name = known(rule, model);
  return name !== null && REVISION.test(model.slice(model.indexOf(name) + name.length));
}

/** The part of a model's name that a rule knows, without a date or revision that it ends in. */
function known(rule: MatchLogic, model: string): string | null {
  if ('regex' in rule)
    return new RegExp(rule.regex).exec(model)?.[0].replace(FIRST_DIGIT, '') ?? null;
  if (!fits(rule, model)) return null;
  if ('starts_with' in rule) return rule.starts_with.toLowerCase().replace(OPEN_END, '');
  return 'contains' in rule ? rule.contains.toLowerCase().replace(OPEN_END, '') : null;
}

function fits(rule: MatchLogic, model: string): boolean {
  if ('or' in rule) return rule.or.some((part) => fits(part, model));
  if ('and' in rule) return rule.and.every((part) => fits(part, model));
  if ('equals' in rule) return rule.equals.toLowerCase() === model;
  if ('regex' in rule) return new RegExp(rule.regex).test(model);
  if ('ends_with' in rule) return model.endsWith(rule.ends_with.toLowerCase());
  if ('starts_with' in rule) return model.startsWith(rule.starts_with.toLowerCase());
  return model.includes(rule.contains.toLowerCase());
}
