/** Paths in words: what each one shows, as the title of a test. */
import type { ConfiguredTransition } from '../../machines/transitions.ts';
import type { PathStep } from './generated-paths.ts';

export type Strategy = 'transitions' | 'shortest' | 'simple';

/** A sentence about a path. */
export function describePath(
  strategy: Strategy,
  from: string,
  steps: readonly PathStep[],
  configured: ReadonlyMap<string, ConfiguredTransition>,
): string {
  const last = steps.at(-1);
  if (last === undefined) return `starts in ${from}`;
  if (strategy === 'transitions') return describeStep(last, configured);
  const by = steps.map(({ label }) => label).join(', ');
  return `reaches ${last.to} by ${by}`;
}

function describeStep(
  { from, to, label, transitions }: PathStep,
  configured: ReadonlyMap<string, ConfiguredTransition>,
): string {
  const why = transitions.flatMap((id) => configured.get(id)?.description ?? []).join(' ');
  const reason = why === '' ? '' : ` (${why.replaceAll(/\s+/g, ' ').trim()})`;
  if (transitions.length === 0) return `in ${from}, ${label} changes nothing`;
  if (from === to) return `in ${from}, ${label} stays there${reason}`;
  return `in ${from}, ${label} leads to ${to}${reason}`;
}

/** Makes descriptions unique by what came before, and where that is not enough by a number. */
export function tellApart(
  descriptions: readonly string[],
  befores: readonly (readonly string[])[],
): readonly string[] {
  const repeated = duplicates(descriptions);
  const longer = descriptions.map((description, index) => {
    const before = befores[index] ?? [];
    return repeated.has(description) && before.length > 0
      ? `${description}, after ${before.join(', ')}`
      : description;
  });
  const still = duplicates(longer);
  const numbers = new Map<string, number>();
  return longer.map((description) => {
    if (!still.has(description)) return description;
    const number = (numbers.get(description) ?? 0) + 1;
    numbers.set(description, number);
    return `${description}, ${number}`;
  });
}

function duplicates(texts: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(texts.filter((text) => seen.size === seen.add(text).size));
}
